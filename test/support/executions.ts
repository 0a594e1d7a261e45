/** How often the code of src is executed between two steps of a computation: a measure of work that no busy machine changes. */
import { Session } from 'node:inspector';

export interface Executions {
  /** Of the function of this name that was called most often between two steps. */
  calls(name: string): number;
  /** Of the piece of code that was executed most often between two steps. */
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

// From the start of the file: code that V8 was optimizing in the background when counting began does not count its calls.
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** Runs `steps` to their end. What is native, such as comparing texts, is not counted. */
export function executionsOf(steps: Generator<void, unknown>): Executions {
  const calls = new Map<string, number>();
  let most = 0;
  executed(); // what ran before
  for (let done = false; !done; ) {
    done = steps.next().done ?? false;
    for (const { functionName, ranges } of executed()) {
      calls.set(functionName, Math.max(calls.get(functionName) ?? 0, ranges[0]?.count ?? 0));
      most = Math.max(most, ...ranges.map(({ count }) => count));
    }
  }
  return { calls: (name) => calls.get(name) ?? 0, most };
}

/** Since the last time. */
function executed(): Coverage['result'][number]['functions'] {
  let coverage: Coverage | undefined;
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    if (error !== null) throw error;
    coverage = taken;
  });
  return (coverage?.result ?? []).filter(({ url }) => /\/src\//.test(url)).flatMap(({ functions }) => functions);
}
