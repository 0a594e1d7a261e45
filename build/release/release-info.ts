/** What a release is: its version, its commit, and the files that it is made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../runtime.ts';
import { TARGETS, type Target } from '../targets.ts';

export interface ReleaseInfo {
  /** `0.1.0` */
  readonly version: string;
  /** All 40 digits. */
  readonly commit: string;
  /** When the commit was made, in seconds since 1970: the time of every file in an archive, so that two builds are equal. */
  readonly time: number;
  /** The folder that everything is written to. */
  readonly folder: string;
  /** What there is an executable for: all of {@link PLATFORMS}, or those that were asked for. */
  readonly platforms: typeof PLATFORMS;
}

export const RELEASE_FOLDER = join('dist', 'release');
export const REPOSITORY = 'https://github.com/regsecret/regsecret';

export function releaseInfo(folder: string = RELEASE_FOLDER, platforms = PLATFORMS): ReleaseInfo {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const [commit = '', time = ''] = execute('git', ['log', '-1', '--format=%H %ct']).trim().split(' ');
  return { version, commit, time: Number(time), folder, platforms };
}

/** An operating system and an architecture as Go and Kubernetes name them, which names of files have. */
export interface Platform {
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** Of Linux with musl in place of glibc. */
  readonly musl: boolean;
}

export function platformOf({ name }: Pick<Target, 'name'>): Platform {
  const [os, arch, libc] = name.split('-') as [Platform['os'], string, string?];
  return { os, arch: arch === 'x64' ? 'amd64' : 'arm64', musl: libc === 'musl' };
}

/** `regsecret_0.1.0_linux_amd64.tar.gz`; for Windows a `.zip`. */
export function archiveName(version: string, { os, arch, musl }: Platform): string {
  return `regsecret_${version}_${os}_${arch}${musl ? '_musl' : ''}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
}

/** The executable in an archive. */
export function executableIn({ os }: Pick<Platform, 'os'>): string {
  return os === 'windows' ? 'regsecret.exe' : 'regsecret';
}

/** Where an archive can be downloaded once it is released. */
export function downloadUrl(version: string, file: string): string {
  return `${REPOSITORY}/releases/download/v${version}/${file}`;
}

export const PLATFORMS: readonly { readonly target: Target; readonly platform: Platform }[] = TARGETS.map((target) => ({
  target,
  platform: platformOf(target),
}));

/** The two images, by what the names of the second have more. */
export const IMAGE_VARIANTS = ['', '-helpers'] as const;
export type ImageVariant = (typeof IMAGE_VARIANTS)[number];

/** `ghcr.io/regsecret/regsecret:0.1.0-helpers` */
export function imageName(version: string, variant: ImageVariant): string {
  return `ghcr.io/regsecret/regsecret:${version}${variant}`;
}

/** `regsecret_0.1.0_image-helpers.tar` */
export function imageArchive(version: string, variant: ImageVariant): string {
  return `regsecret_${version}_image${variant}.tar`;
}
