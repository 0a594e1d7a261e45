/** Attaches a pull secret to objects in manifests, or detaches it, without a cluster. */

import { statSync } from 'node:fs';
import { objectOf } from '../diagnosis/image-pull.ts';
import { UserError } from '../errors.ts';
import { describeObject } from '../findings/finding-record.ts';
import { editFile } from '../findings/pod-commands.ts';
import { command, kubectlPath, pathWord, words } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { opensImage } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import { LockedError } from '../system/file-lock.ts';
import { replaceFile, tidyBeside } from '../system/file-write.ts';
import type { Io } from '../system/io.ts';
import { lineNumber } from '../text/text-edit.ts';
import { describeFault } from '../workloads/field-fault.ts';
import { manifestKindOf } from '../workloads/kind.ts';
import { changedList, type Verb } from '../workloads/list-change.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { editManifest, type PullManifest, readPullManifest } from './edit-manifest.ts';
import { fieldFaults, isAboutList } from './field-faults.ts';
import { fileTrouble, type ManifestFile, readManifestFiles } from './manifest-files.ts';
import { manifestSecret, secretMadeBy } from './manifest-secrets.ts';
import type { ManifestObject } from './objects.ts';
import { checkNamespaces, ManifestError, withinLimits } from './read-objects.ts';

export interface ManifestRequest {
  readonly verb: Verb;
  readonly secret: string;
  readonly files: readonly string[];
  readonly recursive: boolean;
  /** The namespace of `-n`. */
  readonly namespace?: string | undefined;
  /** When given, only pods with an image that this Secret opens are changed. */
  readonly opens: Secret | undefined;
}

export interface ChangedFile {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly objects: readonly ChangedObject[];
  /** Objects that get their first list, although none of the files shows the list of their service account, which it hides. */
  readonly hiding: readonly ManifestObject['ref'][];
  /** Whether the file holds the Secret, or an object that makes it. */
  readonly hasSecret: boolean;
}

interface ChangedObject {
  readonly ref: ManifestObject['ref'];
  readonly action: 'patched' | 'unchanged';
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly images: readonly string[];
}

/** The files as they should become; nothing is written yet. Throws UserError. */
export async function changeManifests(request: ManifestRequest, io: Io): Promise<ChangedFile[]> {
  const files = await readManifestFiles(request.files, request.recursive, io);
  const manifests = files.map((file) => withFileName(file, () => readPullManifest(file)));
  checkNamespaces(
    manifests.flatMap(({ placed }) => placed),
    request.namespace,
  );
  const accounts = accountsIn(manifests.flatMap(({ objects }) => objects));
  return manifests.map((manifest) => {
    const { file, objects, placed } = manifest;
    const concerned = new Set(objects.filter((object) => isConcerned(object, request)));
    const wanted = (object: ManifestObject) =>
      concerned.has(object) ? wantedList(object, accounts, request) : undefined;
    const { text, edits } = withFileName(file, () => {
      checkLists(manifest, concerned);
      return editManifest(manifest, wanted);
    });
    const lists = new Map(edits.map(({ object, after }) => [object, after]));
    return {
      name: file.name,
      before: file.text,
      after: text,
      objects: [...concerned].map((object) => changedObject(object, lists.get(object))),
      hiding: edits.flatMap(({ object }) =>
        isFirst(object, request) && !accounts.has(accountOf(object)) ? [object.ref] : [],
      ),
      hasSecret: placed.some(({ value }) => {
        const secret = manifestSecret(value) ?? secretMadeBy(value.kind, value);
        return secret?.metadata.name === request.secret;
      }),
    };
  });
}

/** Throws {@link ManifestError} for a list that the API server drops or refuses, even after the change. */
function checkLists({ file }: PullManifest, concerned: ReadonlySet<ManifestObject>): void {
  for (const { ref, placed } of concerned) {
    const fault = withinLimits(() => fieldFaults(placed, manifestKindOf(placed.value))).find(isAboutList);
    if (fault === undefined) continue;
    const line = lineNumber(file.text, fault.node.start);
    throw new ManifestError(
      `is wrong in line ${line}: ${describeFault(fault, describeObject(objectOf(ref)))}`,
      line,
      editFile({ file: file.name, line }),
    );
  }
}

function changedObject(
  { ref, imagePullSecrets: list, images }: ManifestObject,
  after: readonly unknown[] | undefined,
): ChangedObject {
  const action = after === undefined ? 'unchanged' : 'patched';
  return { ref, action, before: listedNames(list), after: listedNames(after ?? list), images };
}

/** Joins the files into one stream of documents. */
export function joinManifests(files: readonly ChangedFile[]): string {
  return files.reduce((stream, { after }) => {
    if (stream === '') return after;
    const separator = after.trimStart().startsWith('---') ? '' : '---\n';
    return `${stream}${stream.endsWith('\n') ? '' : '\n'}${separator}${after}`;
  }, '');
}

function isConcerned({ images, ref }: ManifestObject, { opens }: ManifestRequest): boolean {
  if (opens === undefined) return true;
  return ref.kind !== 'ServiceAccount' && images.some((image) => opensImage(opens, image));
}

/** The list to write. The first list of an object hides that of its service account, so the names from there are copied. */
function wantedList(
  object: ManifestObject,
  accounts: ReadonlyMap<string, readonly string[]>,
  request: ManifestRequest,
): readonly unknown[] | undefined {
  const { verb, secret } = request;
  const inherited = isFirst(object, request) ? (accounts.get(accountOf(object)) ?? []) : [];
  return changedList(verb, object.imagePullSecrets, [...inherited.filter((name) => name !== secret), secret]);
}

function isFirst({ ref, imagePullSecrets: list }: ManifestObject, { verb }: ManifestRequest): boolean {
  return verb === 'attach' && ref.kind !== 'ServiceAccount' && (list ?? []).length === 0;
}

function accountOf({ ref, serviceAccountName }: ManifestObject): string {
  return `${ref.namespace}/${serviceAccountName}`;
}

function accountsIn(objects: readonly ManifestObject[]): ReadonlyMap<string, readonly string[]> {
  const accounts = objects.filter(({ ref }) => ref.kind === 'ServiceAccount');
  return new Map(accounts.map((account) => [accountOf(account), listedNames(account.imagePullSecrets)]));
}

/** Adds the name of the file to an error of `work`. */
function withFileName<T>({ name, text }: ManifestFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const shown = name === '-' ? 'stdin' : name;
    const hint = text.includes('{{')
      ? { ...command`helm template CHART`, pipe: words`regsecret attach -f -` }
      : command`kubectl create --dry-run=client -f ${kubectlPath(name)}`;
    throw new UserError(`${shown} ${error.message}`, error.hint ?? hint);
  }
}

/** Whether the text holds only comments and document markers. */
export function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\uFEFF?\s*(#|(---|\.\.\.)?\s*$)/.test(line));
}

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
    if (error instanceof LockedError) {
      throw new UserError(
        `cannot write ${name}: another process holds ${error.lock}`,
        command`rm ${pathWord(error.lock)}`,
      );
    }
    throw fileTrouble(error, `cannot write ${name}`, name);
  }
}
