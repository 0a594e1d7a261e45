/** What is said where nothing has the entry that is to go. */
import type { Transport } from '../../cluster/client/transport.ts';
import { findSecret } from '../../cluster/not-found.ts';
import { readContents } from '../../domain/keyring/contents.ts';
import { shownServer } from '../../domain/keyring/display-server.ts';
import { describeSecret } from '../../domain/keyring/secret.ts';
import { closest } from '../../domain/text/closest.ts';
import { many } from '../../domain/text/enumerate.ts';
import type { RemoveRequest } from './remove-entries.ts';

/** One sentence; of a single Secret it says what that has instead. Throws UserError where that cannot be read any more. */
export async function describeAbsence(
  transport: Transport,
  { scope, servers }: Pick<RemoveRequest, 'scope' | 'servers'>,
): Promise<string> {
  const { namespaces, names } = scope;
  const absent = many(servers.map(shownServer));
  const [name] = names;
  if (typeof namespaces === 'string' || !('only' in namespaces) || name === undefined || names.length > 1) {
    return `nothing has an entry ${absent}`;
  }
  const secret = await findSecret(transport, { namespace: namespaces.only, name }, 'remove');
  const there = readContents(secret).entries.map(({ server }) => shownServer(server));
  const near = servers.length === 1 ? closest(absent, there) : undefined;
  const instead = near === undefined ? `it has ${there.length === 0 ? 'none' : many(there)}` : `did you mean ${near}?`;
  return `${describeSecret(secret)} has no entry ${absent}; ${instead}`;
}
