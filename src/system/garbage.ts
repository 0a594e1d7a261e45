/** Frees memory between two pieces of work that each need much of it. */

/** Collects garbage now. Left alone, Node and Bun let a hundred megabytes of it pile up. */
export function collectGarbage(): void {
  const { Bun, gc } = globalThis as { readonly Bun?: { gc(now: boolean): void }; readonly gc?: () => void };
  if (Bun === undefined) gc?.();
  else Bun.gc(true);
}
