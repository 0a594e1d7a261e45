/** Whether this machine has a login, as far as that can be seen without asking a store or a helper. */
import { canonicalServer, serverProblem } from '../domain/keyring/server.ts';
import { andThen, apart, type Command, type Word } from '../domain/text/command.ts';
import { showsAsItIs } from '../domain/text/printable.ts';
import type { Io } from '../io.ts';
import { canPrompt } from '../prompt.ts';
import { authFiles } from './auth-file.ts';
import { dockerStore } from './docker.ts';
import { readDockerSettings } from './docker-settings.ts';
import { podmanLogins } from './podman.ts';
import { machineLogins } from './source.ts';

/** Tells for which servers this machine has no login. No program is started. */
export async function loginLack(io: Io): Promise<(server: string) => boolean> {
  const files = authFiles();
  const settings = readDockerSettings(io, files);
  // With the first login docker writes into its file which store it takes.
  const config = settings.detected ? { ...settings.config, credsStore: undefined } : settings.config;
  const store = machineLogins(dockerStore({ ...settings, config }, io), await podmanLogins(io, files));
  return (server) => serverProblem(server) === undefined && store.where(canonicalServer(server)) === undefined;
}

/**
 * Proposed commands, with the user of the login where `create` would find none on this machine; that is `usual` for a server
 * where nothing else tells.
 */
export async function userNamer(
  io: Io,
  usual: (server: string) => string | undefined = () => undefined,
): Promise<(line: Command, username: string | undefined) => Command> {
  const lacksLogin = await loginLack(io);
  // With somebody there, `create` asks for the user as well.
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
 * `command` with the user in each `create` whose servers all lack a login: it asks for the password then, or says how to pipe
 * it. Where only some lack one, those are a command of their own, for what is typed would be the login of all.
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
