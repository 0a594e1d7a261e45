/** Runs the program as its users do: as a process. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { executableName, hostName } from '../../build/targets.ts';
import { atFileEnd } from '../environment/file-end.ts';
import { holdsCanary } from './canary.ts';

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  /** Added to an environment that has only PATH and an empty HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Set where the command is expected to print a secret on stdout. */
  readonly secretOnStdout?: boolean;
  readonly signal?: AbortSignal;
}

const bin = fileURLToPath(new URL('../../bin/regsecret.cjs', import.meta.url));

/**
 * The command that runs the artefact under test: the executable in REGSECRET_EXE, or else the npm package. The package runs on
 * the Node in REGSECRET_NODE if set, because npm scripts always run on the Node of the lock file.
 */
export function artefact(): [string, ...string[]] {
  const executable = process.env.REGSECRET_EXE;
  return executable ? [executable] : [process.env.REGSECRET_NODE || process.execPath, bin];
}

/** Both artefacts by name, for a test that is too expensive to run twice. The executable is left out where it was not built. */
export function artefacts(): [name: string, command: string[]][] {
  const executable = fileURLToPath(new URL(`../../exe/${executableName(hostName())}`, import.meta.url));
  return [
    ['the npm package', artefact()],
    ...(existsSync(executable) ? [['the executable', [executable]] as [string, string[]]] : []),
  ];
}

/** Runs regsecret to its end. Throws when the canary password appears on stderr, or on stdout without `secretOnStdout`. */
export async function regsecret(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran = await execute([...artefact(), ...args], options);
  if (holdsCanary(ran.stderr)) throw new Error(`a secret on stderr: ${ran.stderr}`);
  if (!options.secretOnStdout && holdsCanary(ran.stdout)) throw new Error(`a secret on stdout: ${ran.stdout}`);
  return ran;
}

/** Runs any program with the same isolated environment. */
export function execute([command = '', ...args]: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', HOME: emptyHome(), ...options.env };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      cwd: options.cwd,
      stdio: 'pipe',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    // A program that ends without reading its stdin is not an error of the test.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

let home: string | undefined;

/** A home folder without any login or kubeconfig. Each test file has one, which is removed when the file ends. */
function emptyHome(): string {
  home ??= mkdtempSync(join(tmpdir(), 'regsecret-home-'));
  return home;
}

atFileEnd(() => {
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
  home = undefined;
});
