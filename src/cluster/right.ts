/** What a command may do with API objects, in the terms of RBAC rules, and what is said to someone who may not. */
import { UserError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import { grantTo, type Hint } from '../line/hint.ts';

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

/** `User "X" cannot …`, with what an authorizer adds to it (apiserver responsewriters/errors.go `forbiddenMessage`). */
const FORBIDDEN = /User ("(?:[^"\\]|\\.)*") cannot [^:]*(?:: (.*))?$/s;

/** Whether the server's `message` is about a permission, so that no webhook, policy or quota refused. */
export function isMissingRight(message: string): boolean {
  return FORBIDDEN.test(message);
}

/** `text` as an error, with the server's `message` as far as it holds more, and what an administrator can run. */
export function noPermission(text: string, message: string): UserError {
  const [isKnown, , reason] = FORBIDDEN.exec(message) ?? [];
  const more = isKnown === undefined ? message : reason;
  return new UserError(more ? `${text}: ${more}` : text, grantFor(message));
}

/** What an administrator can run for the user in the server's `message`, who may be unknown. */
export function grantFor(message = ''): Hint {
  const [, quoted = '""'] = FORBIDDEN.exec(message) ?? [];
  const user = unquoted(quoted);
  if (user === 'system:anonymous') return clusterCommand`kubectl auth whoami`;
  const [, account] = /^system:serviceaccount:([^:]+:[^:]+)$/.exec(user) ?? [];
  return grantTo(account === undefined ? `user/${user || 'NAME'}` : `sa/${account}`);
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    // Go escapes a few characters in another way.
    return '';
  }
}
