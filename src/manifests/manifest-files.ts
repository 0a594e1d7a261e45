/** Reads manifests from disk and from stdin. */
import { globSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, sep } from 'node:path';
import { UserError } from '../errors.ts';
import { command, flagWords, pathWord, words } from '../line/command.ts';
import { againAs, EMPTY_STDIN, prose } from '../line/hint.ts';
import { errnoOf, systemReason } from '../system/errno.ts';
import { isFolder, isPath, type Limit, readFileOrPipe } from '../system/file.ts';
import type { Io } from '../system/io.ts';
import { nearest } from '../text/closest.ts';
import { printable, printed } from '../text/printable.ts';

export interface ManifestFile {
  /** As the user named it; `-` is stdin. */
  readonly name: string;
  readonly text: string;
}

const LIMIT: Limit = {
  bytes: 64 * 1024 * 1024,
  error: (name) => new UserError(`${name} holds more than ${LIMIT.bytes} bytes`, command`ls -l ${pathWord(name)}`),
};
/** cli-runtime pkg/resource/builder.go `FileExtensions` */
const EXTENSIONS = ['.json', '.yaml', '.yml'];

/** Whether a file of that name is read when it is in a named folder. */
function isManifestName(name: string): boolean {
  return EXTENSIONS.some((extension) => name.endsWith(extension));
}

/** Whether subfolders are read as well; undefined for a command that has no flag for it. */
export type Recursive = boolean | undefined;

/** Reads files, stdin, and the manifests in folders, which are sorted by name. Throws UserError. */
export async function readManifestFiles(
  names: readonly string[],
  recursive: Recursive,
  io: Io,
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const name of manifestNames(names, recursive, io)) files.push(await readManifestFile(name, io));
  return files;
}

/** The files that a pattern in quotes matches (cli-runtime pkg/resource/builder.go `expandIfFilePattern`). */
export function expandPattern(name: string): string[] {
  const found = /[*?[]/.test(name) && !isPath(name) ? globSync(name).sort() : [];
  return found.length > 0 ? found : [name];
}

/** The named files, and the manifests in named folders. Warns about files that it leaves out there. Throws UserError. */
export function manifestNames(
  names: readonly string[],
  recursive: Recursive,
  io: Pick<Io, 'stderr' | 'speech'>,
): string[] {
  return names.flatMap(expandPattern).flatMap((name) => (name === '-' ? [name] : listFiles(name, recursive, io)));
}

/** Reads one file, and waits when it is a pipe. Throws UserError, and the reason of the signal. */
export async function readManifestFile(name: string, io: Io): Promise<ManifestFile> {
  if (name !== '-') {
    io.listen();
    return { name, text: decode(await read(name, io.signal), name) };
  }
  const text = decode(io.stdin.readAll(LIMIT.bytes, 'manifests'), 'stdin');
  if (text.trim() === '') throw new UserError(`stdin ${EMPTY_STDIN.reason}`, EMPTY_STDIN.hint);
  return { name, text };
}

function listFiles(name: string, recursive: Recursive, io: Pick<Io, 'stderr' | 'speech'>): string[] {
  let hasFolders = false;
  try {
    if (!statSync(name).isDirectory()) return [name];
    const folder = realpathSync(name);
    const found = readdirSync(name, { recursive: recursive === true, withFileTypes: true });
    const manifests = found
      .filter((entry) => !entry.isDirectory() && isManifestName(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .filter((file) => {
        const reason = reasonToSkip(file, folder);
        if (reason !== undefined && !io.speech.quiet)
          io.stderr.write(printed`warning: ${printable(file)} is skipped: ${printable(reason)}\n`);
        return reason === undefined;
      });
    if (manifests.length > 0) return manifests;
    hasFolders = found.some((entry) => entry.isDirectory());
  } catch (error) {
    throw unreadable(error, name);
  }
  throw new UserError(
    `there is no manifest in ${name}`,
    recursive === false && hasFolders
      ? prose`add -R for the folders in ${name}`
      : command`ls ${flagWords([recursive ? '-R' : '-l'])} ${pathWord(name)}`,
  );
}

/**
 * Why a file is skipped; undefined for a regular file. A link may lead anywhere in `folder`, but not out of it, for example to a
 * device.
 */
function reasonToSkip(file: string, folder: string): string | undefined {
  try {
    const real = realpathSync(file);
    if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return 'it is a link out of the folder';
    return statSync(real).isFile() ? undefined : 'it is not a file';
  } catch (error) {
    return systemReason(error);
  }
}

async function read(name: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFileOrPipe(name, LIMIT, signal);
  } catch (error) {
    throw error instanceof UserError || signal.aborted ? error : unreadable(error, name);
  }
}

/** A byte order mark is kept, because the text has to stay complete. */
function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UserError(`${name} is not in UTF-8`, command`file ${pathWord(name)}`);
  }
}

/** The error for a file that cannot be read. If the file does not exist, its folder is read to find the name that was meant. */
function unreadable(error: unknown, name: string): UserError {
  const trouble = fileTrouble(error, `cannot read ${name}`, name);
  if (errnoOf(error) !== 'ENOENT') return trouble;
  const folder = dirname(name);
  const there = namesIn(folder);
  if (there === undefined) return trouble;
  // Names are compared without their extension, so that `a.yaml` is not near `b.yaml`.
  const stems = there.map(stemOf);
  const [stem = ''] = nearest(stemOf(name), stems, 1);
  const near = there[stems.indexOf(stem)];
  if (near === undefined)
    return new UserError(trouble.message, folder === '.' ? words`ls` : words`ls ${pathWord(folder)}`);
  const to = folder === '.' ? near : join(folder, near);
  return new UserError(`${trouble.message}; did you mean ${to}?`, againAs(name, to));
}

function stemOf(name: string): string {
  return basename(name, extname(name));
}

function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

/** An `error` of the system about a file, in words for the user. */
export function fileTrouble(error: unknown, text: string, name: string): UserError {
  return new UserError(`${text}: ${systemReason(error)}`, command`ls -l ${pathWord(name)}`);
}

/** A limit, because a tree may be as large as a disk, and one manifest in it is enough. */
const MAX_ENTRIES = 2000;

/**
 * Each folder among `names`, with the number of its subfolders that hold manifests. Hidden folders and npm packages do not count.
 */
export function unreadFolders(names: readonly string[]): { readonly name: string; readonly count: number }[] {
  return names
    .flatMap(expandPattern)
    .filter(isFolder)
    .map((name) => ({
      name,
      count: foldersIn(name).filter((path) => holdsManifest(path, { left: MAX_ENTRIES })).length,
    }))
    .filter(({ count }) => count > 0);
}

function holdsManifest(folder: string, budget: { left: number }): boolean {
  const entries = entriesOf(folder);
  budget.left -= entries.length;
  if (entries.some((entry) => !entry.isDirectory() && isManifestName(entry.name))) return true;
  return foldersIn(folder, entries).some((path) => budget.left > 0 && holdsManifest(path, budget));
}

function foldersIn(folder: string, entries = entriesOf(folder)): string[] {
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => join(folder, entry.name));
}

/** Empty for a folder that may not be read. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
