/** The machines that there is an executable for. */
import { arch, platform } from 'node:os';

export interface Target {
  /** As in the name of the executable. */
  readonly name: string;
  /** The npm package that Bun's runtime for it comes in. */
  readonly runtime: string;
  /** Where the runtime is in that package. */
  readonly program: string;
  /** How many levels of nested functions are compiled ahead of time; all of them unless said otherwise. */
  readonly bytecodeDepth?: number;
}

export const TARGETS: readonly Target[] = [
  { name: 'linux-x64', runtime: '@oven/bun-linux-x64', program: 'bin/bun' },
  { name: 'linux-arm64', runtime: '@oven/bun-linux-aarch64', program: 'bin/bun' },
  { name: 'linux-x64-musl', runtime: '@oven/bun-linux-x64-musl', program: 'bin/bun' },
  { name: 'darwin-x64', runtime: '@oven/bun-darwin-x64', program: 'bin/bun' },
  { name: 'darwin-arm64', runtime: '@oven/bun-darwin-aarch64', program: 'bin/bun' },
  // With all levels its archive would have 47 MB, and is not to have more than 45. A start takes a third longer so.
  { name: 'windows-x64', runtime: '@oven/bun-windows-x64', program: 'bin/bun.exe', bytecodeDepth: 0 },
];

/** The name of this machine as a target, whether or not there is an executable for it. */
export function hostName(): string {
  const musl = platform() === 'linux' && !hasGlibc();
  return `${platform() === 'win32' ? 'windows' : platform()}-${arch()}${musl ? '-musl' : ''}`;
}

/** The file that a build for `target` ends up in, below the folder exe/. */
export function executableName(target: string): string {
  return `regsecret-${target}${target.startsWith('windows') ? '.exe' : ''}`;
}

function hasGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}
