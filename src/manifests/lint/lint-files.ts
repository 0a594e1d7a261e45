/** Looks at manifests and docker configs as they are in files, without a cluster. */
import { mergedValue, TooManyNodes } from '../../domain/manifest-text/node.ts';
import { isTemplate, mayHoldObjects } from '../../domain/manifest-text/placeholder.ts';
import { lineNumber } from '../../domain/manifest-text/text-edit.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { manifestNames, readManifestFile } from '../manifest-files.ts';
import { parseTree } from '../yaml-tree.ts';
import type { ParsedFile } from './inventory.ts';
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
  const names = [...new Set(manifestNames(files, recursive))];
  const read: (ParsedFile | UnreadFile)[] = [];
  for (const name of names) read.push(await parse(name, io));
  const parsed = read.flatMap((one) => ('documents' in one ? [one] : []));
  const unread = read.flatMap((one) => ('error' in one ? [one] : []));
  return { ...lint(parsed, unread, now), files: names.length };
}

async function parse(name: string, io: Io): Promise<ParsedFile | UnreadFile> {
  const unread = { name, line: 1, chart: false };
  try {
    const { text } = readManifestFile(name, io);
    if (!mayHoldObjects(text)) return { name, text: '', documents: [] };
    const { documents, error } = await parseTree(text);
    if (error !== undefined) {
      const line = lineNumber(text, error.offset);
      return { name, line, error: `no YAML in line ${line} (${error.message})`, chart: isTemplate(text) };
    }
    const ours = documents.filter(({ start, end }) => mayHoldObjects(text.slice(start, end)));
    for (const document of ours) mergedValue(document);
    return { name, text, documents: ours };
  } catch (error) {
    if (error instanceof UserError) return { ...unread, error: error.message };
    if (error instanceof TooManyNodes) return { ...unread, error: 'it has aliases that stand for too much' };
    throw error;
  }
}
