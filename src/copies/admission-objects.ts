/**
 * The policy by which the API server adds a pull secret to each new pod of the selected namespaces. A pod that is created before
 * its namespace has a copy then finds it later, because the kubelet tries again.
 */
import { quoted } from '../codec/cel.ts';
import { MANAGED_BY, SOURCE } from '../secret/copy.ts';
import type { LabelledSelection } from '../secret/selected-namespace.ts';
import {
  ADMISSION,
  ADMISSION_API,
  type AdmissionKind,
  admissionName,
  SELECTION,
} from '../workloads/admission-policy.ts';
import { LIST_FIELD } from '../workloads/kind.ts';
import { chosenBySync } from './chosen-namespaces.ts';

/** One of the two objects, as it is applied. */
export interface AdmissionObject {
  readonly apiVersion: string;
  readonly kind: AdmissionKind;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

export interface AdmissionRequest {
  /** The Secret that is added. */
  readonly name: string;
  /** The namespace of its source, whose pods stay as they are. */
  readonly home: string;
  readonly selection: LabelledSelection;
}

/** The policy and its binding. Throws UsageError for a selector that no policy can express. */
export function admissionObjects(request: AdmissionRequest): AdmissionObject[] {
  const { name, home } = request;
  const metadata = {
    name: admissionName({ namespace: home, name }),
    labels: { [MANAGED_BY]: 'regsecret', [ADMISSION]: 'true' },
    annotations: { [SOURCE]: `${home}/${name}`, [SELECTION]: selectionText(request.selection) },
  };
  const api = { apiVersion: `${ADMISSION_API}/v1`, metadata };
  return [
    {
      ...api,
      kind: 'MutatingAdmissionPolicy',
      spec: admissionSpec(name, chosenBySync(request.selection, quoted(home))),
    },
    { ...api, kind: 'MutatingAdmissionPolicyBinding', spec: { policyName: metadata.name } },
  ];
}

/** The members are in the order in which a chart writes them. */
function selectionText({ all, exclude, globs, labelSelector, names }: LabelledSelection): string {
  return JSON.stringify({ all, exclude, globs, labelSelector, names });
}

/** `chosen` is an expression for the namespaces that are selected. In a condition, the namespace of the pod is not known. */
export function admissionSpec(name: string, chosen: string): object {
  const list = `object.spec.?${LIST_FIELD}.orValue([])`;
  return {
    failurePolicy: 'Ignore',
    // A webhook may replace the list.
    reinvocationPolicy: 'IfNeeded',
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    matchConditions: [
      { name: 'unnamed', expression: `!${list}.exists(entry, entry.?name.orValue('') == ${quoted(name)})` },
      {
        name: 'no-mirror',
        expression: "!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))",
      },
    ],
    variables: [
      { name: 'labels', expression: 'namespaceObject.metadata.?labels.orValue({})' },
      { name: 'isChosen', expression: chosen },
    ],
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: addition(name) } }],
  };
}

/**
 * The value is a map: `Object.spec.imagePullSecrets{…}` in a list makes the API server panic (kubernetes/kubernetes#142181), and
 * an apply configuration may not change an atomic list.
 */
function addition(name: string): string {
  const entry = `{'name': ${quoted(name)}}`;
  const path = `/spec/${LIST_FIELD}`;
  const added = (at: string, value: string): string => `[JSONPatch{op: 'add', path: '${at}', value: ${value}}]`;
  const isListed = `has(object.spec.${LIST_FIELD})`;
  return `!variables.isChosen ? [] : ${isListed} ? ${added(`${path}/-`, entry)} : ${added(path, `[${entry}]`)}`;
}
