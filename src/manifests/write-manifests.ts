/** Writes changed manifests in place, without losing what others write at the same time. */
import { statSync } from 'node:fs';
import { command, pathWord } from '../domain/text/command.ts';
import { prose } from '../domain/text/hint.ts';
import { UserError } from '../errors.ts';
import { Locked } from '../files/file-lock.ts';
import { replaceFile, tidyBeside } from '../files/file-write.ts';
import type { Io } from '../io.ts';
import { type ChangedFile, changeManifests, type ManifestRequest } from './change.ts';
import { fileTrouble } from './manifest-files.ts';

/** Each other process of regsecret may cost one attempt. No editor saves as fast as this. */
const MAX_ATTEMPTS = 50;

/**
 * Writes each of `files`. A file that is no longer what was read is planned again. `done` receives each file that was written,
 * also before an error. `warn` receives a sentence about other names of a file (hard links), which keep the old text. Throws
 * UserError, and the reason of the signal.
 */
export async function writeManifests(
  files: readonly ChangedFile[],
  request: ManifestRequest,
  io: Io,
  { done, warn }: { readonly done: (file: ChangedFile) => void; readonly warn: (text: string) => void },
): Promise<void> {
  io.listen();
  const names = files.map(({ name }) => name);
  for (const file of files) done(await writeManifest(file, { ...request, files: names }, io, warn));
}

async function writeManifest(
  planned: ChangedFile,
  request: ManifestRequest,
  io: Io,
  warn: (text: string) => void,
): Promise<ChangedFile> {
  const { name } = planned;
  let file = planned;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    if (file.after === file.before) {
      await tidyBeside(name, io.signal);
      return file;
    }
    if (await replaceManifest(file, io.signal, warn)) return file;
    const changed = await changeManifests(request, io);
    file = changed.find((one) => one.name === name) ?? file;
  }
  throw new UserError(`${name} keeps changing while it is written`, prose`run the same command again`);
}

/** False when the file is no longer what was read. */
async function replaceManifest(
  { name, before, after }: ChangedFile,
  signal: AbortSignal,
  warn: (text: string) => void,
): Promise<boolean> {
  try {
    const found = statSync(name);
    if (!found.isFile())
      throw new UserError(`cannot write ${name}: it is not a file`, command`ls -l ${pathWord(name)}`);
    if (!(await replaceFile(name, { before, after }, signal))) return false;
    if (found.nlink > 1) {
      warn(`${name} is one of ${found.nlink} names of a file (hard links): only this one has the new text`);
    }
    return true;
  } catch (error) {
    if (error instanceof UserError || signal.aborted) throw error;
    if (error instanceof Locked) {
      throw new UserError(
        `cannot write ${name}: another process holds ${error.lock}`,
        command`rm ${pathWord(error.lock)}`,
      );
    }
    throw fileTrouble(error, `cannot write ${name}`, name);
  }
}
