/** For a `rotate` without a registry or a user name: takes it from the Secrets, or proposes command lines to choose from. */

import { labelledNamespaces, type SecretScope } from '../../cluster/secret-scope.ts';
import { connect, type Transport } from '../../cluster/transport.ts';
import { type CredentialOptions, hasLoginFlags } from '../../credentials/credential-flags.ts';
import { loginLack } from '../../credentials/known-logins.ts';
import { UsageError, UserError } from '../../errors.ts';
import { isAtHome, nearServer, type ScopeLogin } from '../../gather/scope-login.ts';
import type { ContextFlags } from '../../kubeconfig/contexts.ts';
import { loadKubeConfig } from '../../kubeconfig/kube-config.ts';
import { MISPLACED_USER } from '../../kubeconfig/kube-flags.ts';
import { type Command, words } from '../../line/command.ts';
import { againMeaning, againWith, anyOf, type Hint, type Prose, prose } from '../../line/hint.ts';
import { displayServer } from '../../secret/display-server.ts';
import { sameKey } from '../../secret/key.ts';
import type { SelectedNamespace } from '../../secret/selected-namespace.ts';
import { canonicalServer, serverFlags } from '../../secret/server.ts';
import type { Io } from '../../system/io.ts';
import { canPrompt } from '../../system/prompt.ts';
import { many } from '../../text/enumerate.ts';

export interface LoginChoice extends CredentialOptions, ContextFlags {
  scopeIn(namespace: SelectedNamespace): SecretScope;
}

/** More command lines than this are not offered. */
const CHOICES = 3;

/** The part of the login that the command line lacks and the Secrets tell. */
export interface GuessedLogin {
  readonly username?: string;
  readonly server?: readonly string[];
  /** Registries that only other namespaces have for this user. */
  readonly elsewhere?: readonly string[];
}

/**
 * Returns the registry or the user name of the new login, where the Secrets of the home namespace tell exactly one. Returns
 * nothing where the command line is complete, or where the Secrets have no user name. Throws UsageError where the login remains
 * unclear.
 */
export async function checkNamed(typed: LoginChoice, io: Io): Promise<GuessedLogin> {
  const { server, all, fromFile, prompt } = typed;
  if ((fromFile ?? all ?? prompt) !== undefined) return {};
  const options = await withUserName(typed, io);
  if (server === undefined) return onlyServer(options, io);
  if (options.isMisplaced)
    throw new UsageError(MISPLACED_USER, choice([words``], options, prose`add ${words`--username`}`));
  if (!hasLoginFlags(options)) await checkServerTypo(options, server, io);
  if (options.username !== undefined || !hasLoginFlags(options)) return {};
  const wanted = server.map(canonicalServer);
  const logins = (await loginsOf(options, io)).filter((login) => wanted.some((one) => sameKey(one, login.server)));
  const users = namesIn(logins, 'username');
  if (users.length === 0) return {};
  const own = namesIn(logins.filter(isAtHome), 'username');
  const [username, ...rest] = own;
  if (username !== undefined && rest.length === 0 && users.length === 1) return { username };
  const servers = many(wanted.map(displayServer));
  const theirs =
    users.length === 1 ? `the login for ${servers} has the username` : `the logins for ${servers} have the usernames`;
  throw new UsageError(
    `there is a password, but no username; ${theirs} ${many(users)}`,
    choice(
      own.map((name) => words`--username ${name}`),
      options,
      prose`add ${words`--username`} with one of them`,
    ),
  );
}

/**
 * Throws UserError where neither this machine nor a Secret has a login for the one server that was typed, and the home namespace
 * has one for a similar server.
 */
async function checkServerTypo(options: LoginChoice, servers: readonly string[], io: Io): Promise<void> {
  const typed = canonicalServer(servers[0] ?? '');
  if (servers.length > 1 || canPrompt(io) || !(await loginLack(io))(typed)) return;
  const logins = await loginsOf(options, io);
  const shown = displayServer(typed);
  const near = logins.some(({ server }) => sameKey(server, typed))
    ? undefined
    : nearServer(shown, namesIn(logins.filter(isAtHome), 'server'));
  if (near === undefined) return;
  const text = `docker, podman and these Secrets have no login for ${shown}; did you mean ${displayServer(near)}?`;
  throw new UserError(text, againMeaning({ add: words`--server ${near}` }));
}

/** Takes `--user` as the user name of the login where the kubeconfig has no user of that name. */
async function withUserName(options: LoginChoice, io: Io): Promise<TypedLogin> {
  const { user, username, kubeconfig } = options;
  if (user === undefined || username !== undefined || !hasLoginFlags(options))
    return { ...options, isMisplaced: false };
  const { users } = await loadKubeConfig(kubeconfig, io);
  if (users.has(user)) return { ...options, isMisplaced: false };
  const { user: _, ...others } = options;
  return { ...others, username: user, isMisplaced: true };
}

interface TypedLogin extends LoginChoice {
  /** Whether the user name was typed with the flag for a user of the kubeconfig. */
  readonly isMisplaced: boolean;
}

/** Throws UsageError where the home namespace does not have just one registry for this user, or no password is at hand. */
async function onlyServer(options: TypedLogin, io: Io): Promise<GuessedLogin> {
  const { username, isMisplaced } = options;
  const logins = (await loginsOf(options, io)).filter((login) => username === undefined || login.username === username);
  const server = namesIn(logins.filter(isAtHome), 'server');
  if (username === undefined || isMisplaced || !hasLoginFlags(options) || server.length !== 1)
    throw await withoutServer(options, logins, io);
  return { server, elsewhere: namesIn(logins, 'server').filter((one) => !server.includes(one)) };
}

async function withoutServer(options: TypedLogin, logins: readonly ScopeLogin[], io: Io): Promise<UsageError> {
  const { username, isMisplaced } = options;
  const servers = namesIn(logins, 'server');
  const text = isMisplaced ? `${MISPLACED_USER}; no registry is given` : 'no registry is given';
  if (servers.length === 0) {
    const flag = words`--server REGISTRY`;
    return new UsageError(text, isMisplaced ? choice([flag], options, prose`add ${flag}`) : againWith(flag));
  }
  const logIns = servers.length === 1 ? 'a login' : 'logins';
  const owner = username === undefined ? `there ${servers.length === 1 ? 'is' : 'are'}` : `${username} has`;
  // Registries of other namespaces are not offered: anybody may have put one beside this user name, to be sent the new password.
  const own = logins.filter(isAtHome);
  const names = namesIn(own, 'server');
  const isTyped = hasLoginFlags(options);
  const lacking = isTyped || canPrompt(io) ? [] : names.filter(await loginLack(io));
  const offered = names.filter((name) => !lacking.includes(name));
  // A single password is replaced everywhere. Of several passwords, only the person knows which one to replace.
  const isOne = isTyped && username !== undefined && new Set(own.flatMap(({ atHome }) => [...atHome])).size === 1;
  const [it, them] = servers.length === 1 ? ['it', 'it'] : ['one of them', 'them'];
  return new UsageError(
    `${text}; ${owner} ${logIns} for ${many(servers.map(displayServer))}`,
    choice(
      isOne && offered.length <= CHOICES ? [serverFlags(offered)] : offered.map(serverFlags),
      options,
      lacking.length === 0 || offered.length > 0
        ? prose`add ${words`--server`} with ${it}`
        : prose`this machine has no login for ${them}: add ${words`--server`} with ${it}, and ${words`--username USER --password-stdin`}`,
    ),
  );
}

/** The logins in the scope. None where the Secrets may not be read, or where there are several clusters. */
async function loginsOf({ scopeIn, ...flags }: LoginChoice, io: Io): Promise<ScopeLogin[]> {
  if (flags.toContext !== undefined) return [];
  const [{ createReader }, { loginsInScope }] = await Promise.all([
    import('../../cluster/reader.ts'),
    import('../../gather/logins-in-scope.ts'),
  ]);
  try {
    const transport = await connect(flags, io);
    try {
      return await loginsInScope(createReader(transport), await withHome(scopeIn(transport.namespace), transport));
    } finally {
      transport.close();
    }
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** `scope` with the home namespace, which tells the login, whatever else is selected. Throws UserError. */
async function withHome(scope: SecretScope, transport: Transport): Promise<SecretScope> {
  const { namespaces } = scope;
  if (namespaces === 'all' || 'only' in namespaces) return scope;
  const to =
    'to' in namespaces
      ? namespaces.to
      : { names: await labelledNamespaces(transport, namespaces.labelSelector), globs: [] };
  return { ...scope, namespaces: { to: { ...to, names: [...to.names, transport.namespace] } } };
}

function namesIn(logins: readonly ScopeLogin[], field: 'server' | 'username'): string[] {
  return [...new Set(logins.map((login) => login[field]))];
}

/** Proposes the typed command line with each of `flags`, or `otherwise` where there are none or too many. */
function choice(flags: readonly Command[], { isMisplaced }: TypedLogin, otherwise: Prose): Hint {
  if (flags.length === 0 || flags.length > CHOICES) return otherwise;
  const user = isMisplaced ? words`--username USER` : undefined;
  return anyOf(flags.map((flag) => againWith(words`${user} ${flag}`)));
}
