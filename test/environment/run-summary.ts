/** Adds to vitest's report the slowest files, and the tests that passed only on a second try. */
import type { Reporter, TestModule } from 'vitest/node';

const SHOWN = 10;

export const runSummary: Reporter = {
  onTestRunEnd(modules) {
    print('Passed only on a second try, which is a bug of the test or of the program:', modules.flatMap(secondTries));
    if (modules.length > SHOWN) print('The slowest files:', slowest(modules));
  },
};

function print(title: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(['', title, ...lines].join('\n'));
}

function secondTries(module: TestModule): string[] {
  const tests = [...module.children.allTests()].filter((test) => test.diagnostic()?.flaky === true);
  return tests.map((test) => {
    const [error] = test.result().errors ?? [];
    return `  ${nameOf(module)} > ${test.fullName}\n    ${error?.message ?? ''}`;
  });
}

function slowest(modules: readonly TestModule[]): string[] {
  const timed = modules.map((module) => ({ file: nameOf(module), seconds: module.diagnostic().duration / 1000 }));
  const first = timed.toSorted((one, other) => other.seconds - one.seconds).slice(0, SHOWN);
  return first.map(({ file, seconds }) => `${seconds.toFixed(0).padStart(6)} s  ${file}`);
}

function nameOf(module: TestModule): string {
  return `${module.project.name} ${module.relativeModuleId}`;
}
