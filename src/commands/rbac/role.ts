/** A Role or ClusterRole with its binding. */

import type { Right } from '../../cluster/right.ts';
import { UsageError } from '../../errors.ts';
import { words } from '../../line/command.ts';
import { againWith, type Hint, prose } from '../../line/hint.ts';
import { isNamespaceName, isObjectName } from '../../line/object-name.ts';
import { type PolicyRule, rulesFor } from './policy-rule.ts';

/** The group of roles and bindings. */
export const RBAC_API = 'rbac.authorization.k8s.io';

/** Who gets the rights. */
export interface Subject {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly name: string;
  /** The namespace of a service account. Undefined: that of the role. */
  readonly namespace?: string | undefined;
}

/** Reads `sa/NAME`, `sa/NAMESPACE:NAME`, `user/NAME` or `group/NAME`. Throws UsageError. */
export function parseSubject(text: string): Subject {
  const [, kind = '', name = ''] = /^([^/]*)\/(.+)$/s.exec(text) ?? [];
  if (kind === 'user' || kind === 'group') return { kind: kind === 'user' ? 'User' : 'Group', name };
  const [account = '', namespace] = name.split(':').reverse();
  const isAccount = /^(sa|serviceaccounts?)$/.test(kind) && isObjectName(account);
  if (isAccount && (namespace === undefined || isNamespaceName(namespace))) {
    return { kind: 'ServiceAccount', name: account, namespace };
  }
  throw new UsageError('--for takes sa/NAME, sa/NAMESPACE:NAME, user/NAME or group/NAME', meantSubject(text));
}

/**
 * The subject that was probably meant by `text`: `NAME`, `NAMESPACE:NAME`, `sa/NAMESPACE/NAME`, or an account as the API server
 * calls it (k8s.io/apiserver pkg/authentication/serviceaccount `MakeUsername`). Never a subject whose name was not typed.
 */
function meantSubject(text: string): Hint {
  const [first = '', ...others] = text.replace(/^system:(?=serviceaccount:)/, '').split(/[:/]/);
  const [, typed] = /^(sa|serviceaccount|user|group)s?$/i.exec(first) ?? [];
  const isKind = typed !== undefined && others.length > 0;
  const kind = isKind ? typed.toLowerCase() : 'sa';
  const names = isKind ? others : [first, ...others];
  const [name = '', namespace] = names.toReversed();
  const isKnown = isObjectName(name) && (namespace === undefined || isNamespaceName(namespace)) && names.length <= 2;
  if (!isKnown || namespace === 'system') return prose`--for sa/NAME`;
  if (kind === 'user' || kind === 'group') {
    return namespace === undefined ? againWith(words`--for ${kind}/${name}`) : prose`--for ${kind}/NAME`;
  }
  return againWith(words`--for sa/${namespace === undefined ? name : `${namespace}:${name}`}`);
}

const DEFAULT_SECRET = 'regsecret';
const DEFAULT_ACCOUNT = 'regsecret';
const MAX_NAME = 253;

/**
 * The start of the name of a role for `command` on these Secrets. Each Secret and each subject ({@link nameFor}) has a role of
 * its own: `kubectl apply` of another role with the same name would take the rights of the first away.
 */
export function roleStart(command: string, secrets: readonly string[]): string {
  const isUsual = secrets.every((name) => name === DEFAULT_SECRET) || !secrets.every(isObjectName);
  const name = [`regsecret-${command}`, ...(isUsual ? [] : [secrets.join('.')])].join('-');
  return name.slice(0, MAX_NAME).replace(/[-.]+$/, '');
}

/**
 * The start, followed by the subject. Names in RBAC may have colons, but those of namespaces, accounts and Secrets may not, so no
 * two subjects share a name. `User` and `Group` begin with a capital, as no namespace does.
 */
function nameFor(kind: 'Role' | 'ClusterRole', { start, namespace, subject }: RoleRequest): string {
  const own = subject.namespace ?? namespace;
  const isHere = kind === 'Role' && own === namespace;
  const words = subject.kind === 'ServiceAccount' ? (isHere ? [] : [own]) : [subject.kind];
  if (subject.kind === 'ServiceAccount' && isHere && subject.name === DEFAULT_ACCOUNT) return start;
  const who = ['', ...words, segment(subject.name)].join(':');
  return `${start.slice(0, Math.max(0, MAX_NAME - who.length))}${who}`.slice(0, MAX_NAME);
}

/** `name` without the characters that the name of a role may not have: `/` and `%` (apimachinery pkg/api/validation/path). */
function segment(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@').replaceAll('%3A', ':').replaceAll('%', '=');
}

/** A role, its binding, or the policy beside it. */
export interface RbacObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

export interface RoleRequest {
  /** The name of the role and its binding. Undefined: made of `start` and the subject. */
  readonly name: string | undefined;
  readonly start: string;
  readonly namespace: string;
  readonly subject: Subject;
  readonly rights: readonly Right[];
}

/**
 * The objects that grant `rights` to the subject, in the order in which they are applied: a Role for the rights in the namespace,
 * and a ClusterRole for the rest.
 */
export function roleObjects(request: RoleRequest): RbacObject[] {
  const here = request.rights.filter(({ everywhere }) => !everywhere);
  const everywhere = request.rights.filter((right) => right.everywhere);
  return [
    ...(here.length === 0 ? [] : withBinding('Role', rulesFor(here), request)),
    ...(everywhere.length === 0 ? [] : withBinding('ClusterRole', rulesFor(everywhere), request)),
  ];
}

function withBinding(kind: 'Role' | 'ClusterRole', rules: readonly PolicyRule[], request: RoleRequest): RbacObject[] {
  const { name = nameFor(kind, request), namespace, subject } = request;
  const metadata = kind === 'Role' ? { name, namespace } : { name };
  const who =
    subject.kind === 'ServiceAccount'
      ? { kind: subject.kind, name: subject.name, namespace: subject.namespace ?? namespace }
      : { apiGroup: RBAC_API, kind: subject.kind, name: subject.name };
  return [
    { apiVersion: `${RBAC_API}/v1`, kind, metadata, rules },
    {
      apiVersion: `${RBAC_API}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC_API, kind, name },
      subjects: [who],
    },
  ];
}
