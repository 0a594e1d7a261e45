/** Collects the objects in manifests that have to do with pulling images, where each is, and which Secrets are replaced. */
import { dirname } from 'node:path';
import { type DiagnosedSecret, diagnoseSecret } from '../findings/diagnosed-secret.ts';
import { DATA_KEY, type Secret } from '../secret/secret.ts';
import { type ApiObject, fieldOf, isObject, itemsOf, textOf } from '../workloads/api-object.ts';
import { containersIn } from '../workloads/container-images.ts';
import { kindName, LIST_FIELD, type ManifestKind, manifestKindOf } from '../workloads/kind.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { configSecret, manifestSecret, secretMadeBy } from './manifest-secrets.ts';
import type { ParsedFile, PlacedObject } from './objects.ts';
import { decodable, isEncrypted, isPlaceholder, isToBeFilledIn } from './placeholder.ts';

export type ManifestPlace = PlacedObject;

export interface PlacedPullSpec extends ManifestPlace {
  readonly kind: ManifestKind;
  readonly pullSpec: PullSpec<ManifestRef>;
}

export interface PlacedSecret extends ManifestPlace {
  readonly kind: 'Secret' | 'File';
  readonly secret: Secret;
  /** Undefined when the content is not known: it is encrypted, filled in later, or made by another object of that name. */
  readonly diagnosed: DiagnosedSecret | undefined;
}

export interface Inventory {
  readonly pullSpecs: readonly PlacedPullSpec[];
  readonly secrets: readonly PlacedSecret[];
  /** Service accounts by their names. */
  readonly accounts: ReadonlyMap<string, readonly PlacedPullSpec[]>;
  /** Secrets by their names, without docker configs and without those that are replaced. */
  readonly namedSecrets: ReadonlyMap<string, readonly PlacedSecret[]>;
  /** Secrets that are replaced, each with the one of the same name that replaces it. */
  readonly replaced: ReadonlyMap<PlacedSecret, PlacedSecret>;
  /** Files that have to be filled in before they are manifests. The lists above have nothing from them. */
  readonly templates: readonly ParsedFile[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * Collects what `objects` hold about pulling images, in order, as the cluster has it once all of them have been applied. `now` is
 * in milliseconds since 1970.
 */
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
  const replaced = replacements(kept);
  const objectSecrets = kept.filter((one) => one.kind === 'Secret' && !replaced.has(one));
  return {
    pullSpecs: ours,
    secrets: kept,
    accounts: Map.groupBy(accounts, ({ pullSpec }) => pullSpec.ref.name),
    namedSecrets: Map.groupBy(objectSecrets, ({ secret }) => secret.metadata.name ?? ''),
    replaced,
    templates: [...templates],
    now,
  };
}

function pullSpecAt(place: ManifestPlace): PlacedPullSpec | undefined {
  const kind = manifestKindOf(place.value);
  const pullSpec = kind && pullSpecOf(kind, named(place.value));
  if (kind === undefined || pullSpec === undefined) return undefined;
  const list = fieldOf(place.value, ...kind.specPath, LIST_FIELD);
  // A variable in place of the list may become any list. It is treated as the name of an unknown Secret.
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

/** An object without a name is called by its `generateName`. */
function named(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.metadata)) return value;
  const { name, generateName } = value.metadata;
  return textOf(name) === '' && textOf(generateName) !== ''
    ? { ...value, metadata: { ...value.metadata, name: generateName } }
    : value;
}

/** The Secret, as far as its servers are known before it is filled in; undefined when they are not. */
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

/** Whether the content of the Secret is unknown because a variable is not filled in. */
export function isUnfilled({ value, diagnosed }: PlacedSecret): boolean {
  return value.kind === 'Secret' && diagnosed === undefined && !payloadsOf(value).some(isEncrypted);
}

/** All values where a docker config belongs. */
function payloadsOf(value: unknown): unknown[] {
  return ['data', 'stringData'].flatMap((field) => Object.values(DATA_KEY).map((key) => fieldOf(value, field, key)));
}

/**
 * Looks at texts only in the fields that are read here, because elsewhere `{{` may be meant for another tool. Without quotes, it
 * is never a value.
 */
function isTemplateOfPullSpec({ kind, pullSpec: { object } }: PlacedPullSpec): boolean {
  const spec = fieldOf(object, ...kind.specPath);
  const list = fieldOf(spec, LIST_FIELD);
  const names = itemsOf(list).map((entry) => fieldOf(entry, 'name'));
  const read = [...namesOf(object), list, ...names, ...containersIn(spec).map((one) => fieldOf(one, 'image'))];
  return read.some(isToBeFilledIn) || holdsAction(object);
}

function holdsAction(value: unknown): boolean {
  const inner = isObject(value) ? Object.values(value) : itemsOf(value);
  return (isObject(value) && isToBeFilledIn(value)) || inner.some(holdsAction);
}

function isTemplateOfSecret({ value }: PlacedSecret): boolean {
  return fieldOf(value, 'kind') === 'Secret' && [...namesOf(value), ...payloadsOf(value)].some(isToBeFilledIn);
}

function namesOf(object: unknown): unknown[] {
  return ['name', 'namespace'].map((name) => fieldOf(object, 'metadata', name));
}

/** Whether the files also hold the object that made this one: `kubectl get all -o yaml` prints both. */
function isMade({ ref, controller }: PullSpec<ManifestRef>, names: ReadonlySet<string>): boolean {
  if (controller === undefined) return false;
  const { apiVersion, kind, name } = controller;
  return names.has(`${ref.namespace} ${kindName(apiVersion, kind)} ${name}`);
}

/** Maps each Secret that is replaced to the one that is applied after it. */
function replacements(secrets: readonly PlacedSecret[]): ReadonlyMap<PlacedSecret, PlacedSecret> {
  const written = secrets.filter(({ value }) => value.kind === 'Secret' && isName(fieldOf(value, 'metadata', 'name')));
  const alike = Map.groupBy(written, ({ secret: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  return new Map(
    [...alike.values()].flatMap((same) =>
      same.flatMap((one, index) => {
        const last = same.findLast((other, place) => place > index && areTogether(one, other));
        return last === undefined ? [] : [[one, last] as const];
      }),
    ),
  );
}

export function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && !isPlaceholder(name);
}

/** Each folder may be for another cluster, so a Secret replaces only those in its folder. stdin goes with every folder. */
function areTogether({ file }: PlacedSecret, { file: other }: PlacedSecret): boolean {
  return [file.name, other.name].includes('-') || dirname(file.name) === dirname(other.name);
}
