/** What a release is made of: locked packages, and jobs of which those that run their code may neither write nor publish. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly { readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

const file = join(import.meta.dirname, '..', '..', '.github', 'workflows', 'release.yml');
const { jobs, permissions } = load(readFileSync(file, 'utf8')) as {
  readonly jobs: Readonly<Record<string, Job>>;
  readonly permissions: Readonly<Record<string, string>>;
};
const runs = ({ steps }: Job, command: RegExp): boolean => steps.some(({ run = '' }) => command.test(run));
const all = Object.values(jobs);

test('a job that installs or builds has the rights to read, and no credentials of git', () => {
  expect(permissions).toEqual({ contents: 'read' });
  const building = all.filter((job) => runs(job, /npm (ci|install|run|test|pack)|node /));
  expect(building.length).toBeGreaterThan(0);
  for (const job of building) {
    expect(job.permissions ?? permissions).toEqual({ contents: 'read' });
    expect(job.environment).toBeUndefined();
    expect(job.steps.find(({ with: given }) => given?.['persist-credentials'] !== undefined)?.with).toMatchObject({
      'persist-credentials': false,
    });
  }
});

test('a job that may write or publish runs no code of dependencies', () => {
  const trusted = all.filter((job) => Object.values(job.permissions ?? {}).includes('write'));
  expect(trusted.length).toBeGreaterThan(0);
  for (const job of trusted) expect(runs(job, /npm (ci|install|run|test|pack)|npx|node /)).toBe(false);
  for (const job of all.filter((one) => runs(one, /npm publish/))) {
    expect(runs(job, /npm publish .*--ignore-scripts/)).toBe(true);
  }
});

test('the lock file has an integrity for every package', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string }>>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(0);
  expect(packages.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))).toEqual([]);
});
