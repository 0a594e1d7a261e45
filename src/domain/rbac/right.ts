/** What a command does with API objects, in the terms of RBAC rules. */
import type { PullKindName } from '../workloads/kind.ts';
import { pullKind, WORKLOAD_KINDS } from '../workloads/kind.ts';

export interface Right {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  readonly group: string;
  readonly plural: string;
  /** Undefined: objects of any name. */
  readonly names?: readonly string[] | undefined;
  /** Whether the right is needed in every namespace, or for objects outside any namespace. */
  readonly everywhere: boolean;
}

/** A rule of a Role or ClusterRole (https://kubernetes.io/docs/reference/access-authn-authz/rbac/). */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Rights in one namespace, or in all of them. */
export interface Grants {
  secrets(verb: Right['verb'], names?: readonly string[]): Right;
  objects(verb: Right['verb'], kinds: readonly PullKindName[], names?: readonly string[]): Right[];
  events(verb: Right['verb']): Right;
}

export function grantsIn(everywhere: boolean): Grants {
  return {
    secrets: (verb, names) => ({ verb, group: '', plural: 'secrets', names, everywhere }),
    objects: (verb, kinds, names) =>
      kinds.map((kind) => {
        const { group, plural } = pullKind(kind);
        return { verb, group, plural, names, everywhere };
      }),
    events: (verb) => ({ verb, group: '', plural: 'events', everywhere }),
  };
}

/** To list the namespaces, such as those with some labels. */
export const LIST_NAMESPACES: Right = { verb: 'list', group: '', plural: 'namespaces', everywhere: true };

/** All kinds that may make pods, directly or through another one of these. */
export const CONTROLLERS = [...WORKLOAD_KINDS, 'ReplicaSet'] as const satisfies readonly PullKindName[];

/** The fewest rules that grant `rights`; no rule grants more than they do. */
export function rulesFor(rights: readonly Right[]): PolicyRule[] {
  const unnamed = new Set(rights.filter(({ names }) => names === undefined).map(keyOf));
  const needed = rights.filter((right) => right.names === undefined || !unnamed.has(keyOf(right)));
  const byObject = Map.groupBy(needed, ({ group, plural, names = [] }) => [group, plural, ...sorted(names)].join(' '));
  const single = [...byObject.values()].map((same) => {
    const [{ group, plural, names = [] } = NOTHING] = same;
    return { group, plural, names: sorted(names), verbs: inOrder(same.map(({ verb }) => verb)) };
  });
  const alike = Map.groupBy(single, ({ group, names, verbs }) => JSON.stringify([group, names, verbs]));
  return [...alike.values()].map((same) => {
    const [{ group, names, verbs } = { group: '', names: [], verbs: [] }] = same;
    return {
      apiGroups: [group],
      resources: sorted(same.map(({ plural }) => plural)),
      ...(names.length === 0 ? {} : { resourceNames: names }),
      verbs,
    };
  });
}

const NOTHING: Pick<Right, 'group' | 'plural' | 'names'> = { group: '', plural: '' };
const VERBS = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

function keyOf({ verb, group, plural }: Right): string {
  return `${verb} ${group}/${plural}`;
}

function inOrder(verbs: readonly string[]): string[] {
  return VERBS.filter((verb) => verbs.includes(verb));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
