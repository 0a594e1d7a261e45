/** What a registry has of an image once it is pushed: both platforms, the configuration, and nothing that could be run but ours. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { janedoe } from '../../../test/environment/registries.ts';
import { execute } from '../../runtime.ts';
import type { ReleaseInfo } from '../release-info.ts';
import { filesOf } from './debian.ts';
import { EXECUTABLE, labels, USER } from './oci.ts';

export interface PushedImage {
  readonly crane: string;
  readonly image: string;
  /** The folder that was pushed. */
  readonly layout: string;
  readonly folder: string;
  readonly release: ReleaseInfo;
}

/** By the number that ELF has for it. */
const MACHINES = { amd64: 0x3e, arm64: 0xb7 } as const;
/** Of the image without helpers. */
const MOST_BYTES = 130e6;

/** The size of each platform, unpacked, as a sentence; throws with what is wrong. */
export async function checkContents(pushed: PushedImage): Promise<string> {
  const { image, layout, folder } = pushed;
  const crane = craneOf(pushed);
  const made = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests[0].digest;
  mustEqual(crane('digest', image).trim(), made, 'the digest in the registry');
  crane('validate', '--remote', image);
  const { manifests } = JSON.parse(crane('manifest', image));
  const platforms = manifests.map(({ platform }: { platform: { os: string; architecture: string } }) => platform);
  mustEqual(
    platforms.map(({ os, architecture }: { os: string; architecture: string }) => `${os}/${architecture}`),
    ['linux/amd64', 'linux/arm64'],
    'the platforms',
  );
  const sizes: string[] = [];
  for (const architecture of Object.keys(MACHINES) as (keyof typeof MACHINES)[]) {
    const platform = `linux/${architecture}`;
    checkConfig(JSON.parse(crane('config', '--platform', platform, image)), pushed.release);
    const exported = join(folder, `${architecture}.tar`);
    crane('export', '--platform', platform, image, exported);
    const bytes = await checkFiles(readFileSync(exported), MACHINES[architecture]);
    if (!image.endsWith('-helpers') && bytes > MOST_BYTES)
      throw new Error(`${image} for ${platform} has ${bytes} bytes`);
    sizes.push(`${architecture} ${(bytes / 1e6).toFixed(1)} MB`);
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

interface Config {
  readonly created: string;
  readonly config: Readonly<Record<string, unknown>>;
}

function checkConfig({ config }: Config, release: ReleaseInfo): void {
  mustEqual(config.User, `${USER}:${USER}`, 'the user');
  mustEqual(config.Entrypoint, [`/${EXECUTABLE}`], 'the entry point');
  mustEqual(config.Labels, labels(release), 'the labels');
}

async function checkFiles(archive: Buffer, machine: number): Promise<number> {
  const files = (await filesOf(archive)).flatMap((entry) => ('content' in entry ? [entry] : []));
  const programs = files.filter(({ content }) => content.subarray(0, 4).toString('latin1') === '\x7fELF');
  if (!programs.some(({ path }) => path === EXECUTABLE)) throw new Error(`there is no ${EXECUTABLE}`);
  for (const { path, content } of programs) mustEqual(content.readUInt16LE(18), machine, `the machine of ${path}`);
  const scripts = files.filter(
    ({ content, mode = 0 }) => (mode & 0o111) !== 0 && !programs.some((one) => one.content === content),
  );
  mustEqual(
    scripts.map(({ path }) => path),
    [],
    'scripts',
  );
  const others = programs.filter(
    ({ path }) => !/^usr\/lib\/|^usr\/local\/bin\/(regsecret|docker-credential-[a-z-]+)$/.test(path),
  );
  mustEqual(
    others.map(({ path }) => path),
    [],
    'other programs',
  );
  return files.reduce((sum, { content }) => sum + content.length, 0);
}

function mustEqual(found: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`${what}: ${JSON.stringify(found)}, and not ${JSON.stringify(expected)}`);
  }
}
