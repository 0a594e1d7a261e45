/** An object that has a list of pull secrets, as far as that list is concerned. */
import type { ObjectRef } from './object-ref.ts';
import type { PullKind } from './pull-kind.ts';
import { type PullSpec, pullSpecOf } from './pull-spec.ts';

export interface Holder extends PullSpec {
  readonly ref: ObjectRef;
  readonly uid: string;
  /** Who made it and would make it again. */
  readonly controller?: Controller;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** All of it, as it came. */
  readonly object: ApiObject;
}

/** An object of the API; nothing of it is certain but that it is an object. */
export type ApiObject = Readonly<Record<string, unknown>>;

/** The owner reference with `controller: true` (apimachinery pkg/apis/meta/v1 `GetControllerOf`). */
export interface Controller {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Reads an object of `kind`, alone or from a list, whose items do not say their kind; undefined where it is none. */
export function holderOf(kind: PullKind, object: unknown): Holder | undefined {
  const spec = pullSpecOf(kind, object);
  if (spec === undefined || !isObject(object) || !isObject(object.metadata)) return undefined;
  const { metadata } = object;
  const controller = controllerOf(metadata.ownerReferences);
  return {
    ...spec,
    ref: { kind: kind.kind, namespace: text(metadata.namespace), name: text(metadata.name) },
    uid: text(metadata.uid),
    ...(controller === undefined ? {} : { controller }),
    annotations: texts(metadata.annotations),
    labels: texts(metadata.labels),
    object,
  };
}

/** The value at `path`, undefined where there is none. */
export function fieldOf(object: unknown, ...path: readonly string[]): unknown {
  let value = object;
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

export function isObject(value: unknown): value is ApiObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function controllerOf(references: unknown): Controller | undefined {
  if (!Array.isArray(references)) return undefined;
  const found: unknown = references.find((reference) => fieldOf(reference, 'controller') === true);
  if (!isObject(found)) return undefined;
  return { apiVersion: text(found.apiVersion), kind: text(found.kind), name: text(found.name), uid: text(found.uid) };
}

function texts(value: unknown): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, entry]) => [name, text(entry)]));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Whether pods of this service account may use only the pull secrets that it lists
 * (plugin/pkg/admission/serviceaccount `enforceMountableSecrets`, which reads the value as Go's strconv.ParseBool).
 */
export function isEnforced({ annotations }: Pick<Holder, 'annotations'>): boolean {
  return /^(1|t|T|true|TRUE|True)$/.test(annotations['kubernetes.io/enforce-mountable-secrets'] ?? '');
}
