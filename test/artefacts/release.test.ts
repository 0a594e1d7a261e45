/**
 * A release is made from locked packages. Jobs that run the packages' code may neither write nor publish, and jobs that publish
 * can run again.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, describe, expect, test } from 'vitest';
import { execute } from '../support/program.ts';

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly needs?: string | readonly string[];
  readonly steps: readonly {
    readonly name?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
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

test('a job that signs has the identity of the workflow, and no other job has', () => {
  const signs = ({ steps }: Job): boolean =>
    steps.some(({ uses = '', run = '' }) => uses.startsWith('actions/attest') || /cosign sign|npm publish/.test(run));
  const identified = all.filter((job) => job.permissions?.['id-token'] === 'write');
  expect(identified.length).toBeGreaterThan(0);
  expect(identified).toEqual(all.filter(signs));
  // The signed SHA256SUMS covers all files, and files are published only after it is signed.
  expect(jobs.github?.needs).toBe('sign');
});

test('what is published has been checked, and is what was checked', () => {
  const [build, ...others] = all;
  expect(build && runs(build, /^sudo env "PATH=\$PATH" npm run release -- --check$/)).toBe(true);
  for (const job of all.filter((one) => Object.values(one.permissions ?? {}).includes('write'))) {
    expect(runs(job, /^sha256sum --check --strict SHA256SUMS$/)).toBe(true);
  }
  for (const job of others) expect(job.needs ?? []).not.toEqual([]);
});

test('known vulnerabilities stop it before anything is made, and are looked for each week', () => {
  const commands = all.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  const first = (command: RegExp): number => commands.findIndex((run) => command.test(run));
  expect(first(/^npm run vulnerabilities$/)).toBeGreaterThan(first(/^npm ci$/));
  expect(first(/^npm run vulnerabilities$/)).toBeLessThan(first(/npm run release/));
  const whole = load(readFileSync(join(file, '../whole.yml'), 'utf8')) as {
    readonly on: { readonly schedule: readonly unknown[] };
    readonly jobs: Readonly<Record<string, Job>>;
  };
  expect(whole.on.schedule).toHaveLength(1);
  expect(Object.values(whole.jobs).some((job) => runs(job, /^npm run vulnerabilities$/))).toBe(true);
});

test('every action is pinned by the hash of a commit', () => {
  const used = all.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((action) => !/^[\w./-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
});

/** Runs the publishing steps with fake gh, npm and other programs that only record how they are called. */
describe.skipIf(process.platform === 'win32')('a job that publishes, when', () => {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-release-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    {
      situation: 'there is no release yet: hidden until all files are there',
      job: 'github',
      answers: { 'gh release view': 'exit 1' },
      asked: ['release view', 'release create v1.2.3 --verify-tag --draft', 'release upload', 'release edit'],
    },
    {
      situation: 'an upload failed the last time: goes on with the release that nobody sees',
      job: 'github',
      answers: { 'gh release view': 'echo true' },
      asked: ['release view', 'release upload v1.2.3 --clobber', 'release edit v1.2.3 --draft=false'],
    },
    {
      situation: 'it is published: leaves alone what somebody may have downloaded',
      job: 'github',
      answers: { 'gh release view': 'echo false' },
      asked: ['release view'],
    },
    {
      situation: 'images are new or there already: what was pushed is signed, by its digest',
      job: 'image',
      answers: { 'skopeo copy': 'echo sha256:0123 > digest' },
      asked: [
        'login ghcr.io --username octocat --password-stdin',
        'copy --all --preserve-digests --digestfile digest oci-archive:regsecret_1.2.3_image.tar docker://ghcr.io/o/r:1.2.3',
        'sign --yes ghcr.io/o/r@sha256:0123',
        'copy --all --preserve-digests --digestfile digest oci-archive:regsecret_1.2.3_image-helpers.tar docker://ghcr.io/o/r:1.2.3-helpers',
        'sign --yes ghcr.io/o/r@sha256:0123',
      ],
    },
    {
      situation: 'npm does not have the version',
      job: 'npm',
      answers: { 'npm view': 'exit 1' },
      asked: ['view regsecret@1.2.3 version', 'publish --access public --ignore-scripts ./regsecret-'],
    },
    {
      situation: 'npm has the version',
      job: 'npm',
      answers: { 'npm view': 'echo 1.2.3' },
      asked: ['view regsecret@1.2.3 version'],
    },
  ])('$situation', async ({ job, answers, asked }) => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    const notes = join(bin, 'asked');
    for (const name of ['gh', 'npm', 'docker', 'skopeo', 'cosign']) {
      const cases = Object.entries(answers).map(([line, answer]) => `"${line} "*) ${answer};;\n`);
      const script = `#!/bin/sh\necho "$@" >> '${notes}'\ncase "${name} $* " in ${cases.join('')} esac\n`;
      writeFileSync(join(bin, name), script, { mode: 0o755 });
    }
    const { run = '' } = jobs[job]?.steps.find(({ name }) => name === 'publish') ?? {};
    const env = {
      PATH: `${bin}:${process.env.PATH}`,
      GITHUB_REF_NAME: 'v1.2.3',
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_ACTOR: 'octocat',
      GITHUB_OUTPUT: join(bin, 'output'),
      TOKEN: 't',
    };
    // GitHub's runner starts bash with these options.
    const ran = await execute(['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', run], { env, cwd: bin });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const lines = readFileSync(notes, 'utf8').trimEnd().split('\n');
    expect(lines.map((line, index) => line.slice(0, asked[index]?.length))).toEqual(asked);
  });
});

test('the lock file has an integrity for every package', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string }>>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(0);
  expect(packages.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))).toEqual([]);
});
