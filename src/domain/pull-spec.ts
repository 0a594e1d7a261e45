/** What an object says about pulling images: its list of pull secrets, its images, its service account. */
import { fieldOf, isObject } from './holder.ts';
import { LIST_FIELD, type PullKind } from './pull-kind.ts';

export interface PullSpec {
  /** As it came, with whatever else is in it; undefined when there is none. */
  readonly list: readonly unknown[] | undefined;
  /** Everything the kubelet pulls for it; empty for a service account. */
  readonly images: readonly string[];
  /** `default` where none is named, as admission sets it; of a service account its own name. */
  readonly serviceAccountName: string;
}

/** Reads an object of the API or of a manifest, whatever it holds; undefined where it has no pod spec. */
export function pullSpecOf({ specPath }: PullKind, object: unknown): PullSpec | undefined {
  let spec: unknown = object;
  for (const name of specPath) spec = fieldOf(spec, name);
  if (!isObject(spec)) return undefined;
  const list = spec[LIST_FIELD];
  const account = nonEmpty(spec.serviceAccountName) ?? nonEmpty(spec.serviceAccount) ?? 'default';
  return {
    list: Array.isArray(list) ? list : undefined,
    images: specPath.length === 0 ? [] : imagesOf(spec),
    serviceAccountName: specPath.length === 0 ? (nonEmpty(fieldOf(object, 'metadata', 'name')) ?? '') : account,
  };
}

/** The Secrets that `list` names, in order; entries without a name are no reason to wait for one. */
export function listedNames(list: readonly unknown[] | undefined): string[] {
  return (list ?? []).flatMap((entry) => nonEmpty(fieldOf(entry, 'name')) ?? []);
}

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

/** Images of containers, and of volumes that are images. */
function imagesOf(spec: Readonly<Record<string, unknown>>): string[] {
  const containers = CONTAINERS.flatMap((name) => items(spec[name])).map((container) => fieldOf(container, 'image'));
  const volumes = items(spec.volumes).map((volume) => fieldOf(volume, 'image', 'reference'));
  return [...new Set([...containers, ...volumes].flatMap((image) => nonEmpty(image) ?? []))];
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
