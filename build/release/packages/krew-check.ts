/** Checks the plugin with krew and kubectl. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrograms } from '../../../test/environment/programs.ts';
import { hostName } from '../../targets.ts';
import { serveFolder } from '../folder-server.ts';
import { goTool } from '../go-tool.ts';
import type { CheckedWay } from '../release.ts';
import { archiveName, downloadUrl, platformOf, type ReleaseInfo } from '../release-info.ts';
import { KREW_MANIFEST } from './manifest-paths.ts';

const run = promisify(execFile);

/**
 * Validates the manifest, installs each of its platforms, and runs and uninstalls the one for this machine. Needs git and
 * bash-completion.
 */
export async function checkKrew(release: ReleaseInfo, work: string): Promise<CheckedWay> {
  const manifest = join(release.folder, KREW_MANIFEST);
  const env = await kubectlWithKrew(work);
  await run(goTool('validate-krew-manifest'), [`-manifest=${manifest}`, '-skip-install'], { env });
  await refusesWrongSum(manifest, release, work, env);
  return await serveFolder(release.folder, async (address) => {
    const text = readFileSync(manifest, 'utf8').replaceAll(downloadUrl(release.version, ''), `${address}/`);
    const served = writeManifest(join(work, 'index', 'plugins'), text);
    // The same check as by the bot of krew's index, except that the archives, which are not released yet, come from a local
    // server.
    await run(goTool('validate-krew-manifest'), [`-manifest=${served}`], { env });
    await addIndex(join(work, 'index'), env);
    const seconds = await installsAndRuns(release, env);
    return {
      way: 'krew',
      command: 'kubectl krew install regsecret',
      acceptedBy: 'validate-krew-manifest and krew 0.4.3: all platforms installed, TAB in Bash, a wrong sum refused',
      seconds,
    };
  });
}

/** Makes a krew index, which is a git repository, and adds it. */
async function addIndex(folder: string, env: Environment): Promise<void> {
  const git = ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    ['commit', '-q', '-m', 'regsecret'],
  ]) {
    await run('git', [...git, ...args], { env });
  }
  await run('kubectl', ['krew', 'index', 'add', 'default', folder], { env });
}

/** Installs and runs the plugin as a user would. Returns the seconds until it has run. */
async function installsAndRuns({ version }: ReleaseInfo, env: Environment): Promise<number> {
  const began = performance.now();
  await run('kubectl', ['krew', 'install', '--no-update-index', 'regsecret'], { env });
  const { stdout: said } = await run('kubectl', ['regsecret', '--version'], { env });
  const seconds = (performance.now() - began) / 1000;
  if (!said.startsWith(`${version} `)) throw new Error(`kubectl regsecret --version says ${said}`);
  await completes(env);
  await firstInPathWins(env);
  await run('kubectl', ['krew', 'uninstall', 'regsecret'], { env });
  const left = ['bin', 'store', 'receipts'].flatMap((folder) => readdirSync(join(env.KREW_ROOT, folder)));
  // Only the completer, which the user created, may remain.
  if (left.join() !== COMPLETER) throw new Error(`krew leaves ${left.join(', ')}`);
  return seconds;
}

type Environment = { readonly PATH: string; readonly KREW_ROOT: string; readonly HOME: string };

/** An environment whose PATH has kubectl, krew and krew's plugins, and only the system's programs besides. */
async function kubectlWithKrew(work: string): Promise<Environment> {
  const { kubectl } = await ensurePrograms(['kubectl'], (line) => process.stderr.write(`${line}\n`));
  const bin = join(work, 'bin');
  mkdirSync(bin);
  symlinkSync(kubectl, join(bin, 'kubectl'));
  symlinkSync(goTool('krew'), join(bin, 'kubectl-krew'));
  const root = join(work, 'krew');
  return { PATH: [join(root, 'bin'), bin, '/usr/bin', '/bin'].join(':'), KREW_ROOT: root, HOME: work };
}

async function refusesWrongSum(manifest: string, release: ReleaseInfo, work: string, env: Environment): Promise<void> {
  const wrong = readFileSync(manifest, 'utf8').replace(/(sha256: )\w+/g, `$1${'f'.repeat(64)}`);
  const archive = join(release.folder, archiveName(release.version, platformOf({ name: hostName() })));
  const args = [`--manifest=${writeManifest(join(work, 'wrong'), wrong)}`, `--archive=${archive}`];
  const said = await run('kubectl', ['krew', 'install', ...args], { env }).then(
    () => 'it is installed',
    ({ stderr }: { readonly stderr: string }) => stderr,
  );
  if (!said.includes('checksum does not match')) throw new Error(`krew says of a wrong sum: ${said}`);
}

/** Writes a manifest. krew requires that its file is called like the plugin. */
function writeManifest(folder: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, basename(KREW_MANIFEST));
  writeFileSync(file, text);
  return file;
}

const COMPLETER = 'kubectl_complete-regsecret';

/** Prints Bash's completion of `kubectl regsecret cr`, once the user has followed the caveats of the manifest. */
const TAB = `
source /usr/share/bash-completion/bash_completion
source <(kubectl completion bash)
COMP_WORDS=(kubectl regsecret cr) COMP_CWORD=2 COMP_LINE='kubectl regsecret cr' COMP_POINT=20 COMP_TYPE=9
__start_kubectl
echo "\${COMPREPLY[*]}"
`;

async function completes(env: Environment): Promise<void> {
  const file = join(env.KREW_ROOT, 'bin', COMPLETER);
  const { stdout: script } = await run('kubectl', ['regsecret', 'completion', 'kubectl'], { env });
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  const { stdout: proposed } = await run('bash', ['--norc', '-c', TAB], { env });
  if (proposed.trim() !== 'create') throw new Error(`for "kubectl regsecret cr" Bash proposes "${proposed}"`);
}

/** Checks that of krew's plugin and one from a package elsewhere the first in PATH runs, and that kubectl warns of the other. */
async function firstInPathWins(env: Environment): Promise<void> {
  const folder = join(env.HOME, 'package');
  const other = join(folder, 'kubectl-regsecret');
  mkdirSync(folder);
  writeFileSync(other, '#!/bin/sh\necho another\n', { mode: 0o755 });
  for (const [path, wins] of [
    [`${env.PATH}:${folder}`, false],
    [`${folder}:${env.PATH}`, true],
  ] as const) {
    const found = { env: { ...env, PATH: path } };
    const { stdout } = await run('kubectl', ['regsecret', '--version'], found);
    if ((stdout === 'another\n') !== wins) throw new Error(`with PATH=${path} kubectl regsecret says ${stdout}`);
    const warning = await run('kubectl', ['plugin', 'list'], found).catch(({ stderr }: { stderr: string }) => ({
      stderr,
    }));
    if (!warning.stderr.includes('is overshadowed by')) throw new Error(`kubectl plugin list warns: ${warning.stderr}`);
  }
}
