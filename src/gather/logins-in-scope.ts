/** Lists the logins in the Secrets of a scope, for a command line that does not say which one to replace. */
import type { Reader } from '../cluster/reader.ts';
import { eachInScope, type SecretScope } from '../cluster/secret-scope.ts';
import { contentsOf } from '../secret/contents.ts';
import { keyText } from '../secret/key.ts';
import { isAnonymous } from '../secret/keyring.ts';
import { serverProblem, serverToType } from '../secret/server.ts';
import { isAtHome, type ScopeLogin } from './scope-login.ts';

/** Logins of the home namespace come first, then those in most Secrets. Throws UserError where the Secrets may not be read. */
export async function loginsInScope(reader: Reader, scope: SecretScope): Promise<ScopeLogin[]> {
  const found = new Map<string, ScopeLogin>();
  await eachInScope(reader, scope, function* (secret) {
    const isHere = secret.metadata.namespace === reader.transport.namespace;
    for (const { server, login } of (yield* contentsOf(secret)).entries) {
      if (login === undefined || isAnonymous(login)) continue;
      if (server.includes('*') || serverProblem(server) !== undefined) continue;
      const key = JSON.stringify([keyText(server), login.username]);
      const { atHome = [], count = 0 } = found.get(key) ?? {};
      const { username, password } = login;
      const typed = serverToType(server, undefined);
      found.set(key, {
        server: typed,
        username,
        atHome: new Set([...atHome, ...(isHere ? [password] : [])]),
        count: count + 1,
      });
    }
  });
  return [...found]
    .toSorted(
      ([key, one], [otherKey, other]) =>
        Number(isAtHome(other)) - Number(isAtHome(one)) || other.count - one.count || (key < otherKey ? -1 : 1),
    )
    .map(([, login]) => login);
}
