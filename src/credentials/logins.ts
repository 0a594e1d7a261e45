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
import { many } from '../text/enumerate.ts';
import { authFiles } from './auth-file.ts';
import { isPart, registryPart, serverOf } from './config-key.ts';
import { dockerLogins, type Keychain, lookUpOne, machineKeychain, podmanLogins, whereFirst } from './login-keychain.ts';
import type { ListedServer, Login, SourceResult } from './source.ts';

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
  /** The keys that a tool has for it, of which one is used. */
  readonly keys: readonly ListedServer[];
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
  const { registries, warnings } = await listRegistries(store);
  if (all || registries.length <= 1) return openLogins(store, registries, { strict: false, warnings });
  if (canPrompt(io)) {
    const choices = registries.map((one) => ({ name: `${displayServer(one.server)}  (${one.from})`, value: one }));
    return openLogins(store, await promptChoice('Which logins?', choices, io), { strict: true, warnings });
  }
  const [first = { server: 'REGISTRY' }] = registries;
  throw new UserError(
    `there are ${registries.length} logins on this machine, and none is chosen`,
    prose`choose with ${words`--server ${serverWord(first.server)}`} (repeatable), or take all with --all`,
    registries.map(({ server, from }) => `${displayServer(server)}  from ${from}`),
  );
}

/**
 * Every registry, and every part of one, that has a login in `store`, once, however it is spelled there. A server that can open
 * no image, and a part with a login that is not sent, become warnings. So does what could not be read, unless there is no login at
 * all: then it is thrown.
 */
export async function listRegistries(
  store: Keychain,
): Promise<{ registries: readonly LoginRegistry[]; warnings: readonly string[] }> {
  const registries = new Map<string, LoginRegistry>();
  const { servers, warnings: said, failure } = await store.list();
  const warnings = [...said];
  for (const listed of servers) {
    const server = serverOf(listed.server);
    const { keys = [], from = whereFirst(store, server) ?? listed.from } = registries.get(keyText(server)) ?? {};
    const problem = serverProblem(server);
    if (problem !== undefined) warnings.push(`skipped: the login from ${listed.from}: ${problem.reason}`);
    else if (isPart(server) && !hasOwnLogin(server, store)) warnings.push(notSent(server, listed.from));
    else registries.set(keyText(server), { server, from, keys: [...keys, listed] });
  }
  if (failure !== undefined && registries.size === 0) throw withDetails(failure, warnings);
  const all = [...warnings, ...(failure === undefined ? [] : [failure.message])];
  return { registries: [...registries.values()], warnings: [...new Set(all)] };
}

/** Whether the part of a registry that `server` is has a login, and not just a part around it. */
function hasOwnLogin(server: string, store: Keychain): boolean {
  const found = store.part(server);
  return found !== undefined && registryPart(found.server).part === registryPart(server).part;
}

function notSent(server: string, from: string): string {
  return `skipped: ${from} has a login for ${displayServer(server)} that docker and podman do not send`;
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
  for (const { server, from, keys } of registries) {
    try {
      const login = await lookUpOne(store, server, warnings);
      if (login !== undefined) {
        entries.push({ ...login, server });
        warnings.push(...otherKeys(keys, login));
      } else {
        warnings.push(notSent(server, from));
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (strict || registries.length === 1) throw withDetails(error, warnings);
      const { message } = error;
      const name = message.includes(displayServer(server)) ? '' : `${displayServer(server)}: `;
      warnings.push(warnings.includes(message) ? notSent(server, from) : `skipped: ${name}${message}`);
    }
  }
  return { entries, warnings: [...new Set(warnings)], strict };
}

/** The keys beside the one of `used` in the same place. */
function otherKeys(keys: readonly ListedServer[], used: Login): string[] {
  return keys
    .filter(({ server, from }) => from === used.from && server !== used.server)
    .map(({ server, from }) => {
      const [one, other] = [server, used.server].map(displayServer);
      return `skipped: ${one} in ${from}, because ${other} there is the same registry`;
    });
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
    else if (!canPrompt(io)) throw await noLogin(server, servers, warnings, store);
    else lacking.push(server);
  }
  // A login that is typed is used for all servers, so it cannot complete logins that were found.
  const [first] = lacking;
  if (first !== undefined && entries.length > 0) throw await noLogin(first, servers, warnings, store);
  return { entries, warnings: [...new Set(warnings)], strict: true };
}

async function noLogin(
  server: string,
  servers: readonly string[],
  warnings: readonly string[],
  store: Keychain,
): Promise<UserError> {
  const name = server === DOCKER_HUB ? undefined : serverWord(server).replace(/^https?:\/\//, '');
  const parts = await partsOf(server, store);
  const only = parts.length === 0 ? '' : `, only for ${many(parts.map(displayServer))}`;
  return new UserError(
    [`docker and podman have no login for ${displayServer(server)}${only}`, ...new Set(warnings)].join('; '),
    parts.length > 0
      ? againWith(serverFlags(parts))
      : prose`${command`docker login ${name}`}, or give one${servers.length > 1 ? ' for all' : ''}: ${againWith(words`${serverFlags(servers)} --username USER --password-stdin`)}`,
  );
}

/** The parts of the registry `server` that have a login. */
async function partsOf(server: string, store: Keychain): Promise<string[]> {
  if (isPart(server)) return [];
  const { registries } = await listRegistries(store).catch((error: unknown) => {
    if (error instanceof UserError) return { registries: [] };
    throw error;
  });
  const { registry } = registryPart(server);
  return registries.map((one) => one.server).filter((one) => isPart(one) && registryPart(one).registry === registry);
}
