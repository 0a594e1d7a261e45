/** The machines for which there is an executable. */
import { arch, platform } from 'node:os';

export interface Target {
  /** The name as in the executable's file name. */
  readonly name: string;
  /** The npm package with Bun's runtime for this machine. */
  readonly runtime: string;
  /** The path of the runtime in that package. */
  readonly program: string;
  /** The number of levels of nested functions that are compiled ahead of time; all by default. */
  readonly bytecodeDepth?: number;
}

export const TARGETS: readonly Target[] = [
  { name: 'linux-x64', runtime: '@oven/bun-linux-x64', program: 'bin/bun' },
  { name: 'linux-arm64', runtime: '@oven/bun-linux-aarch64', program: 'bin/bun' },
  { name: 'linux-x64-musl', runtime: '@oven/bun-linux-x64-musl', program: 'bin/bun' },
  { name: 'darwin-x64', runtime: '@oven/bun-darwin-x64', program: 'bin/bun' },
  { name: 'darwin-arm64', runtime: '@oven/bun-darwin-aarch64', program: 'bin/bun' },
  // With all levels its archive would have 47 MB, and the limit is 45. Because of this, a start takes a third longer.
  { name: 'windows-x64', runtime: '@oven/bun-windows-x64', program: 'bin/bun.exe', bytecodeDepth: 0 },
];

/** The target name of this machine, whether or not there is an executable for it. */
export function hostName(): string {
  const musl = platform() === 'linux' && !hasGlibc();
  return `${platform() === 'win32' ? 'windows' : platform()}-${arch()}${musl ? '-musl' : ''}`;
}

/** The file name of the executable for `target`, below the folder exe/. */
export function executableName(target: string): string {
  return `regsecret-${target}${target.startsWith('windows') ? '.exe' : ''}`;
}

function hasGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}
