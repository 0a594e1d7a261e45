/** Looks at manifests and docker configs as they are in files, without a cluster. */
import { isTemplate, mayHoldObjects, namesKind } from '../../domain/manifest-text/placeholder.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { type ManifestFile, manifestNames, readManifestFile } from '../manifest-files.ts';
import { ManifestError, type ReadManifest, readManifest } from '../read-objects.ts';
import { type Lint, lint, type UnreadFile } from './lint.ts';

export interface LintedFiles extends Lint {
  readonly files: number;
}

/** A file that is no manifest is a finding. Throws UserError for one that was named and is not there. */
export async function lintManifests(
  files: readonly string[],
  recursive: boolean,
  now: number,
  io: Io,
): Promise<LintedFiles> {
  const names = [...new Set(manifestNames(files, recursive, io))];
  const read: (ReadManifest | UnreadFile)[] = [];
  for (const name of names) read.push(await parse(name, files.includes(name), io));
  const objects = read.flatMap((one) => ('objects' in one ? one.objects : []));
  const unread = read.flatMap((one) => ('error' in one ? [one] : []));
  return { ...lint(objects, unread, now), files: names.length };
}

/** Of a file that was named something is expected: one without an object is what a template leaves that failed. */
async function parse(name: string, isNamed: boolean, io: Io): Promise<ReadManifest | UnreadFile> {
  let file: ManifestFile = { name, text: '' };
  try {
    file = await readManifestFile(name, io);
    if (isNamed && !namesKind(file.text)) {
      const error = file.text.trim() === '' ? 'it is empty' : 'it holds no Kubernetes object';
      return { name, line: 1, error, chart: isTemplate(file.text) };
    }
    if (!mayHoldObjects(file.text)) file = { name, text: '' };
    return await readManifest(file, mayHoldObjects);
  } catch (error) {
    if (error instanceof UserError) return { name, line: 1, error: error.message, chart: false };
    if (!(error instanceof ManifestError)) throw error;
    return { name, line: error.line, error: `it ${error.message}`, chart: isTemplate(file.text) };
  }
}
