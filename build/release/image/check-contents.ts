/**
 * Checks an image after it was pushed to a registry: both platforms, the configuration, and that it contains no programs but
 * ours.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { janedoe } from '../../../test/environment/registries.ts';
import { execute } from '../../runtime.ts';
import { machineOf } from '../machine-code.ts';
import type { ReleaseInfo } from '../release-info.ts';
import { filesOf } from './debian.ts';
import { EXECUTABLE, labels, USER } from './oci.ts';

export interface PushedImage {
  readonly crane: string;
  readonly image: string;
  /** The OCI layout that was pushed. */
  readonly layout: string;
  readonly folder: string;
  readonly release: ReleaseInfo;
}

const MOST_BYTES = 130e6;

/** Returns a sentence with the unpacked size of each platform. Throws with the first problem. */
export async function checkContents(pushed: PushedImage): Promise<string> {
  const { image, layout, folder } = pushed;
  const crane = craneOf(pushed);
  const made = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests[0].digest;
  mustEqual(crane('digest', image).trim(), made, 'the digest in the registry');
  crane('validate', '--remote', image);
  const { manifests } = JSON.parse(crane('manifest', image)) as { readonly manifests: readonly Manifest[] };
  const platforms = manifests.map(({ platform: { os, architecture } }) => `${os}/${architecture}`);
  mustEqual(platforms, ['linux/amd64', 'linux/arm64'], 'the platforms');
  const sizes: string[] = [];
  for (const { platform } of manifests) {
    const name = `${platform.os}/${platform.architecture}`;
    checkConfig(JSON.parse(crane('config', '--platform', name, image)), pushed.release);
    const exported = join(folder, `${platform.architecture}.tar`);
    crane('export', '--platform', name, image, exported);
    const bytes = await checkFiles(readFileSync(exported), platform);
    if (bytes > MOST_BYTES) throw new Error(`${image} for ${name} has ${bytes} bytes`);
    sizes.push(`${platform.architecture} ${(bytes / 1e6).toFixed(1)} MB`);
  }
  return sizes.join(', ');
}

function craneOf({ crane, image, folder }: PushedImage): (...args: string[]) => string {
  const docker = join(folder, 'docker');
  mkdirSync(docker, { recursive: true });
  const { username, password } = janedoe;
  const auths = { [image.slice(0, image.indexOf('/'))]: { username, password } };
  writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths }));
  return (...args) => execute(crane, args, { ...process.env, DOCKER_CONFIG: docker });
}

interface Manifest {
  readonly platform: { readonly os: string; readonly architecture: string };
}

interface Config {
  readonly config: Readonly<Record<string, unknown>>;
}

function checkConfig({ config }: Config, release: ReleaseInfo): void {
  mustEqual(config.User, `${USER}:${USER}`, 'the user');
  mustEqual(config.Entrypoint, [`/${EXECUTABLE}`], 'the entry point');
  mustEqual(config.Labels, labels(release), 'the labels');
}

/** Checks the programs in an image, and returns the sum of the file sizes. */
async function checkFiles(archive: Buffer, { os, architecture }: Manifest['platform']): Promise<number> {
  const files = (await filesOf(archive)).flatMap((entry) => ('content' in entry ? [entry] : []));
  const machine = { os, arch: architecture, musl: false };
  const programs = files.filter(({ mode = 0, content }) => (mode & 0o111) !== 0 || machineOf(content) !== undefined);
  for (const { path, content } of programs) mustEqual(machineOf(content), machine, `what ${path} is made for`);
  const runnable = programs.map(({ path }) => path).filter((path) => !path.startsWith('usr/lib/'));
  const others = runnable.filter(
    (path) => path !== EXECUTABLE && !/^usr\/local\/bin\/docker-credential-(ecr-login|gcr)$/.test(path),
  );
  mustEqual([runnable.includes(EXECUTABLE), others], [true, []], 'programs');
  return files.reduce((sum, { content }) => sum + content.length, 0);
}

function mustEqual(found: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`${what}: ${JSON.stringify(found)}, and not ${JSON.stringify(expected)}`);
  }
}
