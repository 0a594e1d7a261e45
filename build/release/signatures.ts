/**
 * The signatures of a release. Its workflow signs with its own identity, for which it needs GitHub and the network; here the
 * same program signs the same files and an image with a key that is thrown away, and must refuse what it should.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../runtime.ts';
import { goTool } from './go-tool.ts';
import { type LocalRegistry, startRegistry } from './local-registry.ts';
import type { CheckedWay, Part } from './release.ts';
import type { ReleaseInfo } from './release-info.ts';
import { SUMS } from './sums.ts';

/** What cosign makes of the file with the sums. */
export const SUMS_BUNDLE = `${SUMS}.sigstore.json`;

export const signatures: Part = { make: async () => undefined, check };

/** No transparency log, and nothing from the network. */
const OFFLINE_SIGN = ['--tlog-upload=false', '--use-signing-config=false', '--yes'];
const OFFLINE_VERIFY = ['--insecure-ignore-tlog=true'];
const environment = { ...process.env, COSIGN_PASSWORD: '' };

async function check(release: ReleaseInfo): Promise<CheckedWay[]> {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-signatures-'));
  const registry = await startRegistry(folder);
  try {
    const [key, otherKey] = ['ours', 'other'].map((name) => keyPair(join(folder, name))) as [string, string];
    return [...checkSums(release, folder, key, otherKey), ...checkImage(registry, folder, key, otherKey)];
  } finally {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkSums(release: ReleaseInfo, folder: string, key: string, otherKey: string): CheckedWay[] {
  const sums = join(folder, SUMS);
  const bundle = join(folder, SUMS_BUNDLE);
  copyFileSync(join(release.folder, SUMS), sums);
  sign('sign-blob', '--key', `${key}.key`, '--bundle', bundle, sums);
  const verify = (file: string, pair: string): string[] => {
    return ['verify-blob', '--key', `${pair}.pub`, '--bundle', bundle, ...OFFLINE_VERIFY, file];
  };
  const changed = join(folder, 'changed');
  writeFileSync(
    changed,
    readFileSync(sums, 'utf8').replace(/^[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0')),
  );
  return [
    accepted('SHA256SUMS', verify(sums, key)),
    refused('SHA256SUMS of another archive', verify(changed, key), /signature/i),
    refused('SHA256SUMS, another key', verify(sums, otherKey), /signature|key/i),
  ];
}

function checkImage(registry: LocalRegistry, folder: string, key: string, otherKey: string): CheckedWay[] {
  const [signed, unsigned] = ['signed', 'unsigned'].map((name) => registry.push(name, folder)) as [string, string];
  sign('sign', '--key', `${key}.key`, '--allow-http-registry', signed);
  const verify = (image: string, pair: string): string[] => {
    return ['verify', '--key', `${pair}.pub`, '--allow-http-registry', ...OFFLINE_VERIFY, image];
  };
  return [
    accepted('image', verify(signed, key)),
    refused('image without a signature', verify(unsigned, key), /no signatures found/i),
    refused('image, another key', verify(signed, otherKey), /signature|key/i),
  ];
}

/** The path of the new pair, without `.key` and `.pub`. */
function keyPair(path: string): string {
  execute(goTool('cosign'), ['generate-key-pair', '--output-key-prefix', path], environment);
  return path;
}

function sign(command: string, ...args: readonly string[]): void {
  execute(goTool('cosign'), [command, ...OFFLINE_SIGN, ...args], environment);
}

function accepted(way: string, args: readonly string[]): CheckedWay {
  execute(goTool('cosign'), args, environment);
  return { way, command: commandOf(args), acceptedBy: 'cosign' };
}

/** It must be refused, and for that reason. */
function refused(way: string, args: readonly string[], reason: RegExp): CheckedWay {
  const { status, stderr } = spawnSync(goTool('cosign'), args, { env: environment, encoding: 'utf8' });
  if (status === 0) throw new Error(`cosign accepts ${way}`);
  if (!reason.test(stderr)) throw new Error(`cosign refuses ${way} for another reason: ${stderr}`);
  return { way, command: commandOf(args), acceptedBy: 'refused by cosign' };
}

/** As it would be typed in the folder of the files. */
function commandOf(args: readonly string[]): string {
  return ['cosign', ...args.map((arg) => arg.replace(/^.*[\\/](?=[\w.]+$)/, ''))].join(' ');
}
