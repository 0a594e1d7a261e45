/** The ten files of a whole run that took the most time, beside vitest's own report. */
import type { Reporter } from 'vitest/node';

const SHOWN = 10;

export const slowestFiles: Reporter = {
  onTestRunEnd(modules) {
    if (modules.length <= SHOWN) return;
    const timed = modules.map((module) => ({
      file: `${module.project.name} ${module.relativeModuleId}`,
      seconds: module.diagnostic().duration / 1000,
    }));
    const slowest = timed.toSorted((one, other) => other.seconds - one.seconds).slice(0, SHOWN);
    const lines = slowest.map(({ file, seconds }) => `${seconds.toFixed(0).padStart(6)} s  ${file}`);
    console.log(['', 'The slowest files:', ...lines].join('\n'));
  },
};
