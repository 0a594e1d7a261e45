/** A release: its version, its commit and its platforms. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../runtime.ts';
import { TARGETS, type Target } from '../targets.ts';

export interface ReleaseInfo {
  /** `0.1.0` */
  readonly version: string;
  /** The full hash of 40 digits. */
  readonly commit: string;
  /** The time of the commit in seconds since 1970. Every file in an archive gets this time, so that two builds are equal. */
  readonly time: number;
  /** The output folder. */
  readonly folder: string;
  /** The platforms with an executable: all of {@link PLATFORMS}, or the requested ones. */
  readonly platforms: typeof PLATFORMS;
}

export const RELEASE_FOLDER = join('dist', 'release');
export const REPOSITORY = 'https://github.com/regsecret/regsecret';

export function releaseInfo(folder: string = RELEASE_FOLDER, platforms = PLATFORMS): ReleaseInfo {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const [commit = '', time = ''] = execute('git', ['log', '-1', '--format=%H %ct']).trim().split(' ');
  return { version, commit, time: Number(time), folder, platforms };
}

/** An operating system and an architecture in the terms of Go and Kubernetes, which file names use. */
export interface Platform {
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** Linux with musl instead of glibc. */
  readonly musl: boolean;
}

export function platformOf({ name }: Pick<Target, 'name'>): Platform {
  const [os, arch, libc] = name.split('-') as [Platform['os'], string, string?];
  return { os, arch: arch === 'x64' ? 'amd64' : 'arm64', musl: libc === 'musl' };
}

/** The file name of an archive, such as `regsecret_0.1.0_linux_amd64.tar.gz`; for Windows a `.zip`. */
export function archiveName(version: string, { os, arch, musl }: Platform): string {
  return `regsecret_${version}_${os}_${arch}${musl ? '_musl' : ''}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
}

/** The name of the executable in an archive. */
export function executableIn({ os }: Pick<Platform, 'os'>): string {
  return os === 'windows' ? 'regsecret.exe' : 'regsecret';
}

/** The download address of a file once it is released. */
export function downloadUrl(version: string, file: string): string {
  return `${REPOSITORY}/releases/download/v${version}/${file}`;
}

export const PLATFORMS: readonly { readonly target: Target; readonly platform: Platform }[] = TARGETS.map((target) => ({
  target,
  platform: platformOf(target),
}));

/** The two images, by the suffix of their tag. */
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
