/** Says that no Secret has the entry to remove. */

import { findSecret } from '../../cluster/not-found.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UserError } from '../../errors.ts';
import { words } from '../../line/command.ts';
import { readContents } from '../../secret/contents.ts';
import { bareServer, shownServer } from '../../secret/display-server.ts';
import { sameKey } from '../../secret/key.ts';
import { describeSecret } from '../../secret/secret.ts';
import { onlyEntry, serverProblem } from '../../secret/server.ts';
import { checkApart } from '../../secret/usable.ts';
import { closest, isSlip } from '../../text/closest.ts';
import { many } from '../../text/enumerate.ts';
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
