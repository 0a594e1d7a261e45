/** Says that no Secret has the entry to remove. */
import type { Transport } from '../../cluster/client/transport.ts';
import { findSecret } from '../../cluster/not-found.ts';
import { readContents } from '../../domain/keyring/contents.ts';
import { bareServer, shownServer } from '../../domain/keyring/display-server.ts';
import { sameKey } from '../../domain/keyring/key.ts';
import { describeSecret } from '../../domain/keyring/secret.ts';
import { onlyEntry, serverProblem } from '../../domain/keyring/server.ts';
import { checkApart } from '../../domain/pull-secret/usable.ts';
import { closest, isSlip } from '../../domain/text/closest.ts';
import { words } from '../../domain/text/command.ts';
import { many } from '../../domain/text/enumerate.ts';
import { UserError } from '../../errors.ts';
import type { RemoveRequest } from './remove-entries.ts';

/**
 * Returns one sentence. For a single Secret, it lists the entries that the Secret has instead. Throws UserError where an entry
 * with a similar name was meant, where one `--server` holds several, and where the Secret can no longer be read.
 */
export async function describeAbsence(
  transport: Transport,
  request: Pick<RemoveRequest, 'scope' | 'servers'>,
): Promise<string> {
  const { servers } = request;
  checkApart(servers);
  const { namespaces, names } = request.scope;
  const absent = many(servers.map(shownServer));
  const [name] = names;
  if (typeof namespaces === 'string' || !('only' in namespaces) || name === undefined || names.length > 1) {
    return `nothing has an entry ${absent}`;
  }
  const secret = await findSecret(transport, { namespace: namespaces.only, name }, 'remove');
  const there = readContents(secret).entries.map(({ server }) => shownServer(server));
  const [typed = ''] = servers;
  const proposal = serverProblem(typed)?.proposal;
  // Another port or number is another registry, whose login must stay.
  const slip = closest(
    absent,
    there.filter((server) => isSlip(absent, server)),
  );
  const meant =
    there.find((server) => proposal !== undefined && sameKey(proposal, server)) ??
    slip ??
    there.find((server) => bareServer(server).startsWith(`${absent}:`));
  const near = servers.length === 1 ? meant : undefined;
  const text = `${describeSecret(secret)} has no entry ${absent}`;
  if (near === undefined) return `${text}; it has ${there.length === 0 ? 'none' : many(there)}`;
  throw new UserError(`${text}; did you mean ${near}?`, {
    add: words`--server ${onlyEntry(bareServer(near))}`,
    drop: ['--yes'],
  });
}
