/** Whether this machine has a login, as far as config files show. No store or helper is asked. */

import { andThen, type Command } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { canonicalServer, serverProblem } from '../secret/server.ts';
import type { Io } from '../system/io.ts';
import { canPrompt } from '../system/prompt.ts';
import { showsAsItIs } from '../text/printable.ts';
import { authFiles } from './auth-file.ts';
import { readDockerSettings } from './docker.ts';
import { dockerKeychain, machineKeychain, podmanLogins, whereFirst } from './login-keychain.ts';

/** Returns a function that tells whether this machine lacks a login for a server. Starts no program. */
export async function loginLack(io: Io): Promise<(server: string) => boolean> {
  const files = authFiles();
  const settings = readDockerSettings(io, files);
  // docker writes its choice of store into its file with the first login, so a store that was only detected has none.
  const config = settings.detected ? { ...settings.config, credsStore: undefined } : settings.config;
  const store = machineKeychain(dockerKeychain({ ...settings, config }, io), await podmanLogins(io, files));
  return (server) => serverProblem(server) === undefined && whereFirst(store, canonicalServer(server)) === undefined;
}

/**
 * Returns a function that adds a user name to a proposed command when `create` would find no login on this machine. `usual` gives
 * the user for a server when nothing else does.
 */
export async function userNamer(
  io: Io,
  usual: (server: string) => string | undefined = () => undefined,
): Promise<(line: Command, username: string | undefined) => Command> {
  const lacksLogin = await loginLack(io);
  // On a terminal, `create` prompts for the user as well.
  const unknown = canPrompt(io) ? undefined : 'USER';
  return (line, username) =>
    withUser(
      line,
      (servers) => {
        const [user, ...others] = new Set(servers.map((server) => (servers.length === 1 && username) || usual(server)));
        return (others.length === 0 && user) || unknown;
      },
      lacksLogin,
    );
}

/**
 * `command` with the user added to each `create` whose servers all lack a login: it then asks for the password, or says how to
 * pipe it in. When only some servers lack one, they get a command of their own, because a typed login is used for all servers.
 */
function withUser(
  { next, ...alone }: Command,
  userOf: (servers: readonly string[]) => string | undefined,
  lacksLogin: (server: string) => boolean,
): Command {
  const { does, pipe } = alone;
  const after = next && withUser(next, userOf, lacksLogin);
  const rest = { ...(pipe && { pipe: withUser(pipe, userOf, lacksLogin) }), ...(after && { next: after }) };
  // The login of a command that reads a password is not looked up.
  const lacking = does?.do === 'create' && !does.passwordStdin ? does.servers.filter(lacksLogin) : [];
  const username = lacking.length === 0 ? undefined : userOf(lacking);
  if (does?.do !== 'create' || username === undefined || !showsAsItIs(username)) return { ...alone, ...rest };
  if (lacking.length === does.servers.length) return { ...alone, ...lineOf({ ...does, username }), ...rest };
  // With a flag such as `--replace`, a second command would undo the first.
  if (pipe !== undefined || (does.flags ?? []).length > 0) return { ...alone, ...rest };
  const own = lineOf({ ...does, servers: does.servers.filter((server) => !lacking.includes(server)) });
  return andThen(andThen(own, withUser(lineOf({ ...does, servers: lacking }), userOf, lacksLogin)), after);
}
