/** What is said where no Secret, or not the one that was named, holds the login that is to be replaced. */
import { displayServer } from '../../domain/keyring/display-server.ts';
import { describeSecret, isPullSecretType, type Secret } from '../../domain/keyring/secret.ts';
import { closest, closestUser } from '../../domain/text/closest.ts';
import { ALL_NAMESPACES, type Command, command } from '../../domain/text/command.ts';
import { many } from '../../domain/text/enumerate.ts';
import { nameWord, scope } from '../../domain/text/object-name.ts';
import { type SecretName, secretNameOf } from '../../domain/workloads/references.ts';
import { UserError } from '../../errors.ts';
import type { RotateRequest } from './rotate-request.ts';
import type { Rotation } from './rotation.ts';

/** They are not read for this: a cluster may have thousands, of any content. */
const UNSEEN =
  'Secrets of other types, such as Opaque, were not looked at; list shows those that a pod or a service account names';

/** Throws UserError where there is nothing to rotate. */
export function checkFound(
  { items, without, otherServers }: Rotation,
  { scope: { namespaces }, logins }: RotateRequest,
  namespace: string,
): void {
  if (items.length + without.length > 0) return;
  const servers = many(logins.map(({ server }) => displayServer(server)));
  const isOne = typeof namespaces === 'object' && 'only' in namespaces;
  const text = `no pull secret ${isOne ? `in namespace ${namespace}` : 'in these namespaces'} holds a login for ${servers}`;
  // Not in a command: anybody can put a server into a Secret, and it would be sent the new password.
  const others = otherServers.map(displayServer);
  const [host = ''] = servers.split(/:\d+$/);
  // Of another host somebody may have made one that reads alike.
  const ofHost = others.filter((one) => one.startsWith(`${host}:`));
  const near = ofHost.find((one) => one.startsWith(`${servers}:`)) ?? closest(servers, ofHost);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  const where = isOne ? scope(namespace) : ALL_NAMESPACES;
  throw new UserError(text + meant, command`regsecret list ${where}`, near === undefined ? [UNSEEN] : []);
}

/** Throws UserError where no Secret has the user that was typed, and one has a near name: of any user, all would get a wrong one. */
export function checkUserTypo(
  { items }: Rotation,
  { logins, anyUser }: RotateRequest,
  username: string | undefined,
  lineFor: (username: string) => Command,
): void {
  if (username === undefined || anyUser) return;
  const users = new Set(items.flatMap(({ entries }) => entries.flatMap(({ login }) => login?.username || [])));
  const near = closestUser(username, [...users]);
  if (near === undefined) return;
  const servers = many(logins.map(({ server }) => displayServer(server)));
  throw new UserError(`no login of ${username} for ${servers} was found; did you mean ${near}?`, lineFor(near));
}

/** Why each Secret that was named and has none of the logins is left. */
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
    : `has the type ${secret.type ?? 'Opaque'}, which no kubelet pulls with`;
  const inspect = command`regsecret inspect ${nameWord(name)} ${scope(namespace)}`;
  return new UserError(`${describeSecret(secret)} ${lack}`, inspect);
}
