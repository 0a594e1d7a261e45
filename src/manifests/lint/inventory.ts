/** What manifests hold that has to do with pulling images, and where each object is. */
import { type DiagnosedSecret, diagnoseSecret } from '../../domain/findings/diagnosed-secret.ts';
import { DATA_KEY, type Secret } from '../../domain/keyring/secret.ts';
import { configSecret, manifestSecret, secretMadeBy } from '../../domain/manifest-text/manifest-secrets.ts';
import type { ParsedFile, PlacedObject } from '../../domain/manifest-text/objects.ts';
import { decodable, isEncrypted, isPlaceholder, isToBeFilledIn } from '../../domain/manifest-text/placeholder.ts';
import { type ApiObject, fieldOf, isObject, itemsOf, textOf } from '../../domain/workloads/api-object.ts';
import { containersIn } from '../../domain/workloads/container-images.ts';
import { kindName, LIST_FIELD, type ManifestKind, manifestKindOf } from '../../domain/workloads/kind.ts';
import type { ManifestRef } from '../../domain/workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';

/** Where an object is. */
export type ManifestPlace = PlacedObject;

export interface PlacedPullSpec extends ManifestPlace {
  readonly kind: ManifestKind;
  readonly pullSpec: PullSpec<ManifestRef>;
}

export interface PlacedSecret extends ManifestPlace {
  readonly kind: 'Secret' | 'File';
  readonly secret: Secret;
  /** Undefined where it is not known: it is encrypted, filled in later, or made by another object of that name. */
  readonly diagnosed: DiagnosedSecret | undefined;
}

export interface Inventory {
  readonly pullSpecs: readonly PlacedPullSpec[];
  readonly secrets: readonly PlacedSecret[];
  /** Service accounts by their names. */
  readonly accounts: ReadonlyMap<string, readonly PlacedPullSpec[]>;
  /** Secrets by their names, docker configs left out. */
  readonly namedSecrets: ReadonlyMap<string, readonly PlacedSecret[]>;
  /** Secrets that another one of the same name replaces. */
  readonly replaced?: ReadonlyMap<PlacedSecret, PlacedSecret> | undefined;
  /** Files that are filled in before they are manifests; nothing of them is above. */
  readonly templates: readonly ParsedFile[];
}

/** What of it is about pulling images, in order. `now` in milliseconds since 1970. */
export function inventoryOf(objects: readonly PlacedObject[], now: number): Inventory {
  const pullSpecs = objects.flatMap((place) => pullSpecAt(place) ?? []);
  const secrets = objects.flatMap((place) => secretAt(place, now) ?? []);
  const templates = new Set(
    [...pullSpecs.filter(isTemplateOfPullSpec), ...secrets.filter(isTemplateOfSecret)].map(({ file }) => file),
  );
  const names = new Set(pullSpecs.map(({ pullSpec: { ref } }) => `${ref.namespace} ${ref.kind} ${ref.name}`));
  const ours = pullSpecs.filter(({ file, pullSpec }) => !templates.has(file) && !isMade(pullSpec, names));
  const kept = secrets.filter(({ file }) => !templates.has(file));
  const accounts = ours.filter(({ pullSpec }) => pullSpec.ref.kind === 'ServiceAccount');
  const objectSecrets = kept.filter(({ kind }) => kind === 'Secret');
  return {
    pullSpecs: ours,
    secrets: kept,
    accounts: Map.groupBy(accounts, ({ pullSpec }) => pullSpec.ref.name),
    namedSecrets: Map.groupBy(objectSecrets, ({ secret }) => secret.metadata.name ?? ''),
    templates: [...templates],
  };
}

function pullSpecAt(place: ManifestPlace): PlacedPullSpec | undefined {
  const kind = manifestKindOf(place.value);
  const pullSpec = kind && pullSpecOf(kind, named(place.value));
  if (kind === undefined || pullSpec === undefined) return undefined;
  const list = fieldOf(place.value, ...kind.specPath, LIST_FIELD);
  // A variable in place of the list may become any: it is taken for a Secret that nobody knows.
  const isOpen = typeof list === 'string' && isPlaceholder(list);
  return { ...place, kind, pullSpec: isOpen ? { ...pullSpec, imagePullSecrets: [{ name: list }] } : pullSpec };
}

function secretAt(place: ManifestPlace, now: number): PlacedSecret | undefined {
  const { file, value } = place;
  const { kind } = value;
  if (kind === 'Secret') {
    const known = withoutPlaceholders(value);
    const secret = manifestSecret(named(known ?? value));
    return secret && { ...place, kind, secret, diagnosed: known && diagnoseSecret(secret, now) };
  }
  const made = secretMadeBy(kind, value);
  if (made !== undefined) return { ...place, kind: 'Secret', secret: made, diagnosed: undefined };
  if (kind !== undefined || !file.text.trimStart().startsWith('{')) return undefined;
  const secret = configSecret(value, file.text, file.name);
  return secret && { ...place, kind: 'File', secret, diagnosed: diagnoseSecret(secret, now) };
}

/** `generateName` is the better part of a name. */
function named(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.metadata)) return value;
  const { name, generateName } = value.metadata;
  return textOf(name) === '' && textOf(generateName) !== ''
    ? { ...value, metadata: { ...value.metadata, name: generateName } }
    : value;
}

/** As far as its servers are known before it is filled in; undefined where they are not. */
function withoutPlaceholders(value: ApiObject): ApiObject | undefined {
  const plain = isObject(value.stringData) ? value.stringData : {};
  const encoded = isObject(value.data) ? value.data : {};
  const isOpen = (one: unknown): boolean => typeof one === 'string' && isPlaceholder(one);
  const filled: Record<string, unknown> = { ...plain };
  for (const key of Object.values(DATA_KEY)) {
    const text = plain[key];
    if (typeof text === 'string') filled[key] = decodable(text);
    if (typeof text === 'string' ? filled[key] === undefined : isOpen(encoded[key])) return undefined;
  }
  return isOpen(value.type) ? undefined : { ...value, stringData: filled };
}

/** Whether it is not known what is in it, because a variable is not filled in. */
export function isUnfilled({ value, diagnosed }: PlacedSecret): boolean {
  return value.kind === 'Secret' && diagnosed === undefined && !payloadsOf(value).some(isEncrypted);
}

/** Whatever stands where a docker config belongs. */
function payloadsOf(value: unknown): unknown[] {
  return ['data', 'stringData'].flatMap((field) => Object.values(DATA_KEY).map((key) => fieldOf(value, field, key)));
}

/** By what we would read of it: elsewhere, `{{` may be meant for others. */
function isTemplateOfPullSpec({ kind, pullSpec: { object } }: PlacedPullSpec): boolean {
  const spec = fieldOf(object, ...kind.specPath);
  const list = fieldOf(spec, LIST_FIELD);
  const names = itemsOf(list).map((entry) => fieldOf(entry, 'name'));
  return [...namesOf(object), list, ...names, ...containersIn(spec).map((one) => fieldOf(one, 'image'))].some(
    isToBeFilledIn,
  );
}

function isTemplateOfSecret({ value }: PlacedSecret): boolean {
  return fieldOf(value, 'kind') === 'Secret' && [...namesOf(value), ...payloadsOf(value)].some(isToBeFilledIn);
}

function namesOf(object: unknown): unknown[] {
  return ['name', 'namespace'].map((name) => fieldOf(object, 'metadata', name));
}

/** `kubectl get all -o yaml` gives what was made beside what it was made by. */
function isMade({ ref, controller }: PullSpec<ManifestRef>, names: ReadonlySet<string>): boolean {
  if (controller === undefined) return false;
  const { apiVersion, kind, name } = controller;
  return names.has(`${ref.namespace} ${kindName(apiVersion, kind)} ${name}`);
}
