/** Credential plugins: a program that prints an ExecCredential (client-go plugin/pkg/client/auth/exec/exec.go). */
import { type ChildProcess, spawn } from 'node:child_process';
import { sep } from 'node:path';
import { printable } from '../../domain/text/printable.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { lookPath } from '../../look-path.ts';
import type { Connection } from '../config/connection.ts';
import type { ExecConfig } from '../config/kube-file.ts';
import type { Authenticator, Credentials } from './credentials.ts';
import { type ExecCredential, execInfo, readExecCredential } from './exec-credential.ts';
import { checkPluginPolicy } from './plugin-policy.ts';

/** More than any token and certificate. */
const MAX_OUTPUT = 1024 * 1024;

/** The plugin's credentials, asked for when they are needed and kept until they expire. */
export function createExecPlugin(exec: ExecConfig, connection: Connection, io: Io): Authenticator {
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(exec.apiVersion ?? '')) {
    throw new UserError(`exec plugin: invalid apiVersion "${exec.apiVersion}"`, 'kubectl config view --minify');
  }
  let latest: Promise<ExecCredential> | undefined;

  /** Requests at the same time share one run, which may be asking the user something. */
  async function get(isGood: (credential: ExecCredential) => boolean): Promise<ExecCredential> {
    const before = latest;
    if (before !== undefined) {
      const credential = await before;
      if (isGood(credential)) return credential;
    }
    if (latest === before) {
      latest = runPlugin(exec, connection, io);
      latest.catch(() => {
        latest = undefined;
      });
    }
    return latest ?? get(isGood);
  }

  return {
    current: async () => (await get(({ expires = Number.POSITIVE_INFINITY }) => Date.now() < expires)).credentials,
    renew: async (rejected) => !isSame((await get((latest) => latest.credentials !== rejected)).credentials, rejected),
  };
}

function isSame(one: Credentials, other: Credentials): boolean {
  return one.authorization === other.authorization && one.certificate === other.certificate && one.key === other.key;
}

/** `refreshCredsLocked`: stdin only for an interactive plugin, stderr goes to the user. */
async function runPlugin(exec: ExecConfig, connection: Connection, io: Io): Promise<ExecCredential> {
  const { command = '' } = exec;
  const interactive = isInteractive(exec, io);
  await checkPluginPolicy(command, io.env);
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  const program = lookPath(command, io.env) ?? (command.includes(sep) ? command : undefined);
  if (program === undefined) throw missing(exec);
  const child = spawn(program, exec.args, {
    env: { ...io.env, ...own, KUBERNETES_EXEC_INFO: execInfo(exec, connection, interactive) },
    // A terminal is handed on, so that the plugin sees one too.
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', io.stderr.isTTY ? 'inherit' : 'pipe'],
    windowsHide: true,
  });
  const { signal } = io;
  const timeout = connection.timeoutMs > 0 ? AbortSignal.timeout(connection.timeoutMs) : undefined;
  const ended = AbortSignal.any(timeout === undefined ? [signal] : [signal, timeout]);
  const kill = () => child.kill('SIGKILL');
  ended.addEventListener('abort', kill, { once: true });
  try {
    const output = await outputOf(child, exec, io, ended);
    return await readExecCredential(output, exec);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof UserError) throw error;
    const reason = timeout?.aborted ? `exec: executable ${nameOf(exec)} did not end in time` : (error as Error).message;
    throw new UserError(`getting credentials: ${reason}`, 'kubectl auth whoami');
  } finally {
    kill();
    // What it has started may still hold the other end.
    child.stdout?.destroy();
    child.stderr?.destroy();
    ended.removeEventListener('abort', kill);
  }
}

/** `isInteractive` */
function isInteractive(exec: ExecConfig, io: Io): boolean {
  if (exec.interactiveMode === 'Never') return false;
  if (exec.interactiveMode === 'IfAvailable' || io.stdin.isTTY) return io.stdin.isTTY;
  throw new UserError(
    'getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal',
    'run the command on a terminal',
  );
}

function outputOf(child: ChildProcess, exec: ExecConfig, io: Io, ended: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const stop = () => reject(ended.reason);
    if (ended.aborted) stop();
    ended.addEventListener('abort', stop, { once: true });
    child.stderr?.on('data', (chunk: Buffer) => io.stderr.write(chunk.toString('utf8')));
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > MAX_OUTPUT) reject(new Error(`exec: executable ${nameOf(exec)} printed more than 1 MiB`));
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? missing(exec) : new Error(`exec: ${nameOf(exec)}: ${error.code}`));
    });
    child.once('close', (code, killedBy) => {
      ended.removeEventListener('abort', stop);
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      const how = code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`;
      reject(new Error(`exec: executable ${nameOf(exec)} ${how}`));
    });
  });
}

/** `wrapCmdRunErrorLocked` */
function missing(exec: ExecConfig): UserError {
  const hint = printable((exec.installHint ?? '').replace(/\s+/g, ' ').trim()).slice(0, 500);
  const message = `getting credentials: exec: executable ${nameOf(exec)} not found`;
  return new UserError(message, hint || `install ${nameOf(exec)}, or put it in PATH`);
}

function nameOf(exec: ExecConfig): string {
  return printable(exec.command ?? '');
}
