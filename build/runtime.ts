/** Gets Bun's runtimes for other machines from npm, and accepts only packages whose checksum is in package-lock.json. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from './targets.ts';

/** The path of the runtime for `target`, which is kept in `folder` from one build to the next. */
export function runtimeFor({ runtime, program }: Target, folder: string): string {
  const { version, integrity } = locked(runtime);
  const kept = join(folder, `${runtime.replace('/', '-')}-${version}`);
  if (!existsSync(kept)) {
    const unpacked = `${kept}.part`;
    rmSync(unpacked, { recursive: true, force: true });
    mkdirSync(unpacked, { recursive: true });
    const packed = npmPack(`${runtime}@${version}`, unpacked);
    const digest = `sha512-${createHash('sha512').update(readFileSync(packed)).digest('base64')}`;
    if (digest !== integrity) throw new Error(`${runtime} ${version} is not the package of package-lock.json`);
    execute('tar', ['-xzf', packed, '-C', unpacked]);
    rmSync(packed);
    renameSync(unpacked, kept);
  }
  return join(kept, 'package', program);
}

/** Runs a program to its end and returns its stdout. Throws with its stderr when it fails. */
export function execute(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): string {
  // npm is a script on Windows.
  const options = { encoding: 'utf8', shell: command === 'npm' && process.platform === 'win32', env } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, { ...options, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

function npmPack(name: string, folder: string): string {
  const [{ filename }] = JSON.parse(execute('npm', ['pack', name, '--json', '--silent', '--pack-destination', folder]));
  return join(folder, filename);
}

function locked(name: string): { readonly version: string; readonly integrity: string } {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const entry = packages[`node_modules/${name}`];
  if (entry === undefined) throw new Error(`package-lock.json does not know ${name}`);
  return entry;
}
