/** The pod that replaces another one: the same, without what the API server and admission added. */
import { byKey } from '../codec/go/utf8.ts';
import { SERVER_METADATA } from '../secret/secret.ts';
import { type ApiObject, fieldOf, isObject, itemsOf, textOf } from './api-object.ts';
import { LIST_FIELD } from './kind.ts';
import { isRunning } from './pod-state.ts';
import type { PullSpec } from './pull-spec.ts';

/**
 * The fields that admission computes, and refuses if they differ (plugin/pkg/admission/priority, runtimeclass), and those that
 * may not be set at creation (core/validation `ValidatePodEphemeralContainers`).
 */
const SERVER_SPEC = ['priority', 'preemptionPolicy', 'overhead', 'ephemeralContainers'];

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The manifest of the pod that replaces `pod`, with the pull secrets `list`. */
export function recreatedPod({ object, ref }: Pick<PullSpec, 'object' | 'ref'>, list: readonly unknown[]): ApiObject {
  const spec = isObject(object.spec) ? object.spec : {};
  const tokens = tokenVolumes(spec);
  const dropped = [...SERVER_SPEC, LIST_FIELD, ...(choseNode(object) ? [] : ['nodeName'])];
  const kept = without(spec, dropped);
  const tolerations = itemsOf(spec.tolerations).filter((toleration) => !isDefaultToleration(toleration));
  const volumes = itemsOf(spec.volumes).filter((volume) => !tokens.has(nameOf(volume)));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...without(isObject(object.metadata) ? object.metadata : {}, SERVER_METADATA),
      namespace: ref.namespace,
    },
    spec: {
      ...without(kept, ['tolerations', 'volumes']),
      ...containersWithout(spec, tokens),
      ...(tolerations.length === 0 ? {} : { tolerations }),
      ...(volumes.length === 0 ? {} : { volumes }),
      ...(list.length === 0 ? {} : { [LIST_FIELD]: list }),
    },
  };
}

/**
 * The fields of the spec in which `actual`, a pod of the server, differs from `wanted`. What the server adds by itself does not
 * count.
 */
export function differences(wanted: ApiObject, actual: ApiObject): string[] {
  const list = fieldOf(actual, 'spec', LIST_FIELD);
  const bare = recreatedPod({ object: actual, ref: { kind: 'Pod', namespace: '', name: '' } }, itemsOf(list));
  const [one, other] = [fieldOf(wanted, 'spec'), fieldOf(bare, 'spec')].map((spec) => (isObject(spec) ? spec : {}));
  const names = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
  // Whether it was scheduled, and where, is no difference.
  names.delete('nodeName');
  return [...names].filter((name) => canonical(one?.[name]) !== canonical(other?.[name]));
}

/** JSON with sorted members, and without members that are empty objects. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (!isObject(part)) return part;
    const filled = Object.entries(part).filter(([, entry]) => !(isObject(entry) && Object.keys(entry).length === 0));
    return Object.fromEntries(filled.sort(byKey));
  });
}

/** The volumes by which admission mounts the token (plugin/pkg/admission/serviceaccount `mountServiceAccountToken`). */
function tokenVolumes(spec: ApiObject): ReadonlySet<string> {
  const projected = itemsOf(spec.volumes).filter((volume) => {
    const sources = itemsOf(fieldOf(volume, 'projected', 'sources'));
    const token = sources.some((source) => isObject(fieldOf(source, 'serviceAccountToken')));
    return /^kube-api-access-[a-z0-9]{5}$/.test(nameOf(volume)) && token;
  });
  return new Set(projected.map(nameOf));
}

function containersWithout(spec: ApiObject, volumes: ReadonlySet<string>): ApiObject {
  const added = (mount: unknown): boolean => volumes.has(nameOf(mount)) && fieldOf(mount, 'mountPath') === TOKEN_PATH;
  const fields = ['initContainers', 'containers'].filter((field) => Array.isArray(spec[field]));
  return Object.fromEntries(
    fields.map((field) => [
      field,
      itemsOf(spec[field])
        .filter(isObject)
        .map((container) => {
          const mounts = itemsOf(container.volumeMounts).filter((mount) => !added(mount));
          const rest = without(container, ['volumeMounts']);
          return mounts.length === 0 ? rest : { ...rest, volumeMounts: mounts };
        }),
    ]),
  );
}

/** plugin/pkg/admission/defaulttolerationseconds */
function isDefaultToleration(toleration: unknown): boolean {
  if (!isObject(toleration)) return false;
  const { key, operator, effect, tolerationSeconds, ...rest } = toleration;
  const added = key === 'node.kubernetes.io/not-ready' || key === 'node.kubernetes.io/unreachable';
  const exact = operator === 'Exists' && effect === 'NoExecute' && tolerationSeconds === 300;
  return added && exact && Object.keys(rest).length === 0;
}

/** Whether the author of the pod named the node. After the scheduler's binding, nobody owns the field. */
function choseNode(object: ApiObject): boolean {
  const managed = itemsOf(fieldOf(object, 'metadata', 'managedFields'));
  return managed.some(
    (entry) => !fieldOf(entry, 'subresource') && fieldOf(entry, 'fieldsV1', 'f:spec', 'f:nodeName') !== undefined,
  );
}

function without(object: ApiObject, names: readonly string[]): ApiObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function nameOf(value: unknown): string {
  return textOf(fieldOf(value, 'name'));
}

/** What is lost when the pod is recreated. Each text completes "… loses". Empty for a pod that has not run yet. */
export function recreationLosses({ object }: Pick<PullSpec, 'object'>): string[] {
  const losses: string[] = [];
  const phase = fieldOf(object, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') losses.push('its result, and runs it once more');
  else if (isRunning(object)) losses.push('what its processes are doing now');
  const volumes = fieldOf(object, 'spec', 'volumes');
  const empty = Array.isArray(volumes) ? volumes.filter((volume) => fieldOf(volume, 'emptyDir') !== undefined) : [];
  if (phase !== 'Pending' && empty.length > 0) {
    losses.push(`what is in its emptyDir ${empty.map((volume) => fieldOf(volume, 'name')).join(', ')}`);
  }
  const debug = fieldOf(object, 'spec', 'ephemeralContainers');
  if (Array.isArray(debug) && debug.length > 0) losses.push('its ephemeral containers');
  return losses;
}
