/** Selects the logins that are meant and reads them, in the same way for every form of a command. */

import { UserError, withDetails } from '../errors.ts';
import { command, words } from '../line/command.ts';
import { againWith, prose } from '../line/hint.ts';
import { DOCKER_HUB, displayServer } from '../secret/display-server.ts';
import { keyText } from '../secret/key.ts';
import { canonicalServer, serverFlags, serverProblem, serverWord } from '../secret/server.ts';
import { checkServer } from '../secret/usable.ts';
import type { Io } from '../system/io.ts';
import { canPrompt, promptChoice } from '../system/prompt.ts';
import { authFiles } from './auth-file.ts';
import { dockerLogins, type Keychain, lookUpOne, machineKeychain, podmanLogins } from './login-keychain.ts';
import { type Login, lookupName, type SourceResult, serverOf } from './source.ts';

interface LoginSelection {
  readonly server?: readonly string[];
  readonly all?: boolean;
}

/** A registry, or a part of one, with a login of its own. */
export interface LoginRegistry {
  /** The server as it is written into a Secret. */
  readonly server: string;
  /** Where the login is looked for first, as shown to the user. */
  readonly from: string;
}

/**
 * The logins of this machine that are meant: those for the named servers, all, the only one, or those that the user picks from a
 * list. There are no entries when the machine has none, or when no named server has one and the user can be prompted. Throws
 * UserError.
 */
export async function fromLogins({ server: servers, all = false }: LoginSelection, io: Io): Promise<SourceResult> {
  const files = authFiles();
  const store = machineKeychain(dockerLogins(io, files), await podmanLogins(io, files));
  if (servers !== undefined) return lookUp(store, servers, io);
  const { registries, warnings, failure } = await listRegistries(store);
  if (registries.length === 0 && failure !== undefined) throw withDetails(failure, warnings);
  const said = { warnings: failure === undefined ? warnings : [...warnings, failure.message] };
  if (all || registries.length <= 1) return openLogins(store, registries, { strict: false, ...said });
  if (canPrompt(io)) {
    const choices = registries.map((one) => ({ name: `${displayServer(one.server)}  (${one.from})`, value: one }));
    return openLogins(store, await promptChoice('Which logins?', choices, io), { strict: true, ...said });
  }
  const [first = { server: 'REGISTRY' }] = registries;
  throw new UserError(
    `there are ${registries.length} logins on this machine, and none is chosen`,
    prose`choose with ${words`--server ${serverWord(first.server)}`} (repeatable), or take all with --all`,
    registries.map(({ server, from }) => `${displayServer(server)}  from ${from}`),
  );
}

/** The logins of `username` for `servers`. Undefined if this machine lacks one of them, or cannot read it. */
export async function loginsOf(username: string, server: readonly string[], io: Io): Promise<SourceResult | undefined> {
  try {
    const found = await fromLogins({ server }, io);
    const isHis = found.entries.every(({ credential }) => 'username' in credential && credential.username === username);
    return isHis ? { ...found, personal: true } : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * Every registry with a login in `store`, once, however it is spelled there. A part of a registry is listed only if it has a
 * login of its own. A server that can open no image becomes a warning.
 */
export async function listRegistries(
  store: Keychain,
): Promise<{ registries: readonly LoginRegistry[]; warnings: readonly string[]; failure: UserError | undefined }> {
  const registries = new Map<string, LoginRegistry>();
  const { servers, warnings: said, failure } = await store.list();
  const warnings = [...said];
  for (const { server: written, from } of servers) {
    const server = ownServer(serverOf(written), store);
    const key = keyText(server);
    if (registries.has(key)) continue;
    const problem = serverProblem(server);
    if (problem === undefined) registries.set(key, { server, from: store.where(server) ?? from });
    else warnings.push(`skipped: the login from ${from}: ${problem.reason}`);
  }
  return { registries: [...registries.values()], warnings: [...new Set(warnings)], failure };
}

/** The server without its path, if the path is only a slash, or if the tools would send the login of the registry. */
function ownServer(server: string, store: Keychain): string {
  const { name, registry } = lookupName(server);
  if (server === DOCKER_HUB || (name !== registry && store.isNamespace(server))) return server;
  return canonicalServer(registry);
}

/**
 * Reads the logins of `registries`. One that cannot be read is a warning, unless it was asked for by name (`strict`) or is the
 * only one.
 */
export async function openLogins(
  store: Keychain,
  registries: readonly LoginRegistry[],
  { strict, warnings: said }: { readonly strict: boolean; readonly warnings: readonly string[] },
): Promise<SourceResult> {
  const entries: Login[] = [];
  const warnings = [...said];
  for (const { server, from } of registries) {
    try {
      const login = await lookUpOne(store, server, warnings);
      if (login !== undefined) entries.push({ ...login, server });
      else
        warnings.push(`skipped: ${from} has a login for ${displayServer(server)} that docker and podman do not send`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (strict || registries.length === 1) throw withDetails(error, warnings);
      warnings.push(`skipped: ${error.message}`);
    }
  }
  return { entries, warnings: [...new Set(warnings)], strict };
}

/** The logins that are sent to `servers`. */
async function lookUp(store: Keychain, servers: readonly string[], io: Io): Promise<SourceResult> {
  const entries: Login[] = [];
  const warnings: string[] = [];
  const lacking: string[] = [];
  for (const asked of servers) {
    const server = canonicalServer(asked);
    checkServer(server);
    const login = await lookUpOne(store, server, warnings);
    if (login !== undefined) entries.push({ ...login, server });
    else if (!canPrompt(io)) throw noLogin(server, servers, warnings);
    else lacking.push(server);
  }
  // A login that is typed is used for all servers, so it cannot complete logins that were found.
  const [first] = lacking;
  if (first !== undefined && entries.length > 0) throw noLogin(first, servers, warnings);
  return { entries, warnings: [...new Set(warnings)], strict: true };
}

function noLogin(server: string, servers: readonly string[], warnings: readonly string[]): UserError {
  const name = server === DOCKER_HUB ? undefined : serverWord(server).replace(/^https?:\/\//, '');
  return new UserError(
    [`docker and podman have no login for ${displayServer(server)}`, ...new Set(warnings)].join('; '),
    prose`${command`docker login ${name}`}, or give one${servers.length > 1 ? ' for all' : ''}: ${againWith(words`${serverFlags(servers)} --username USER --password-stdin`)}`,
  );
}
