/** What a person who waits for a cluster gets to read. */

export type Report = (line: string) => void;

/** Says one line on stderr; nobody there to read it (a killed terminal) is no reason to fail. */
export const report: Report = (line) => {
  process.stderr.write(`cluster: ${line}\n`);
};

process.stderr.on('error', () => {});

/** How long ago `start`, a time of `performance.now()`, was. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
