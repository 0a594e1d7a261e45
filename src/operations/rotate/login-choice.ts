/** What is said of a `rotate` that does not name the registry or the user: which logins there are, and the lines to choose from. */
import { connect } from '../../cluster/client/transport.ts';
import type { ContextFlags } from '../../cluster/config/contexts.ts';
import type { SecretScope } from '../../cluster/secret-scope.ts';
import { hasLoginFlags } from '../../credentials/credential-flags.ts';
import type { CredentialOptions } from '../../credentials/credential-options.ts';
import { displayServer } from '../../domain/keyring/display-server.ts';
import { sameKey } from '../../domain/keyring/key.ts';
import { canonicalServer, serverWord } from '../../domain/keyring/server.ts';
import { type Command, command, words } from '../../domain/text/command.ts';
import { many } from '../../domain/text/enumerate.ts';
import { againWith, type Hint, type Prose, prose } from '../../domain/text/hint.ts';
import { UsageError, UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { ScopeLogin } from './logins-in-scope.ts';

export interface LoginChoice extends CredentialOptions, ContextFlags {
  scopeIn(namespace: string): SecretScope;
  /** What was typed, for a line that cannot be repeated word by word. */
  readonly line: Command;
}

/** More lines are no choice any more. */
const CHOICES = 3;

/** Throws UsageError where no login is named; a missing user name is left to others where the Secrets have none. */
export async function checkNamed(options: LoginChoice, io: Io): Promise<void> {
  const { server, all, fromFile, prompt, username, user } = options;
  if ((fromFile ?? all ?? prompt) !== undefined) return;
  if (server === undefined) throw await withoutServer(options, io);
  if (username !== undefined || user !== undefined || !hasLoginFlags(options)) return;
  const wanted = server.map(canonicalServer);
  const logins = await loginsOf(options, io);
  const users = namesIn(
    logins.filter((login) => wanted.some((one) => sameKey(one, login.server))),
    'username',
  );
  if (users.length === 0) return;
  const servers = many(wanted.map(displayServer));
  const theirs = users.length === 1 ? `the login for ${servers} is that of` : `the logins for ${servers} are those of`;
  throw new UsageError(
    `there is a password, but no user name; ${theirs} ${many(users)}`,
    choice(
      users.map((name) => words`--username ${name}`),
      options,
      prose`add ${words`--username`} with one of them`,
    ),
  );
}

async function withoutServer(options: LoginChoice, io: Io): Promise<UsageError> {
  const { username } = options;
  const logins = (await loginsOf(options, io)).filter((login) => username === undefined || login.username === username);
  const servers = namesIn(logins, 'server');
  if (servers.length === 0) return new UsageError('no registry is named', againWith(words`--server HOST`));
  const logIns = servers.length === 1 ? 'a login' : 'logins';
  const owner = username === undefined ? `there ${servers.length === 1 ? 'is' : 'are'}` : `${username} has`;
  // A line with a registry that somebody else has put beside this name would send him the new password.
  const own = namesIn(
    logins.filter(({ isAtHome }) => isAtHome),
    'server',
  );
  return new UsageError(
    `no registry is named; ${owner} ${logIns} for ${many(servers.map(displayServer))}`,
    choice(
      own.map((name) => words`--server ${serverWord(name)}`),
      options,
      prose`add ${words`--server`} with ${servers.length === 1 ? 'it' : 'one of them'}`,
    ),
  );
}

/** None where they may not be read, or where there are several clusters. */
async function loginsOf({ scopeIn, ...flags }: LoginChoice, io: Io): Promise<ScopeLogin[]> {
  if (flags.toContext !== undefined) return [];
  const [{ createReader }, { loginsInScope }] = await Promise.all([
    import('../../cluster/reader.ts'),
    import('./logins-in-scope.ts'),
  ]);
  try {
    const transport = await connect(flags, io);
    try {
      return await loginsInScope(createReader(transport), scopeIn(transport.namespace));
    } finally {
      transport.close();
    }
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function namesIn(logins: readonly ScopeLogin[], field: 'server' | 'username'): string[] {
  return [...new Set(logins.map((login) => login[field]))];
}

/** The line that was typed with each of `flags`, where these are few. */
function choice(flags: readonly Command[], { line }: LoginChoice, otherwise: Prose): Hint {
  if (flags.length === 0 || flags.length > CHOICES) return otherwise;
  const lines = flags.map((add) => ({ add, otherwise: command`regsecret rotate ${line} ${add}` }));
  return { prose: lines.flatMap((one, index) => (index === 0 ? [one] : [', or ', one])) };
}
