/**
 * Finds, reads and merges kubeconfig files as kubectl does (client-go tools/clientcmd/loader.go).
 *
 * KubeConfig of @kubernetes/client-node 2.0.1 is not used because it differs from kubectl and is slow. It throws on a missing
 * file and on a name that two files define, ignores `tokenFile`, supports no overriding flag but the context, and its OIDC
 * renewal fails. Times below are for a whole process with two requests over mTLS to a real API server: bundled, medians of 40
 * rounds, 2 cores. `kubectl auth whoami`, which sends one request, takes 37 ms:
 *
 *                     this   KubeConfig with node:https
 *   Node 24           54 ms   97 ms
 *   Bun executable    21 ms   39 ms
 *
 * plain-yaml.ts accounts for 7 ms (Node) and 2 ms (Bun) of the difference.
 */
import { isUtf8 } from 'node:buffer';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { UserError } from '../errors.ts';
import { command, pathWord, words } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { errnoOf, systemReason } from '../system/errno.ts';
import type { Io } from '../system/io.ts';
import { readConfigFileOrPipe } from './config-file.ts';
import { FieldError } from './fields.ts';
import { type Cluster, type KubeContext, type KubeFile, parseKubeFile, type User } from './kube-file.ts';

export interface KubeConfig extends KubeFile {
  /** The files that were looked for, whether they exist or not. */
  readonly files: readonly string[];
  readonly missing: readonly string[];
}

/**
 * The merged configuration: `explicit` alone, which must exist, or the files of KUBECONFIG, or ~/.kube/config. Missing files and
 * empty names are skipped. A path below a regular file is an error. The first file that defines a name, or a current context,
 * wins; definitions are never merged (clientcmd `ClientConfigLoadingRules.Load`).
 */
export async function loadKubeConfig(
  explicit: string | undefined,
  { env, signal, listen }: Pick<Io, 'env' | 'signal' | 'listen'>,
): Promise<KubeConfig> {
  listen();
  const files = explicit ? [explicit] : configFiles(env);
  const missing: string[] = [];
  const parsed: KubeFile[] = [];
  for (const file of files) {
    const content = await read(file, signal);
    if (content === undefined) missing.push(file);
    else parsed.push(await parse(content, file));
  }
  if (explicit && missing.length > 0) {
    throw new UserError(
      `stat ${explicit}: no such file or directory`,
      prose`leave out --kubeconfig, or give a file that exists`,
    );
  }
  return {
    files,
    missing,
    currentContext: parsed.find((file) => file.currentContext !== undefined)?.currentContext,
    clusters: firstOf<Cluster>(parsed.map((file) => file.clusters)),
    users: firstOf<User>(parsed.map((file) => file.users)),
    contexts: firstOf<KubeContext>(parsed.map((file) => file.contexts)),
  };
}

/** As clientcmd `NewDefaultClientConfigLoadingRules`. Windows separates the names by `;`. */
function configFiles(env: Io['env']): readonly string[] {
  if (env.KUBECONFIG) return [...new Set(env.KUBECONFIG.split(delimiter).filter((file) => file !== ''))];
  return [join(kubeHome(env), '.kube', 'config')];
}

async function read(file: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return decodeText(await readConfigFileOrPipe(file, signal));
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return undefined;
    if (error instanceof FieldError) throw broken(file, error);
    if (error instanceof UserError || code === undefined) throw error;
    throw new UserError(
      `error loading config file "${file}": ${systemReason(error)}`,
      command`ls -ld ${pathWord(file)}`,
    );
  }
}

/** As go.yaml.in/yaml/v2 readerc.go: UTF-8, or UTF-16 with a byte order mark, as PowerShell's `>` writes it. */
function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isBigEndian = first === 0xfe && second === 0xff;
  if (isBigEndian || (first === 0xff && second === 0xfe)) {
    if (bytes.length % 2 !== 0) throw new FieldError('yaml: incomplete UTF-16 character');
    const units = Buffer.from(bytes.subarray(2));
    return (isBigEndian ? units.swap16() : units).toString('utf16le');
  }
  if (!isUtf8(bytes)) throw new FieldError('yaml: invalid UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

async function parse(content: string, file: string): Promise<KubeFile> {
  try {
    return await parseKubeFile(content, file);
  } catch (error) {
    throw error instanceof FieldError ? broken(file, error) : error;
  }
}

function broken(file: string, error: FieldError): UserError {
  const hint = words`kubectl config view --kubeconfig ${file}`;
  return new UserError(`error loading config file "${file}": ${error.message}`, hint);
}

function firstOf<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]));
}

/** The operating system and file checks to use. */
interface Machine {
  readonly system: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
  readonly isWritable: (folder: string) => boolean;
}

/** The home folder, as client-go finds it. */
export function kubeHome(env: Io['env'], machine: Machine = { system: platform(), exists, isWritable }): string {
  if (machine.system !== 'win32') return env.HOME || homedir();
  const { HOME = '', HOMEDRIVE, HOMEPATH, USERPROFILE = '' } = env;
  const driveAndPath = HOMEDRIVE && HOMEPATH ? HOMEDRIVE + HOMEPATH : '';
  // There are two orders. The older one applies when a kubeconfig already exists in one of the folders.
  const old = [HOME, driveAndPath, USERPROFILE].filter(Boolean);
  const folders = [HOME, USERPROFILE, driveAndPath].filter(Boolean);
  return (
    old.find((folder) => machine.exists(join(folder, '.kube', 'config'))) ??
    folders.find(machine.isWritable) ??
    folders.find(machine.exists) ??
    folders[0] ??
    homedir()
  );
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
