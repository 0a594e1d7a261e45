/** What manifests hold that has to do with pulling images, and where each object is. */
import { type DiagnosedSecret, diagnoseSecret } from '../../domain/findings/diagnosed-secret.ts';
import { DATA_KEY, type Secret } from '../../domain/keyring/secret.ts';
import { configSecret, manifestSecret, secretMadeBy } from '../../domain/manifest-text/manifest-secrets.ts';
import { type ManifestNode, type MapNode, mergedValue, resolved, valueIn } from '../../domain/manifest-text/node.ts';
import { isPlaceholder, isTemplate } from '../../domain/manifest-text/placeholder.ts';
import { fieldOf, isObject } from '../../domain/workloads/api-object.ts';
import { LIST_FIELD, pullKind, pullKindOf } from '../../domain/workloads/kind.ts';
import { type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';

/** A file that could be parsed. */
export interface ParsedFile {
  /** As it was named. */
  readonly name: string;
  readonly text: string;
  readonly documents: readonly ManifestNode[];
}

export interface Place {
  readonly file: ParsedFile;
  readonly node: MapNode;
}

export interface PlacedHolder extends Place {
  readonly holder: PullSpec;
}

export interface PlacedSecret extends Place {
  readonly kind: 'Secret' | 'File';
  readonly secret: Secret;
  /** Undefined where it is not known: it is encrypted, filled in later, or made by another object of that name. */
  readonly diagnosed: DiagnosedSecret | undefined;
}

export interface Inventory {
  readonly pullSpecs: readonly PlacedHolder[];
  readonly secrets: readonly PlacedSecret[];
  /** Files that are filled in before they are manifests; nothing of them is above. */
  readonly templates: readonly ParsedFile[];
}

/** Everything in the files, in order. `now` in milliseconds since 1970. Throws TooManyNodes. */
export function inventoryOf(files: readonly ParsedFile[], now: number): Inventory {
  const found = { pullSpecs: [] as PlacedHolder[], secrets: [] as PlacedSecret[], now };
  for (const file of files) for (const document of file.documents) visit(document, file, found, 0);
  const templates = new Set(
    [...found.pullSpecs.filter(isTemplateOfHolder), ...found.secrets.filter(isTemplateOfSecret)].map(
      ({ file }) => file,
    ),
  );
  const names = new Set(found.pullSpecs.map(({ holder: { ref } }) => `${ref.namespace} ${ref.kind} ${ref.name}`));
  return {
    pullSpecs: found.pullSpecs.filter(({ file, holder }) => !templates.has(file) && !isMade(holder, names)),
    secrets: found.secrets.filter(({ file }) => !templates.has(file)),
    templates: [...templates],
  };
}

interface Found {
  readonly pullSpecs: PlacedHolder[];
  readonly secrets: PlacedSecret[];
  readonly now: number;
}

const MAX_DEPTH = 20;

/** cli-runtime pkg/resource `FlattenListVisitor` */
function visit(node: ManifestNode, file: ParsedFile, found: Found, depth: number): void {
  const map = resolved(node);
  if (map?.kind !== 'map' || depth > MAX_DEPTH) return;
  const kind = scalarIn(map, 'kind');
  const items = resolved(valueIn(map, 'items'));
  if (typeof kind === 'string' && kind.endsWith('List') && items?.kind === 'seq') {
    for (const item of items.items) visit(item, file, found, depth + 1);
    return;
  }
  const place = { file, node: map };
  const pullKind = pullKindOf(scalarIn(map, 'apiVersion'), kind);
  const holder = pullKind && pullSpecOf(pullKind, named(mergedValue(map)));
  if (holder !== undefined) found.pullSpecs.push({ ...place, holder });
  const secret = pullKind === undefined ? secretAt(kind, place, found.now) : undefined;
  if (secret !== undefined) found.secrets.push({ ...place, ...secret });
}

function secretAt(kind: unknown, { file, node }: Place, now: number): Omit<PlacedSecret, keyof Place> | undefined {
  if (kind === 'Secret') {
    const secret = manifestSecret(named(mergedValue(node)));
    if (secret === undefined) return undefined;
    return { kind: 'Secret', secret, diagnosed: isSealed(mergedValue(node)) ? undefined : diagnoseSecret(secret, now) };
  }
  const made = secretMadeBy(kind, mergedValue(node));
  if (made !== undefined) return { kind: 'Secret', secret: made, diagnosed: undefined };
  if (kind !== undefined || !file.text.trimStart().startsWith('{')) return undefined;
  const secret = configSecret(mergedValue(node), file.text, file.name);
  return secret && { kind: 'File', secret, diagnosed: diagnoseSecret(secret, now) };
}

/** `generateName` is the better part of a name. */
function named(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.metadata)) return value;
  const { name, generateName } = value.metadata;
  return text(name) === '' && text(generateName) !== ''
    ? { ...value, metadata: { ...value.metadata, name: generateName } }
    : value;
}

function isSealed(value: unknown): boolean {
  return [fieldOf(value, 'type'), ...payloadsOf(value)].some((one) => typeof one === 'string' && isPlaceholder(one));
}

/** Whatever stands where a docker config belongs. */
function payloadsOf(value: unknown): unknown[] {
  return ['data', 'stringData'].flatMap((field) => Object.values(DATA_KEY).map((key) => fieldOf(value, field, key)));
}

/** By what we would read of it: elsewhere, `{{` may be meant for others. */
function isTemplateOfHolder({ holder: { ref, object } }: PlacedHolder): boolean {
  const spec = fieldOf(object, ...pullKind(ref.kind).specPath);
  const containers = ['initContainers', 'containers'].flatMap((name) => itemsOf(spec, name));
  const names = itemsOf(spec, LIST_FIELD).map((entry) => fieldOf(entry, 'name'));
  return [...namesOf(object), ...names, ...containers.map((one) => fieldOf(one, 'image'))].some(isToBeFilledIn);
}

function isTemplateOfSecret({ node }: PlacedSecret): boolean {
  const value = mergedValue(node);
  return fieldOf(value, 'kind') === 'Secret' && [...namesOf(value), ...payloadsOf(value)].some(isToBeFilledIn);
}

function namesOf(object: unknown): unknown[] {
  return ['name', 'namespace'].map((name) => fieldOf(object, 'metadata', name));
}

/** `{{ x }}` without quotes is a map, of which the key is a map. */
function isToBeFilledIn(value: unknown): boolean {
  return typeof value === 'string'
    ? isTemplate(value)
    : isObject(value) && Object.keys(value).some((key) => key.startsWith('{'));
}

function itemsOf(value: unknown, name: string): readonly unknown[] {
  const items = fieldOf(value, name);
  return Array.isArray(items) ? items : [];
}

/** `kubectl get all -o yaml` gives what was made beside what it was made by. */
function isMade({ ref, controller }: PullSpec, names: ReadonlySet<string>): boolean {
  return controller !== undefined && names.has(`${ref.namespace} ${controller.kind} ${controller.name}`);
}

function scalarIn(map: MapNode, name: string): unknown {
  const node = resolved(valueIn(map, name));
  return node?.kind === 'scalar' ? node.value : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
