/**
 * Checks the signatures of a release. The release workflow signs with its own identity, which needs GitHub and the network. Here
 * the same program signs the same files and an image with a temporary key, and must refuse altered ones.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { execute } from '../runtime.ts';
import { goTool } from './go-tool.ts';
import { type LocalRegistry, startRegistry } from './local-registry.ts';
import type { CheckedWay, Part } from './release.ts';
import { archiveName, type ReleaseInfo } from './release-info.ts';
import { SUMS } from './sums.ts';

/** The signature bundle that cosign makes for the file with the checksums. */
export const SUMS_BUNDLE = `${SUMS}.sigstore.json`;

export const signatures: Part = { make: async () => undefined, check };

/** Signs without a transparency log and without the network. */
const OFFLINE_SIGN = ['--tlog-upload=false', '--use-signing-config=false', '--yes'];
const OFFLINE_VERIFY = ['--insecure-ignore-tlog=true'];
const environment = { ...process.env, COSIGN_PASSWORD: '' };

async function check(release: ReleaseInfo): Promise<CheckedWay[]> {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-signatures-'));
  const registry = await startRegistry(folder);
  try {
    const keys = { ours: keyPair(folder, 'ours'), other: keyPair(folder, 'other') };
    return [...checkSums(release, folder, keys), ...checkArchive(release, folder), ...checkImage(registry, keys)];
  } finally {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The paths of key pairs, without `.key` and `.pub`. */
interface Keys {
  readonly ours: string;
  readonly other: string;
}

function checkSums(release: ReleaseInfo, folder: string, { ours, other }: Keys): CheckedWay[] {
  const sums = join(folder, SUMS);
  const bundle = join(folder, SUMS_BUNDLE);
  copyFileSync(join(release.folder, SUMS), sums);
  sign('sign-blob', '--key', `${ours}.key`, '--bundle', bundle, sums);
  const changed = join(folder, 'changed');
  writeFileSync(
    changed,
    readFileSync(sums, 'utf8').replace(/^[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0')),
  );
  const verify = (file: string, pair: string): string[] => {
    return ['verify-blob', '--key', `${pair}.pub`, '--bundle', bundle, ...OFFLINE_VERIFY, file];
  };
  return [
    accepted('signature of SHA256SUMS', cosign(verify(sums, ours))),
    refused('SHA256SUMS with another sum', cosign(verify(changed, ours)), /invalid signature/),
    refused('SHA256SUMS, signed with another key', cosign(verify(sums, other)), /invalid signature/),
  ];
}

/** Only the checksums are signed, so they must detect a changed file. */
function checkArchive(release: ReleaseInfo, folder: string): CheckedWay[] {
  const archives = release.platforms.map(({ platform }) => archiveName(release.version, platform));
  const run = (): Ran => ran('sha256sum', ['--check', '--ignore-missing', SUMS], { cwd: folder });
  for (const name of archives) symlinkSync(resolve(release.folder, name), join(folder, name));
  const whole = run();
  const [cut = ''] = archives;
  rmSync(join(folder, cut));
  writeFileSync(join(folder, cut), readFileSync(join(release.folder, cut)).subarray(0, -1));
  return [accepted('archives', whole), refused('archive without its last byte', run(), /checksum did NOT match/)];
}

function checkImage(registry: LocalRegistry, { ours, other }: Keys): CheckedWay[] {
  const [signed, unsigned] = [registry.push('signed'), registry.push('unsigned')];
  sign('sign', '--key', `${ours}.key`, '--allow-http-registry', signed);
  const verify = (image: string, pair: string): string[] => {
    return ['verify', '--key', `${pair}.pub`, '--allow-http-registry', ...OFFLINE_VERIFY, image];
  };
  return [
    accepted('signature of an image', cosign(verify(signed, ours))),
    refused('image without a signature', cosign(verify(unsigned, ours)), /no signatures found/),
    refused('image, signed with another key', cosign(verify(signed, other)), /accepted signatures do not match/),
  ];
}

function keyPair(folder: string, name: string): string {
  const path = join(folder, name);
  execute(goTool('cosign'), ['generate-key-pair', '--output-key-prefix', path], environment);
  return path;
}

function sign(command: string, ...args: readonly string[]): void {
  execute(goTool('cosign'), [command, ...OFFLINE_SIGN, ...args], environment);
}

/** A program that was run. `command` is what a user would type in the folder of its files. */
interface Ran {
  readonly command: string;
  readonly status: number | null;
  readonly stderr: string;
}

function cosign(args: readonly string[]): Ran {
  return { ...ran(goTool('cosign'), args, { env: environment }), command: typed('cosign', args) };
}

function ran(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): Ran {
  const { status, stderr } = spawnSync(program, args, { ...options, encoding: 'utf8' });
  return { command: typed(program, args), status, stderr };
}

function typed(program: string, args: readonly string[]): string {
  const short = args.map((arg) => arg.replace(/^127[^/]*/, 'registry.example').replace(/@sha256:.*/, ''));
  return [program, ...short.map((arg) => (arg.startsWith('/') ? basename(arg) : arg))].join(' ');
}

function accepted(way: string, { command, status, stderr }: Ran): CheckedWay {
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return { way, command, acceptedBy: command.split(' ')[0] ?? '' };
}

/** Throws unless the command was refused for this reason. */
function refused(way: string, { command, status, stderr }: Ran, reason: RegExp): CheckedWay {
  if (status === 0) throw new Error(`${way} is accepted by ${command}`);
  if (!reason.test(stderr)) throw new Error(`${way} is refused for another reason: ${stderr}`);
  return { way, command, acceptedBy: 'refused, as it has to be' };
}
