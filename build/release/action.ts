/** Runs the GitHub Action as a runner does, with this machine's archive of this release from a server in place of GitHub's. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execute } from '../runtime.ts';
import { hostName } from '../targets.ts';
import { serveFolder } from './folder-server.ts';
import { goTool } from './go-tool.ts';
import type { CheckedWay, Part } from './release.ts';
import { archiveName, type Platform, platformOf, type ReleaseInfo } from './release-info.ts';
import { SUMS } from './sums.ts';

export const action: Part = {
  // Nothing to make: the action is part of a commit. The one that lists this release is made after it, by release.yml.
  make: async () => undefined,
  check: checkAction,
};

const SCRIPTS = ['action/install.sh', 'action/doctor.sh'];
const RUNNER_OS = { linux: 'Linux', darwin: 'macOS', windows: 'Windows' } as const;
const RUNNER_ARCH = { amd64: 'X64', arm64: 'ARM64' } as const;

const run = promisify(execFile);

/** Throws when a linter finds something or a step fails. */
async function checkAction(release: ReleaseInfo): Promise<CheckedWay[]> {
  execute('shellcheck', SCRIPTS);
  const work = mkdtempSync(join(tmpdir(), 'regsecret-action-'));
  try {
    lintWorkflow(work);
    const platform = platformOf({ name: hostName() });
    const seconds = await runSteps(release, platform, work);
    return [
      {
        way: 'GitHub Action',
        command: `uses: regsecret/regsecret@action-v${release.version}`,
        acceptedBy:
          'shellcheck; actionlint for the workflow in docs/pipelines.md; its steps in bash with the variables of a runner',
        bytes: statSync(join(release.folder, archiveName(release.version, platform))).size,
        seconds,
      },
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Lints the complete workflow in docs/pipelines.md. */
function lintWorkflow(work: string): void {
  const blocks = readFileSync('docs/pipelines.md', 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms);
  const [workflow] = [...blocks].flatMap(([, text = '']) => (/^jobs:$/m.test(text) ? [text] : []));
  if (workflow === undefined) throw new Error('docs/pipelines.md has no workflow for GitHub');
  const file = join(work, 'workflow.yml');
  writeFileSync(file, workflow);
  execute(goTool('actionlint'), [file]);
}

/** Runs the install step and checks deploy/ with doctor. Returns the seconds it took. */
async function runSteps(release: ReleaseInfo, { os, arch }: Platform, work: string): Promise<number> {
  const files = { GITHUB_PATH: join(work, 'path'), GITHUB_OUTPUT: join(work, 'output') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  for (const folder of ['temp', 'tools']) mkdirSync(join(work, folder));
  cpSync('action', join(work, 'action'), { recursive: true });
  writeFileSync(join(work, 'action', SUMS), archiveSums(release));
  const began = performance.now();
  await serveFolder(release.folder, async (address) => {
    const env = {
      ...files,
      PATH: process.env.PATH,
      HOME: work,
      RUNNER_OS: RUNNER_OS[os],
      RUNNER_ARCH: RUNNER_ARCH[arch],
      RUNNER_TEMP: join(work, 'temp'),
      RUNNER_TOOL_CACHE: join(work, 'tools'),
      REGSECRET_RELEASES: address,
      INPUT_VERSION: release.version,
      INPUT_DOCTOR: 'deploy',
    };
    const [install = '', doctor = ''] = SCRIPTS;
    await run('bash', [join(work, install)], { env });
    const added = readFileSync(files.GITHUB_PATH, 'utf8').trimEnd();
    await run('bash', [join(work, doctor)], { env: { ...env, PATH: `${added}:${env.PATH}` } });
  });
  const seconds = (performance.now() - began) / 1000;
  const output = readFileSync(files.GITHUB_OUTPUT, 'utf8');
  if (output !== `version=${release.version}\n`) throw new Error(`the output of the action is ${output}`);
  return seconds;
}

/** The lines of SHA256SUMS that the commit after the release lists. */
function archiveSums({ folder, version, platforms }: ReleaseInfo): string {
  const archives = platforms.map(({ platform }) => archiveName(version, platform));
  const lines = readFileSync(join(folder, SUMS), 'utf8').split('\n');
  return lines.flatMap((line) => (archives.includes(line.split('  ')[1] ?? '') ? `${line}\n` : [])).join('');
}
