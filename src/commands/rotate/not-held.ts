/** Says that no Secret, or not the one that was named, holds the login to replace. */

import { onlyNamespace } from '../../cluster/secret-scope.ts';
import { UserError } from '../../errors.ts';
import { nearServer } from '../../gather/scope-login.ts';
import { ALL_NAMESPACES, command, words } from '../../line/command.ts';
import { againMeaning, prose } from '../../line/hint.ts';
import { nameWord, scope } from '../../line/object-name.ts';
import { displayServer } from '../../secret/display-server.ts';
import { describeSecret, isPullSecretType, type Secret } from '../../secret/secret.ts';
import { closestUser } from '../../text/closest.ts';
import { many, nounFor } from '../../text/enumerate.ts';
import { type SecretName, secretNameOf } from '../../workloads/references.ts';
import type { RotateRequest } from './rotate-request.ts';
import type { Rotation } from './rotation.ts';

/** Secrets of other types are not read for this: a cluster may have thousands, with any content. */
const UNSEEN =
  'Secrets of other types, such as Opaque, were not checked; list shows those that a pod or a service account uses';

/** Throws UserError where there is nothing to rotate, or where a name or the user name was probably mistyped. */
export function checkFound(
  rotation: Rotation,
  { scope: where, logins, home, anyUser }: RotateRequest,
  username: string | undefined,
): void {
  const { items, without, missing, others } = rotation;
  if (missing.length > 0) {
    const text = `no Secret in these namespaces has the name ${many(missing)}, so nothing was written`;
    throw new UserError(text, command`regsecret list ${ALL_NAMESPACES}`);
  }
  // A tenant could name a user who looks alike.
  const own = items.filter(({ ref }) => ref.namespace === home);
  if (username !== undefined && !anyUser) checkUserTypo(own, username);
  if (items.length + without.length > 0) return;
  const servers = many(logins.map(({ server }) => displayServer(server)));
  const text = noneHolds(isWide(where) ? 'in these namespaces' : `in namespace ${home}`, where, servers);
  const shown = others.flatMap(({ server, ref }) => (server ? { server: displayServer(server), ref } : []));
  const near = nearServer(
    servers,
    shown.map(({ server }) => server),
  );
  const list = command`regsecret list ${isWide(where) ? ALL_NAMESPACES : scope(home)}`;
  if (near === undefined) throw new UserError(text, list, [UNSEEN]);
  // Anybody may put a server into a Secret elsewhere, and a proposed command would send the new password to it.
  const isOwn = shown.some(({ server, ref }) => server === near && ref.namespace === home);
  throw new UserError(`${text}; did you mean ${near}?`, isOwn ? againMeaning({ add: words`--server ${near}` }) : list);
}

function isWide(where: RotateRequest['scope']): boolean {
  return onlyNamespace(where) === undefined;
}

function noneHolds(place: string, { names }: RotateRequest['scope'], servers: string): string {
  const secret = names.length === 0 ? 'pull secret' : `pull secret ${many(names)}`;
  return `no ${secret} ${place} holds a login for ${servers}`;
}

/**
 * Throws UserError where a given old password fits nothing, or where a namespace that `--to` names has nothing to write. Both are
 * more often mistyped than meant.
 */
export function checkFits({ items }: Rotation, { scope: where, logins, home, oldPassword }: RotateRequest): void {
  const states = new Set(items.flatMap(({ entries }) => entries.map(({ state }) => state)));
  const servers = many(logins.map(({ server }) => displayServer(server)));
  if (oldPassword !== undefined && !states.has('new') && states.has('other password')) {
    const text = `no Secret here holds the old password for ${servers}, so nothing was written`;
    throw new UserError(text, command`regsecret list ${isWide(where) ? ALL_NAMESPACES : scope(home)} -o wide`);
  }
  if (typeof where.namespaces !== 'object' || !('to' in where.namespaces)) return;
  const isThere = (namespace: string): boolean => items.some(({ ref }) => ref.namespace === namespace);
  const without = where.namespaces.to.names.filter((namespace) => namespace !== home && !isThere(namespace));
  if (without.length === 0) return;
  const atHome = items.filter(({ ref }) => ref.namespace === home);
  const [name, ...others] = where.names.length > 0 ? where.names : atHome.map(({ ref }) => ref.name);
  const source = name === undefined || others.length > 0 ? 'NAME' : nameWord(name);
  const text = noneHolds(`in ${nounFor(without.length, 'namespace')} ${many(without)}`, where, servers);
  throw new UserError(
    `${text}, so nothing was written`,
    prose`if a copy should be there: ${command`regsecret sync ${source} ${scope(home)} --to ${without.join(',')}`}`,
  );
}

/**
 * Throws UserError where no login has the typed user name, and one has a similar name. Otherwise `--any-user` would be proposed,
 * which gives the mistyped name to all.
 */
function checkUserTypo(items: Rotation['items'], username: string): void {
  const users = new Set(items.flatMap(({ entries }) => entries.flatMap(({ login }) => login?.username || [])));
  const near = closestUser(username, [...users]);
  if (near === undefined) return;
  const servers = new Set(items.flatMap(({ entries }) => entries.map(({ next }) => displayServer(next.server))));
  throw new UserError(
    `no login of ${username} for ${many([...servers])} was found; did you mean ${near}?`,
    againMeaning({ add: words`--username ${near}` }),
  );
}

/** Why each named Secret without such a login stays as it is. */
export function withoutLogins(
  { without }: Rotation,
  request: RotateRequest,
): readonly (readonly [ref: SecretName, why: UserError])[] {
  return without.map((secret) => {
    const ref = secretNameOf(secret);
    return [ref, withoutLogin(secret, ref, request)];
  });
}

function withoutLogin(secret: Secret, { namespace, name }: SecretName, { logins }: RotateRequest): UserError {
  const lack = isPullSecretType(secret.type)
    ? `holds no login for ${many(logins.map(({ server }) => displayServer(server)))}`
    : `has the type ${secret.type ?? 'Opaque'}, which the kubelet ignores`;
  const inspect = command`regsecret inspect ${nameWord(name)} ${scope(namespace)}`;
  return new UserError(`${describeSecret(secret)} ${lack}`, inspect);
}
