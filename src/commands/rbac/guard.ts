/**
 * The admission policy beside a role: what its account may write, by name, type, namespace and field. RBAC cannot limit `create`
 * to names, nor any verb to fields, so without a policy whoever creates Secrets can make a token of any service account.
 */

import { copyRef } from '../../changes/recreate-secret.ts';
import type { Right } from '../../cluster/right.ts';
import { allOf, listOf, memberAt, quoted, sameBut, someOf } from '../../codec/cel.ts';
import { MANAGED_BY, SOURCE } from '../../secret/copy.ts';
import { DATA_KEY } from '../../secret/secret.ts';
import { ADMISSION_API } from '../../workloads/admission-policy.ts';
import { LIST_FIELD, PULL_KINDS, type PullKind } from '../../workloads/kind.ts';
import { RBAC_API, type RbacObject } from './role.ts';

/** What the role of a command line is meant for. */
export interface GuardedLine {
  /** The Secret in the lists that change, and the one that a copy comes from. */
  readonly secret: string | undefined;
  /** An expression for the namespaces that are selected. Undefined: those of the role. */
  readonly chosen: string | undefined;
  /** An expression for the namespace of the source, where copies in namespaces that are not selected may be deleted. */
  readonly prunedFrom: string | undefined;
  /** Whether the lists of workloads may change. */
  readonly changesTemplates: boolean;
}

export interface GuardRequest {
  readonly name: string;
  /** The binding of the role: the policy is for its subjects. */
  readonly binding: RbacObject;
  readonly rights: readonly Right[];
  readonly line: GuardedLine;
}

/** The namespace of the account that sends a request (k8s.io/apiserver pkg/authentication/serviceaccount `MakeUsername`). */
export const OWN_NAMESPACE = "request.userInfo.username.split(':')[2]";

const PULL_TYPES = Object.keys(DATA_KEY);

const OPERATIONS = { create: 'CREATE', patch: 'UPDATE', delete: 'DELETE' } as const;
type Write = keyof typeof OPERATIONS;

/** The policy and its binding; none where the role grants no write. */
export function guardObjects({ name, binding, rights, line }: GuardRequest): RbacObject[] {
  // No policy sees a write to a policy (apiserver pkg/admission/plugin/policy/generic `Dispatch`).
  const writes = rights.filter(isWrite).filter(({ group }) => group !== ADMISSION_API);
  if (writes.length === 0) return [];
  const kinds = PULL_KINDS.filter(({ plural }) => writes.some((right) => right.plural === plural));
  const api = { apiVersion: `${ADMISSION_API}/v1`, metadata: { name } };
  const spec = {
    failurePolicy: 'Fail',
    paramKind: { apiVersion: `${RBAC_API}/v1`, kind: binding.kind },
    matchConstraints: { resourceRules: rulesOf(writes) },
    matchConditions: [{ name: 'account', expression: IS_SUBJECT }],
    variables: variablesOf(line),
    validations: [
      operationsOf(writes),
      ...secretRules(writes, line),
      ...accountRules(kinds, line),
      ...templateRules(kinds, line),
    ].map((rule) => ({ ...rule, reason: 'Forbidden' })),
  };
  const { name: role, namespace } = binding.metadata;
  return [
    { ...api, kind: 'ValidatingAdmissionPolicy', spec },
    {
      ...api,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: {
        policyName: name,
        // Without the binding there are no rights to guard.
        paramRef: { name: role, ...(namespace && { namespace }), parameterNotFoundAction: 'Allow' },
        validationActions: ['Deny'],
      },
    },
  ];
}

/**
 * A name in the binding rather than here, because Kustomize changes it there when an overlay has a namespace or a suffix of its
 * own. It must not fail: the policy would then refuse what others write.
 */
const IS_SUBJECT =
  "params.?subjects.orValue([]).exists(subject, subject.kind == 'ServiceAccount' && request.userInfo.username == 'system:serviceaccount:' + subject.?namespace.orValue('') + ':' + subject.name)";

interface Rule {
  readonly expression: string;
  readonly message: string;
}

function isWrite(right: Right): right is Right & { readonly verb: Write } {
  return Object.hasOwn(OPERATIONS, right.verb);
}

/** The writes are matched whether the role grants them or not, so that no other role of the account can add to them. */
function rulesOf(writes: readonly Right[]): object[] {
  return [...Map.groupBy(writes, ({ group }) => group)].sort().map(([group, same]) => ({
    apiGroups: [group],
    apiVersions: ['v1'],
    operations: Object.values(OPERATIONS),
    resources: pluralsOf(same),
  }));
}

function pluralsOf(rights: readonly Right[]): string[] {
  return [...new Set(rights.map(({ plural }) => plural))].sort();
}

function variablesOf({ chosen }: GuardedLine): object[] {
  return [
    // A deleted object is only in `oldObject`.
    { name: 'it', expression: "request.operation == 'DELETE' ? oldObject : object" },
    ...(chosen === undefined
      ? []
      : [
          { name: 'labels', expression: 'namespaceObject.metadata.?labels.orValue({})' },
          { name: 'isChosen', expression: chosen },
        ]),
  ];
}

function operationsOf(writes: readonly (Right & { readonly verb: Write })[]): Rule {
  const allowed = pluralsOf(writes).map((plural) => {
    const same = writes.filter((right) => right.plural === plural);
    const operations = [...new Set(same.map(({ verb }) => OPERATIONS[verb]))].sort();
    return allOf([`request.resource.resource == ${quoted(plural)}`, `request.operation in ${listOf(operations)}`]);
  });
  return { expression: someOf(allowed), message: 'this account has no permission to write in this way' };
}

/**
 * Annotations of Secrets that a controller writes a token of the named service account into: that of core/v1/types.go
 * `ServiceAccountNameKey`, and that of OpenShift for Secrets of type kubernetes.io/dockercfg (openshift-controller-manager
 * pkg/internalregistry/controllers `isManagedImagePullSecret`).
 */
const TOKEN_OF = ['kubernetes.io/service-account.name', 'openshift.io/internal-registry-auth-token.service-account'];
/** Whoever makes one of these gets a login to the API server. */
const TOKEN_TYPES = ['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token'];

function secretRules(writes: readonly Right[], line: GuardedLine): Rule[] {
  const own = writes.filter(({ plural }) => plural === 'secrets');
  if (own.length === 0) return [];
  const limited = own.filter(({ verb }) => verb !== 'create');
  const names = limited.some((right) => right.names === undefined)
    ? undefined
    : [...new Set(limited.flatMap((right) => right.names ?? []))].sort();
  const copies = (names ?? []).filter((name) =>
    names?.some((other) => copyRef({ namespace: '', name: other }).name === name),
  );
  const isOfType = `object.type in ${listOf(PULL_TYPES)}`;
  // A copy of a Secret that is being replaced has the type of that Secret.
  const isKept = allOf([`object.metadata.name in ${listOf(copies)}`, `!(object.type in ${listOf(TOKEN_TYPES)})`]);
  const named = (object: string): string => memberAt(object, ['metadata', 'annotations'], '{}');
  const isSameAccount = allOf([
    "request.operation == 'UPDATE'",
    `${named('oldObject')}[?key] == ${named('object')}[?key]`,
  ]);
  return [
    ...(names === undefined ? [] : [namesRule(names)]),
    {
      expression: forSecrets(
        someOf(["request.operation == 'DELETE'", isOfType, ...(copies.length === 0 ? [] : [isKept])]),
      ),
      message: `this account may write only Secrets of the types ${PULL_TYPES.join(' and ')}`,
    },
    {
      expression: forSecrets(
        someOf([
          "request.operation == 'DELETE'",
          `${listOf(TOKEN_OF)}.all(key, ${someOf([`!(key in ${named('object')})`, isSameAccount])})`,
        ]),
      ),
      message: `this account has no permission to write the annotations ${TOKEN_OF.join(' and ')}`,
    },
    ...(line.chosen === undefined ? [] : [placeRule(line)]),
  ];
}

function forSecrets(expression: string): string {
  return someOf(["request.resource.resource != 'secrets'", expression]);
}

function namesRule(names: readonly string[]): Rule {
  // `rehearseSecret` has the API server check a Secret under another name.
  const isRehearsal = allOf([
    "request.operation == 'CREATE'",
    'request.?dryRun.orValue(false)',
    "object.metadata.name.startsWith('regsecret-')",
  ]);
  return {
    expression: forSecrets(someOf([`variables.it.metadata.name in ${listOf(names)}`, isRehearsal])),
    message: `this account may write only the Secret ${names.join(' or ')}`,
  };
}

function placeRule({ secret = '', prunedFrom }: GuardedLine): Rule {
  const copyOf = `${prunedFrom} + ${quoted(`/${secret}`)}`;
  const isPruned = allOf([
    "request.operation == 'DELETE'",
    `${memberAt('oldObject', ['metadata', 'labels'], '{}')}[?${quoted(MANAGED_BY)}].orValue('') == 'regsecret'`,
    `${memberAt('oldObject', ['metadata', 'annotations'], '{}')}[?${quoted(SOURCE)}].orValue('') == ${copyOf}`,
  ]);
  return {
    expression: forSecrets(someOf(['variables.isChosen', ...(prunedFrom === undefined ? [] : [isPruned])])),
    message: 'this account may write no Secret in this namespace, which its command does not select',
  };
}

/** What the API server itself changes with every write. */
const SERVED = ['generation', 'managedFields', 'resourceVersion'];

function accountRules(kinds: readonly PullKind[], line: GuardedLine): Rule[] {
  if (!kinds.some(({ kind }) => kind === 'ServiceAccount')) return [];
  const list = (object: string): string => memberAt(object, [LIST_FIELD], '[]');
  const { secret, chosen, prunedFrom } = line;
  const others = (object: string): string =>
    `${list(object)}.filter(entry, entry.?name.orValue('') != ${quoted(secret ?? '')})`;
  const isOut = `!${list('object')}.exists(entry, entry.?name.orValue('') == ${quoted(secret ?? '')})`;
  const changed = (expression: string, message: string): Rule => ({
    expression: someOf(["request.resource.resource != 'serviceaccounts'", "request.operation != 'UPDATE'", expression]),
    message,
  });
  return [
    changed(
      allOf([
        sameBut([LIST_FIELD, 'metadata'], 'dyn(oldObject)', 'dyn(object)'),
        sameBut(SERVED, 'dyn(oldObject).metadata', 'dyn(object).metadata'),
      ]),
      `this account may change only ${LIST_FIELD} of a service account`,
    ),
    ...(secret === undefined
      ? []
      : [
          changed(
            `${others('object')} == ${others('oldObject')}`,
            `this account may list only ${secret} in ${LIST_FIELD}`,
          ),
        ]),
    ...(chosen === undefined
      ? []
      : [
          changed(
            someOf(['variables.isChosen', ...(prunedFrom === undefined ? [] : [isOut])]),
            'this account may attach nothing in this namespace, which its command does not select',
          ),
        ]),
  ];
}

/** As `kubectl rollout restart` sets it. */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';
/** The API server counts it up with each change of a DaemonSet (apps/v1 conversion). */
const GENERATION = 'deprecated.daemonset.template.generation';

/** A changed template could otherwise run anything as any service account of its namespace. */
function templateRules(kinds: readonly PullKind[], { changesTemplates, chosen }: GuardedLine): Rule[] {
  const some = kinds.filter(({ specPath }) => specPath.length > 1);
  const byPath = [...Map.groupBy(some, ({ specPath }) => specPath.join('.')).values()];
  return byPath.flatMap((same) => {
    const [{ specPath } = { specPath: [] }] = same;
    const plurals = listOf(
      pluralsOf(same.map(({ group, plural }) => ({ verb: 'patch', group, plural, everywhere: true }))),
    );
    const changed = (expression: string, message: string): Rule => ({
      expression: someOf([`!(request.resource.resource in ${plurals})`, "request.operation != 'UPDATE'", expression]),
      message,
    });
    const what = changesTemplates ? `${LIST_FIELD} and the time of a restart` : 'the time of a restart';
    return [
      changed(
        allOf(onlyTemplate(specPath.slice(0, -1), changesTemplates)),
        `this account may change only ${what} in a workload`,
      ),
      ...(chosen === undefined
        ? []
        : [
            changed(
              'variables.isChosen',
              'this account may restart nothing in this namespace, which its command does not select',
            ),
          ]),
    ];
  });
}

/** The conditions that nothing but the template at `path` changes, and what may change there. */
function onlyTemplate(path: readonly string[], changesLists: boolean): string[] {
  const same = (at: readonly string[], members: readonly string[]): string =>
    sameBut(members, memberAt('oldObject', at, '{}'), memberAt('object', at, '{}'));
  const above = path.map((_, depth) =>
    same(path.slice(0, depth), [path[depth] ?? '', ...(depth === 0 ? ['metadata'] : [])]),
  );
  return [
    ...above,
    same(['metadata'], [...SERVED, 'annotations']),
    same(['metadata', 'annotations'], [GENERATION]),
    same(path, ['metadata', ...(changesLists ? ['spec'] : [])]),
    ...(changesLists ? [same([...path, 'spec'], [LIST_FIELD])] : []),
    same([...path, 'metadata'], ['annotations']),
    same([...path, 'metadata', 'annotations'], [RESTARTED]),
  ];
}
