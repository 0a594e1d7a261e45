/**
 * Counts how often code in src is executed between two steps of a computation. A busy machine does not change this measure of
 * work.
 */
import { Session } from 'node:inspector';

export interface Executions {
  /** The highest number of calls between two steps of any function with this name. */
  calls(name: string): number;
  /** The highest number of executions between two steps of any piece of code. */
  readonly most: number;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

// Counting starts when this file is loaded: V8 does not count calls of code that it was optimizing in the background at that
// moment, nor of functions that were compiled before it. So a test file with this import has a process of its own
// (vitest.config.ts).
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** Runs `steps` to the end. Native code, such as string comparison, is not counted. */
export function executionsOf(steps: Generator<void, unknown>): Executions {
  const calls = new Map<string, number>();
  let most = 0;
  executed(); // discards the counts so far
  for (let done = false; !done; ) {
    done = steps.next().done ?? false;
    for (const { functionName, ranges } of executed()) {
      calls.set(functionName, Math.max(calls.get(functionName) ?? 0, ranges[0]?.count ?? 0));
      most = Math.max(most, ...ranges.map(({ count }) => count));
    }
  }
  return { calls: (name) => calls.get(name) ?? 0, most };
}

/** The functions of src with their counts since the previous call. */
function executed(): Coverage['result'][number]['functions'] {
  let coverage: Coverage | undefined;
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    if (error !== null) throw error;
    coverage = taken;
  });
  return (coverage?.result ?? []).filter(({ url }) => /\/src\//.test(url)).flatMap(({ functions }) => functions);
}
