/** Memory between two pieces of work that each need much of it. */

/** Has Bun collect garbage now: left alone, it lets a hundred megabytes pile up. Node is told how to at its start (bin/). */
export function collectGarbage(): void {
  const { Bun } = globalThis as { readonly Bun?: { gc(now: boolean): void } };
  Bun?.gc(true);
}
