/** The last commit of a release: it lists the archives in action/SHA256SUMS, from which the Action then installs them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { load } from 'js-yaml';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tar } from '../environment/tar.ts';
import { ACTION, linesOf, newJob, publish, startReleases } from '../support/action-runner.ts';
import { execute } from '../support/program.ts';

const file = join(import.meta.dirname, '../../.github/workflows/release.yml');
const { jobs } = load(readFileSync(file, 'utf8')) as {
  readonly jobs: { readonly list: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] } };
};
const { run = '' } = jobs.list.steps.find(({ name }) => name === 'publish') ?? {};

const NO_TAG = { 'git/ref/tags/action-v1.2.3': 'exit 1' };
const NO_COMMIT = { 'commits?path=action/SHA256SUMS&sha=main&per_page=100 --jq ': '' };
const OTHERS = ['_image.tar', '_chart.tgz', '_amd64.deb', '_sbom.cdx.json', '_linux_amd64.tar.gz.sig'].map(
  (end) => `regsecret_1.2.3${end}`,
);

/** Runs the step with a `gh` that gives the answer whose key is the beginning of what is asked of the repository. */
async function listed(sums: string, before: string, answers: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-list-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'SHA256SUMS'), sums);
  writeFileSync(join(folder, 'before'), before);
  const all = {
    'contents/action/SHA256SUMS?ref=main --jq .sha': 'echo blob',
    // GitHub breaks the lines.
    'contents/action/SHA256SUMS?ref=main --jq .content': 'base64 < before',
    ...answers,
  };
  const cases = Object.entries(all).map(([asked, answer]) => `"api repos/o/r/${asked}"*) ${answer};;\n`);
  const gh = `#!/bin/sh\necho "$@" >> asked\ncase "$*" in\n${cases.join('')}*PUT*) echo new;;\nesac\n`;
  writeFileSync(join(folder, 'gh'), gh, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}`, GITHUB_REF_NAME: 'v1.2.3', GH_REPO: 'o/r' };
  const { code } = await execute(['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', run], { env, cwd: folder });
  const content = join(folder, 'content');
  return {
    code,
    content: existsSync(content) ? Buffer.from(readFileSync(content, 'utf8'), 'base64').toString() : undefined,
    // What changes something.
    writes: readFileSync(join(folder, 'asked'), 'utf8').match(/^api .* -f .*$/gm) ?? [],
  };
}

const TAG = (sha: string): string => `api repos/o/r/git/refs -f ref=refs/tags/action-v1.2.3 -f sha=${sha}`;
const PUT =
  'api --method PUT repos/o/r/contents/action/SHA256SUMS -f branch=main -f message=The Action installs 1.2.3 -f sha=blob -F content=@content --jq .commit.sha';

describe.skipIf(process.platform === 'win32')('the commit after a release', () => {
  test('adds the archives and nothing else, and the Action of that commit installs them', async () => {
    const releases = await startReleases();
    const archive = gzipSync(tar([{ path: 'regsecret', content: Buffer.from('#!/bin/sh\necho it\n'), mode: 0o755 }]));
    const earlier = linesOf(['regsecret_1.2.2_linux_amd64.tar.gz'], Buffer.from('an earlier one'));
    const archives = publish(releases, '1.2.3', archive);
    const sums = linesOf(OTHERS, Buffer.from('another')) + archives;
    const ran = await listed(sums, earlier, { ...NO_TAG, ...NO_COMMIT });
    expect(ran).toEqual({ code: 0, content: earlier + archives, writes: [PUT, TAG('new')] });
    const job = newJob(ran.content ?? '', { REGSECRET_RELEASES: releases.url });
    onTestFinished(async () => {
      job.remove();
      await releases.close();
    });
    expect(await job.step(ACTION.runs.steps[0])).toMatchObject({ code: 0, stderr: '' });
    expect(job.lines('GITHUB_OUTPUT')).toEqual(['version=1.2.3']);
  });

  const archive = linesOf(['regsecret_1.2.3_linux_amd64.tar.gz'], Buffer.from('it'));
  test.each([
    {
      situation: 'of the first release',
      sums: archive,
      answers: { ...NO_TAG, ...NO_COMMIT },
      expected: { code: 0, content: archive, writes: [PUT, TAG('new')] },
    },
    {
      situation: 'was made, but not its tag',
      sums: archive,
      answers: { ...NO_TAG, 'commits?path=action/SHA256SUMS&sha=main&per_page=100 --jq ': 'echo made' },
      expected: { code: 0, content: undefined, writes: [TAG('made')] },
    },
    {
      situation: 'was made',
      sums: archive,
      answers: {},
      expected: { code: 0, content: undefined, writes: [] },
    },
    {
      situation: 'would list nothing',
      sums: linesOf(
        [...OTHERS, 'regsecret_1.2.30_linux_amd64.tar.gz', 'regsecret_1x2.3_linux_amd64.zip'],
        Buffer.from('another'),
      ),
      answers: { ...NO_TAG, ...NO_COMMIT },
      expected: { code: 1, content: undefined, writes: [] },
    },
  ])('$situation', async ({ sums, answers, expected }) => {
    expect(await listed(sums, '', answers)).toEqual(expected);
  });
});

test('the file has only lines that a release adds', () => {
  const text = readFileSync(join(import.meta.dirname, '../../action/SHA256SUMS'), 'utf8');
  expect(text.replaceAll(/^[0-9a-f]{64} {2}regsecret_[^_\s]+_[a-z0-9_]+\.(tar\.gz|zip)\n/gm, '')).toBe('');
});
