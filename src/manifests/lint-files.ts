/** Checks manifests and docker configs in files, without a cluster. */
import { relative } from 'node:path';
import type { YamlNode } from '../codec/go/yaml-node.ts';
import { parseTree } from '../codec/yaml-tree.ts';
import { UserError } from '../errors.ts';
import { command, flagWords, pathWord } from '../line/command.ts';
import type { Io } from '../system/io.ts';
import { many } from '../text/enumerate.ts';
import { lineNumber } from '../text/text-edit.ts';
import { isKustomization } from './kustomization.ts';
import { type Lint, lint, type UnreadFile } from './lint.ts';
import type { LintLine } from './lint-line.ts';
import { expandPattern, type ManifestFile, manifestNames, readManifestFile } from './manifest-files.ts';
import { isTemplate, mayHoldObjects, namesKind } from './placeholder.ts';
import { checkNamespaces, ManifestError, type ReadManifest, readManifest } from './read-objects.ts';

export interface LintedFiles extends Lint {
  readonly files: number;
}

/**
 * Checks `files`. A file that is not a manifest is a finding. Throws UserError for a named file that does not exist, and as
 * {@link checkNamespaces}.
 */
export async function lintManifests(
  files: readonly string[],
  typed: LintLine,
  now: number,
  io: Io,
): Promise<LintedFiles> {
  const { recursive = false, namespace } = typed;
  const named = files.flatMap(expandPattern);
  const names = [...new Set(manifestNames(named, recursive, io))];
  const read: (ReadManifest | UnreadFile)[] = [];
  for (const name of names) read.push(await parse(name, named, io));
  const objects = read.flatMap((one) => ('objects' in one ? one.objects : []));
  checkNamespaces(objects, namespace);
  const unread = read.flatMap((one) => ('error' in one ? [one] : []));
  const kustomizations = read.flatMap((one) => ('objects' in one && isKustomization(one.file) ? [one.file] : []));
  if (kustomizations.length === 0 && read.every((one) => 'objects' in one && !namesKind(one.file.text))) {
    throw new UserError(
      `there is no Kubernetes object in ${many(files)}`,
      command`ls ${flagWords([recursive ? '-R' : '-l'])} ${files.map(pathWord)}`,
    );
  }
  return { ...lint({ objects, unread, kustomizations, typed }, now), files: names.length };
}

/** Whether a document is only text. An empty document is not. */
function isText(document: YamlNode): boolean {
  return document.kind === 'scalar' && document.value !== null;
}

function withoutObject({ text }: ManifestFile): string {
  if (text.trim() === '') return 'it is empty';
  const isReport = /^[a-z.]+\/\S+ (?:created|configured|unchanged|replaced)\b/.test(text);
  return isReport ? 'it is the message of a command: add -o yaml to that command' : 'it holds no Kubernetes object';
}

/**
 * Reads one file. A named file should hold an object: one without is what a failed template leaves. In a folder, other YAML is
 * skipped, but a file that cannot be read is reported, because nobody knows what it was meant to be.
 */
async function parse(name: string, named: readonly string[], io: Io): Promise<ReadManifest | UnreadFile> {
  const isNamed = named.includes(name);
  let file: ManifestFile = { name, text: '' };
  try {
    file = await readManifestFile(name, io);
    if (isNamed && !namesKind(file.text) && !isKustomization(file)) {
      return { name, line: 1, error: withoutObject(file), chart: isTemplate(file.text) };
    }
    const read = readManifest(file, (text, document) => isText(document) || mayHoldObjects(text));
    const text = read.file.documents.find(isText);
    if (text === undefined || isOfTools(name, named)) return read;
    const line = lineNumber(file.text, text.start);
    return { name, line, error: `line ${line} is text and no Kubernetes object`, chart: isTemplate(file.text) };
  } catch (error) {
    // When stdin cannot be read, the error is thrown, because otherwise all objects in it would be reported as missing.
    if (error instanceof UserError && name !== '-') return { name, line: 1, error: error.message, chart: false };
    if (!(error instanceof ManifestError)) throw error;
    const isOurs = isNamed || mayHoldObjects(file.text);
    if (!isOurs && (isOfTools(name, named) || isJsonWithComments(file))) {
      return { file: { ...file, documents: [] }, objects: [] };
    }
    return { name, line: error.line, error: `it ${error.message}`, chart: isTemplate(file.text) };
  }
}

/**
 * Whether a file below a named folder is hidden, or in an npm package: settings and test data of other tools, some broken on
 * purpose.
 */
function isOfTools(name: string, named: readonly string[]): boolean {
  return named.every((folder) => TOOLS.test(relative(folder, name)));
}

const TOOLS = /(^|[\\/])(node_modules|\.[^.\\/][^\\/]*)([\\/]|$)/;
/** An unclosed string or comment matches up to the end of the text, so that no text takes long. */
const TEXT_OR_COMMENT = /("(?:[^"\\]|\\.)*"?)|\/\/.*|\/\*[\s\S]*?(?:\*\/|$)/g;
const MAX_SETTINGS = 1_000_000;

/** Whether the file is JSON with comments, as editors and compilers keep their settings. */
function isJsonWithComments({ name, text }: ManifestFile): boolean {
  if (!name.endsWith('.json') || text.length > MAX_SETTINGS) return false;
  const { error } = parseTree(text.replace(TEXT_OR_COMMENT, (_, kept = ' ') => kept));
  return error === undefined;
}
