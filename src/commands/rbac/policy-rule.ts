/** The rules of RBAC that grant rights. */
import type { Right } from '../../cluster/right.ts';

/** A rule of a Role or ClusterRole (https://kubernetes.io/docs/reference/access-authn-authz/rbac/). */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

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
