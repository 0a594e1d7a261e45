/** What an object says about pulling images: its list of pull secrets, its images, its service account. */
import type { Word } from '../line/command.ts';
import { isObjectName } from '../line/object-name.ts';
import { type ApiObject, fieldOf, isObject, itemsOf, textOf } from './api-object.ts';
import { containersIn } from './container-images.ts';
import { LIST_FIELD, type ManifestKind, mayStandFor, type PullKind, pullKindOf } from './kind.ts';
import type { ManifestRef, ObjectRef } from './object-ref.ts';

export interface PullFields {
  /** The list as it came, which nobody has checked. Undefined when there is none. */
  readonly imagePullSecrets: readonly unknown[] | undefined;
  /** Everything the kubelet pulls for it; empty for a service account. */
  readonly images: readonly string[];
  /** `default` if none is named, as admission sets it. For a service account, its own name. */
  readonly serviceAccountName: string;
}

/** Reads an object of the API or of a manifest, whatever it holds. Undefined if it has no pod spec. */
export function pullFieldsOf({ specPath }: ManifestKind, object: unknown): PullFields | undefined {
  let spec: unknown = object;
  for (const name of specPath) spec = fieldOf(spec, name);
  if (!isObject(spec)) return undefined;
  const list = spec[LIST_FIELD];
  const account = nonEmpty(spec.serviceAccountName) ?? nonEmpty(spec.serviceAccount) ?? 'default';
  return {
    imagePullSecrets: Array.isArray(list) ? list : undefined,
    images: specPath.length === 0 ? [] : imagesOf(spec),
    serviceAccountName: specPath.length === 0 ? (nonEmpty(fieldOf(object, 'metadata', 'name')) ?? '') : account,
  };
}

/** The names of the Secrets in `list`, in order. Entries without a name are skipped. */
export function listedNames(list: readonly unknown[] | undefined): string[] {
  return (list ?? []).flatMap((entry) => nonEmpty(fieldOf(entry, 'name')) ?? []).map(bounded);
}

/** What a manifest has in the place of a list of pull secrets, or of an entry in one. */
export interface ListFault {
  /** The text that is there, or the name in a map. Empty for anything else. */
  readonly text: string;
  /** Whether it stands in place of the whole list, and not of an entry. */
  readonly whole?: true | undefined;
}

/** What is wrong with the list, and what to write instead. */
export function describeFault({ text, whole }: ListFault): string {
  const name = isObjectName(text) ? text : 'SECRET';
  return whole
    ? `its imagePullSecrets is not a list; write imagePullSecrets: [{name: ${name}}]`
    : `its imagePullSecrets has the text ${text} as an entry; write - name: ${name}`;
}

/** No object has a longer name, but a list may hold a name of a megabyte. */
const MAX_NAME = 253;

/** `name`, or the start of a name that is too long, with a remark that keeps it from being a valid name. */
export function bounded(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, 60)}… (too long for a name)`;
}

/** Images of containers, and of volumes that are images. */
function imagesOf(spec: Readonly<Record<string, unknown>>): string[] {
  const containers = containersIn(spec).map((container) => fieldOf(container, 'image'));
  const volumes = itemsOf(spec.volumes).map((volume) => fieldOf(volume, 'image', 'reference'));
  return [...new Set([...containers, ...volumes].flatMap((image) => nonEmpty(image) ?? []))];
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An object and what it says about pulling. In a manifest, it may be of any kind. */
export interface PullSpec<Ref extends ManifestRef = ObjectRef> extends PullFields {
  readonly ref: Ref;
  readonly uid: string;
  /** The controller that made it, and would make it again. An owner with a template for other pods is left out. */
  readonly controller?: Controller | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The whole object, as it came. */
  readonly object: ApiObject;
}

/** The owner reference with `controller: true` (apimachinery pkg/apis/meta/v1 `GetControllerOf`). */
export interface Controller {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** As kubectl takes it: `rollout.argoproj.io/web`. */
export function controllerName({ apiVersion, kind, name }: Controller): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : '';
  return `${kind.toLowerCase()}${group}/${name}`;
}

/** What {@link controllerName} returns, in a command, refused if no object can have that name. */
export function controllerWord(name: string): Word {
  const parts = name.split('/');
  return parts.length === 2 && parts.every(isObjectName) ? name : { refused: name };
}

/** The workload of a kind that we know that created the object. Other kinds tell us nothing. */
export function knownOwner({ ref, controller }: Pick<PullSpec, 'ref' | 'controller'>): ObjectRef | undefined {
  const kind = pullKindOf(controller?.apiVersion, controller?.kind)?.kind;
  return kind && { kind, namespace: ref.namespace, name: controller?.name ?? '' };
}

/** Whether a workload of a kind that we know created the object. */
export function hasKnownOwner(object: Pick<PullSpec, 'ref' | 'controller'>): boolean {
  return knownOwner(object) !== undefined;
}

/** The Deployment of a pod, by the name of its ReplicaSet (deployment/sync.go `getNewReplicaSet`). Undefined if it has none. */
export function deploymentName({ controller, labels }: Pick<PullSpec, 'controller' | 'labels'>): string | undefined {
  const suffix = `-${labels['pod-template-hash']}`;
  const isMade = controller?.kind === 'ReplicaSet' && controller.name.endsWith(suffix);
  return isMade ? controller.name.slice(0, -suffix.length) : undefined;
}

export function isBeingDeleted({ object }: Pick<PullSpec, 'object'>): boolean {
  return fieldOf(object, 'metadata', 'deletionTimestamp') !== undefined;
}

/** Whether the manifest of the pod is on its node (kubelet pkg/types `ConfigMirrorAnnotationKey`). */
export function isStaticPod({ annotations }: Pick<PullSpec, 'annotations'>): boolean {
  return annotations['kubernetes.io/config.mirror'] !== undefined;
}

/** Reads an object of `kind`, alone or from a list, whose items do not say their kind. Undefined if it is no such object. */
export function pullSpecOf(kind: PullKind, object: unknown): PullSpec | undefined;
export function pullSpecOf(kind: ManifestKind, object: unknown): PullSpec<ManifestRef> | undefined;
export function pullSpecOf(kind: ManifestKind, object: unknown): PullSpec<ManifestRef> | undefined {
  const spec = pullFieldsOf(kind, object);
  if (spec === undefined || !isObject(object) || !isObject(object.metadata)) return undefined;
  const { metadata } = object;
  const controller = controllerOf(metadata.ownerReferences);
  const isMaker = controller !== undefined && mayStandFor(kind.kind, controller);
  return {
    ...spec,
    ref: { kind: kind.kind, namespace: textOf(metadata.namespace), name: textOf(metadata.name) },
    uid: textOf(metadata.uid),
    controller: isMaker ? controller : undefined,
    annotations: texts(metadata.annotations),
    labels: texts(metadata.labels),
    object,
  };
}

function controllerOf(references: unknown): Controller | undefined {
  if (!Array.isArray(references)) return undefined;
  const found: unknown = references.find((reference) => fieldOf(reference, 'controller') === true);
  if (!isObject(found)) return undefined;
  return {
    apiVersion: textOf(found.apiVersion),
    kind: textOf(found.kind),
    name: textOf(found.name),
    uid: textOf(found.uid),
  };
}

function texts(value: unknown): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, entry]) => [name, textOf(entry)]));
}

/**
 * Whether pods of this service account may use only the pull secrets that it lists
 * (plugin/pkg/admission/serviceaccount `enforceMountableSecrets`, which reads the value as Go's strconv.ParseBool).
 */
export function isEnforced({ annotations }: Pick<PullSpec, 'annotations'>): boolean {
  return /^(1|t|T|true|TRUE|True)$/.test(annotations['kubernetes.io/enforce-mountable-secrets'] ?? '');
}
