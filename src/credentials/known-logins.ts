/** Whether this machine has a login, as far as config files show. No store or helper is asked. */
import { canonicalServer, serverProblem } from '../domain/keyring/server.ts';
import { andThen, apart, type Command, type Word } from '../domain/text/command.ts';
import { showsAsItIs } from '../domain/text/printable.ts';
import type { Io } from '../io.ts';
import { canPrompt } from '../prompt.ts';
import { authFiles } from './auth-file.ts';
import { readDockerSettings } from './docker.ts';
import { dockerKeychain, machineKeychain, podmanLogins } from './keychain.ts';

/** Returns a function that tells whether this machine lacks a login for a server. Starts no program. */
export async function loginLack(io: Io): Promise<(server: string) => boolean> {
  const files = authFiles();
  const settings = readDockerSettings(io, files);
  // docker writes its choice of store into its file with the first login, so a store that was only detected has none.
  const config = settings.detected ? { ...settings.config, credsStore: undefined } : settings.config;
  const store = machineKeychain(dockerKeychain({ ...settings, config }, io), await podmanLogins(io, files));
  return (server) => serverProblem(server) === undefined && store.where(canonicalServer(server)) === undefined;
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

const SERVER = '--server';
/** With these, a second command would undo the first, or print a second Secret. */
const WHOLE: readonly Word[] = ['--replace', '--force', '--dry-run=client', '--from-file'];

/**
 * `command` with the user added to each `create` whose servers all lack a login: it then asks for the password, or says how to
 * pipe it in. When only some servers lack one, they get a command of their own, because a typed login is used for all servers.
 */
function withUser(
  command: Command,
  userOf: (servers: readonly string[]) => string | undefined,
  lacksLogin: (server: string) => boolean,
): Command {
  const { next, ...alone } = command;
  const { words, pipe } = alone;
  const { values, rest } = apart(command, SERVER);
  const servers = values.filter((server) => typeof server === 'string');
  const isOfHere = words[1] === 'create' && servers.length === values.length && !words.includes('--from-file');
  const lacking = isOfHere ? servers.filter(lacksLogin) : [];
  const username = lacking.length === 0 ? undefined : userOf(lacking);
  const isNamed = username !== undefined && showsAsItIs(username);
  const isPart = lacking.length < servers.length;
  const after = next && withUser(next, userOf, lacksLogin);
  if (isNamed && isPart && pipe === undefined && !words.some((word) => WHOLE.includes(word))) {
    const only = (some: readonly string[]): Command => ({
      ...alone,
      words: rest.toSpliced(words.indexOf(SERVER), 0, ...some.flatMap((server) => [SERVER, server])),
    });
    const own = only(servers.filter((server) => !lacking.includes(server)));
    return andThen(andThen(own, withUser(only(lacking), userOf, lacksLogin)), after);
  }
  return {
    ...alone,
    words: isNamed && !isPart ? words.toSpliced(words.lastIndexOf(SERVER) + 2, 0, '--username', username) : words,
    ...(pipe && { pipe: withUser(pipe, userOf, lacksLogin) }),
    ...(after && { next: after }),
  };
}
