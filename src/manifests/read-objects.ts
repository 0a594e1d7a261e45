/** Reads the objects in manifests, whatever their kind, and where each of them is. */
import { basename } from 'node:path';
import {
  itemsIn,
  memberIn,
  nodeBudget,
  resolved,
  scalarOf,
  TooManyNodes,
  type YamlNode,
} from '../codec/go/yaml-node.ts';
import { parseTree } from '../codec/yaml-tree.ts';
import { UserError } from '../errors.ts';
import { command, eachWith, kubectlPath, pathWord, words } from '../line/command.ts';
import type { GivenFlags } from '../line/given-flags.ts';
import { againWith, type Hint, prose } from '../line/hint.ts';
import { isNamespaceName, isObjectName, nameWord, scope } from '../line/object-name.ts';
import type { Secret } from '../secret/secret.ts';
import type { Io } from '../system/io.ts';
import { closest } from '../text/closest.ts';
import { many } from '../text/enumerate.ts';
import { lineNumber } from '../text/text-edit.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { manifestKindOf } from '../workloads/kind.ts';
import { pullSpecOf } from '../workloads/pull-spec.ts';
import { addUsage, type UsageIndex } from '../workloads/references.ts';
import { type ManifestFile, readManifestFiles } from './manifest-files.ts';
import { configSecret, manifestSecret } from './manifest-secrets.ts';
import { type ParsedFile, type PlacedObject, placedObjects } from './objects.ts';

/** The message completes a sentence that begins with the file name. */
export class ManifestError extends Error {
  /** Counted from 1. */
  readonly line: number;
  /** Set when there is something better than asking kubectl. */
  readonly hint: Hint | undefined;

  constructor(message: string, line = 1, hint?: Hint) {
    super(message);
    this.line = line;
    this.hint = hint;
  }
}

export interface ReadManifest {
  readonly file: ParsedFile;
  /** Includes the items of lists. */
  readonly objects: readonly PlacedObject[];
}

/** The objects in the documents that `isWanted` accepts by their text and tree. Throws {@link ManifestError}. */
export function readManifest(
  { name, text }: ManifestFile,
  isWanted: (text: string, document: YamlNode) => boolean = () => true,
): ReadManifest {
  return withinLimits(() => {
    const documents = parse(text);
    const wanted = documents.filter((one) => isWanted(text.slice(one.start, one.end), one));
    for (const document of wanted) {
      checkOneObject(document, text);
      checkKinds(document, text);
    }
    const file = { name, text, documents: wanted };
    return { file, objects: placedObjects(file, nodeBudget(text)) };
  });
}

function parse(text: string): ParsedFile['documents'] {
  const { documents, error } = parseTree(text);
  if (error === undefined) return documents;
  const line = lineNumber(text, error.offset);
  throw new ManifestError(`is not valid YAML in line ${line} (${error.message})`, line);
}

/**
 * Throws {@link ManifestError} where two files were joined without a `---`. kubectl would use the last of each key, and silently
 * drop the object before it.
 */
function checkOneObject(document: YamlNode, text: string): void {
  if (document.kind !== 'map') return;
  const marks = document.pairs.flatMap(({ key }) =>
    key.kind === 'scalar' && (key.value === 'apiVersion' || key.value === 'kind') ? [key] : [],
  );
  const second = marks.find(({ value }, index) => marks.findIndex((one) => one.value === value) < index);
  if (second === undefined) return;
  const line = lineNumber(text, second.start);
  const message = `has a second ${second.value} in line ${line}, so a line --- is probably missing before it`;
  throw new ManifestError(message, line, prose`put --- on its own line before line ${`${line}`}`);
}

/** Throws {@link ManifestError} for a list that kubectl refuses, because it or one of its items has no kind. */
function checkKinds(document: YamlNode, text: string): void {
  const items = itemsIn(document.kind === 'seq' ? document : memberIn(document, 'items'));
  const kind = scalarOf(memberIn(document, 'kind'));
  const isObject = (item: YamlNode): boolean => ['apiVersion', 'kind'].every((name) => scalarOf(memberIn(item, name)));
  if (!kind && items.some(isObject)) {
    const line = lineNumber(text, document.start);
    const hint = prose`a list of objects needs apiVersion: v1 and kind: List, and its objects below items`;
    throw new ManifestError(`has a list of objects without a kind in line ${line}`, line, hint);
  }
  const item = items.find((one) => resolved(one)?.kind === 'map' && !memberIn(one, 'kind'));
  if (kind !== 'List' || item === undefined) return;
  const line = lineNumber(text, item.start);
  throw new ManifestError(
    `has an object without a kind in line ${line}`,
    line,
    prose`write its apiVersion and its kind`,
  );
}

/**
 * Throws UserError for an object that names another namespace than `namespace`, that of `-n`. kubectl refuses it as well
 * (cli-runtime pkg/resource `RequireNamespace`).
 */
export function checkNamespaces(objects: readonly PlacedObject[], namespace: string | undefined): void {
  if (namespace === undefined || namespace === '') return;
  const own = ({ value }: PlacedObject) => `${fieldOf(value, 'metadata', 'namespace') ?? ''}`;
  // A placeholder that is filled in later is not a name.
  const named = objects.filter((object) => isNamespaceName(own(object)));
  const other = named.find((object) => own(object) !== namespace);
  if (other === undefined) return;
  const { file, node } = other;
  const count = new Set(named.map(own)).size;
  throw new UserError(
    `${shownName(file)} has namespace ${own(other)} in line ${lineNumber(file.text, node.start)}, and -n has ${namespace}`,
    count === 1
      ? againWith(words`${scope(own(other))}`)
      : prose`leave out -n: these files have ${`${count}`} namespaces`,
  );
}

function shownName({ name }: { readonly name: string }): string {
  return name === '-' ? 'stdin' : name;
}

/** Throws {@link ManifestError} instead of TooManyNodes. */
export function withinLimits<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof TooManyNodes) throw new ManifestError('has aliases that stand for too much');
    throw cause;
  }
}

/** The namespace of `-n`. */
type NamespaceFlag = Pick<GivenFlags, 'namespace'>;

export interface ManifestSecrets {
  /** In the order of the files. A docker config appears as the Secret that would hold it. */
  readonly secrets: readonly Secret[];
  readonly usage: UsageIndex;
}

/** Throws UserError. */
async function readManifestSecrets(
  files: readonly string[],
  namespace: string | undefined,
  io: Io,
): Promise<ManifestSecrets> {
  const secrets: Secret[] = [];
  const usage: UsageIndex = new Map();
  const objects: PlacedObject[] = [];
  for (const file of await readManifestFiles(files, undefined, io)) objects.push(...objectsIn(file));
  checkNamespaces(objects, namespace);
  for (const object of objects) {
    const secret = secretIn(object);
    if (secret !== undefined) secrets.push(secret);
    const kind = manifestKindOf(object.value);
    const pullSpec = kind === undefined ? undefined : pullSpecOf(kind, object.value);
    if (pullSpec !== undefined) addUsage(usage, pullSpec);
  }
  return { secrets, usage };
}

/**
 * The Secrets called `names`, or all of them. Throws UserError when there are none, or one of `names` is missing. `verb` is the
 * subcommand that the hint repeats.
 */
export async function readNamedSecrets(
  files: readonly string[],
  { names, verb, namespace }: { readonly names: readonly string[]; readonly verb: string } & NamespaceFlag,
  io: Io,
): Promise<ManifestSecrets> {
  const { secrets, usage } = await readManifestSecrets(files, namespace, io);
  const there = secrets.map(({ metadata: { name = '' } }) => name);
  const missing = names.find((name) => !there.includes(name));
  if (there.length > 0 && missing === undefined) {
    const chosen = secrets.filter(({ metadata: { name = '' } }) => names.length === 0 || names.includes(name));
    return { secrets: chosen, usage };
  }
  const where = many(files.map((file) => (file === '-' ? 'stdin' : file)));
  const named = eachWith('-f', files.map(pathWord));
  if (there.length === 0) {
    // stdin has been consumed, so another command cannot look at it.
    const secret = command`kubectl get secret ${missing !== undefined && isObjectName(missing) ? missing : 'NAME'} -o yaml`;
    const piped = { ...secret, pipe: words`regsecret ${verb} -f -` };
    throw new UserError(
      `there is no secret in ${where}`,
      files.includes('-') ? piped : words`regsecret doctor ${named}`,
    );
  }
  // The typed text may be a password in the wrong place.
  const which = missing !== undefined && isObjectName(missing) ? missing : 'of that name';
  const near = closest(missing ?? '', there);
  const others = names.filter((name) => name !== missing && there.includes(name));
  throw new UserError(
    `there is no secret ${which} in ${where}${near === undefined ? `, but ${many(there)}` : `; did you mean ${near}?`}`,
    near === undefined
      ? words`regsecret inspect ${named}`
      : words`regsecret ${verb} ${[...others, near].map(nameWord)} ${named}`,
  );
}

/** The Secret called `name` in a file, or the only Secret there. Throws UserError. */
export async function readSecretFile(
  file: string,
  { name, namespace }: { readonly name: string } & NamespaceFlag,
  io: Io,
): Promise<Secret> {
  const { secrets } = await readManifestSecrets([file], namespace, io);
  const [only] = secrets.length === 1 ? secrets : secrets.filter(({ metadata }) => metadata.name === name);
  if (only !== undefined) return only;
  const text = `there is no secret ${name} in ${shownName({ name: file })}`;
  throw new UserError(text, {
    ...words`regsecret create ${nameWord(name)} --dry-run=client -o yaml`,
    output: pathWord(`${name}.yaml`),
  });
}

function objectsIn(file: ManifestFile): readonly PlacedObject[] {
  try {
    return readManifest(file).objects;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const ask = command`kubectl apply --dry-run=client -f ${kubectlPath(file.name)}`;
    throw new UserError(`${shownName(file)} ${error.message}`, error.hint ?? ask);
  }
}

function secretIn({ value, file: { name, text } }: PlacedObject): Secret | undefined {
  return manifestSecret(value) ?? configSecret(value, text, name === '-' ? 'stdin' : basename(name));
}
