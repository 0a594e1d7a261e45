/** Progress messages for a user who waits for a cluster. */

export type Report = (line: string) => void;

/** Writes one line to stderr. A closed stderr (a killed terminal) is not an error. */
export const report: Report = (line) => {
  process.stderr.write(`cluster: ${line}\n`);
};

process.stderr.on('error', () => {});

/** The time since `start`, a value of `performance.now()`, such as `1.5 s`. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
