/** The logins that docker and podman keep on this machine: which there are, and which are meant. */

import { DOCKER_HUB, displayServer } from '../domain/keyring/display-server.ts';
import { sameKey } from '../domain/keyring/key.ts';
import { canonicalServer, serverProblem } from '../domain/keyring/server.ts';
import { checkServer } from '../domain/pull-secret/usable.ts';
import { printable } from '../domain/text/printable.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { canPrompt, promptChoice } from '../prompt.ts';
import { shellWord } from './auth-file.ts';
import { docker } from './docker.ts';
import { podman } from './podman.ts';
import type { ListedLogin, Login, SourceResult } from './source.ts';

interface Wanted {
  readonly server?: readonly string[];
  readonly all?: boolean;
}

/**
 * The logins that are meant: those for the servers that are named, all, the only one, or those that the person picks from a
 * list. No entries when there is none, and when the one server that is named has none but somebody can be asked for it.
 * Throws UserError.
 */
export async function fromLogins({ server: servers, all = false }: Wanted, io: Io): Promise<SourceResult> {
  if (servers !== undefined) return lookUp(servers, io);
  const { logins, warnings } = await listLogins(io);
  if (all || logins.length <= 1) return openLogins(logins, { strict: false, warnings });
  if (canPrompt(io)) {
    const choices = logins.map((login) => ({ name: `${displayServer(login.server)}  (${login.from})`, value: login }));
    return openLogins(await promptChoice('Which logins?', choices, io), { strict: true, warnings });
  }
  const [first = { server: 'REGISTRY' }] = logins;
  throw new UserError(
    `there are ${logins.length} logins on this machine, and none is chosen`,
    `choose with --server ${shellWord(first.server)} (repeatable), or take all with --all`,
    logins.map(({ server, from }) => `${displayServer(server)}  from ${from}`),
  );
}

/** Reads the secrets of `logins`; one that cannot be read is a warning unless it was asked for by name (`strict`). */
export async function openLogins(
  logins: readonly ListedLogin[],
  { strict, warnings: said }: { readonly strict: boolean; readonly warnings: readonly string[] },
): Promise<SourceResult> {
  const entries: Login[] = [];
  const warnings = [...said];
  for (const login of logins) {
    try {
      const answer = await login.open();
      warnings.push(...answer.warnings);
      if (answer.found !== undefined) entries.push({ ...answer.found, server: canonicalServer(login.server) });
      else if (answer.warnings.length === 0)
        warnings.push(`skipped: ${login.from} has no login for ${displayServer(login.server)}`);
    } catch (error) {
      if (!(error instanceof UserError) || strict || logins.length === 1) throw error;
      warnings.push(`skipped: ${error.message}`);
    }
  }
  return { entries, warnings, strict };
}

/** docker's logins, then podman's for servers that docker has none for. Those that open no image are a warning. */
async function listLogins(io: Io): Promise<{ logins: ListedLogin[]; warnings: string[] }> {
  const logins: ListedLogin[] = [];
  const warnings: string[] = [];
  for (const source of [docker, podman]) {
    const listing = await source.list(io).catch((error) => {
      // podman does not read everything that docker does, such as an empty file.
      if (source === podman && error instanceof UserError) return { logins: [], warnings: [error.message] };
      throw error;
    });
    warnings.push(...listing.warnings);
    for (const login of listing.logins) {
      const server = canonicalServer(login.server);
      const problem = serverProblem(server);
      if (logins.some((known) => sameKey(known.server, server))) continue;
      if (problem === undefined) logins.push({ ...login, server });
      else warnings.push(`skipped: the login from ${login.from}: ${problem.reason}`);
    }
  }
  return { logins, warnings: [...new Set(warnings)] };
}

/** What docker, else podman, would send to each of `servers`. */
async function lookUp(servers: readonly string[], io: Io): Promise<SourceResult> {
  const entries: Login[] = [];
  const warnings: string[] = [];
  for (const asked of servers) {
    const server = canonicalServer(asked);
    const found = await lookUpOne(server, warnings, io);
    if (found !== undefined) entries.push({ ...found, server });
    else if (servers.length > 1 || !canPrompt(io)) throw noLogin(server, warnings);
  }
  return { entries, warnings, strict: true };
}

async function lookUpOne(server: string, warnings: string[], io: Io): Promise<Login | undefined> {
  checkServer(server);
  for (const source of [docker, podman]) {
    const answer = await source.lookup(server, io);
    if (answer.found !== undefined) return answer.found;
    warnings.push(...answer.warnings);
  }
  return undefined;
}

function noLogin(server: string, warnings: readonly string[]): UserError {
  const name = server === DOCKER_HUB ? '' : ` ${shellWord(server.replace(/^https?:\/\//, ''))}`;
  return new UserError(
    [`docker and podman have no login for ${printable(displayServer(server))}`, ...warnings].join('; '),
    `docker login${name}, or give one: --server ${shellWord(server)} --username USER --password-stdin`,
  );
}
