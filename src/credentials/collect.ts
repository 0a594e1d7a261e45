/** Collects the credentials of a command: from flags, files, the logins of this machine, or a prompt. */

import { UsageError, UserError, withDetails } from '../errors.ts';
import { command, words } from '../line/command.ts';
import { againWith, prose } from '../line/hint.ts';
import type { PasswordLogin } from '../secret/credential.ts';
import { displayServer } from '../secret/display-server.ts';
import { keyText } from '../secret/key.ts';
import { canonicalServer, registryOf } from '../secret/server.ts';
import { checkApart, usableEntry } from '../secret/usable.ts';
import type { Io } from '../system/io.ts';
import { canPrompt } from '../system/prompt.ts';
import { many } from '../text/enumerate.ts';
import { printable, printed } from '../text/printable.ts';
import { siteWarning } from '../verify/known-registries.ts';
import { type CredentialOptions, fromFlags, hasLoginFlags, promptedLogin } from './credential-flags.ts';
import type { Login, SourceResult } from './source.ts';

/** An entry that the kubelet can use. */
export interface CollectedEntry extends Login {
  readonly credential: PasswordLogin;
}

export interface CollectedLogins {
  /** At least one; each server occurs once. */
  readonly entries: readonly CollectedEntry[];
  readonly warnings: readonly string[];
  readonly prompted: boolean;
  /** Whether these are the logins that the user has on this machine. */
  readonly personal: boolean;
}

export interface Collection {
  /** Throws UserError for an entry that must not be used. */
  readonly check?: ((entry: CollectedEntry) => void) | undefined;
  /** Names the place that a typed login goes into, for the user. Throws UserError. */
  readonly destination?: (() => Promise<string>) | undefined;
}

/**
 * The credentials that `options` ask for, without those that `check` refuses. Throws UserError when none is left that the kubelet
 * could use.
 */
export async function collectCredentials(
  options: CredentialOptions,
  io: Io,
  { check = () => undefined, destination }: Collection = {},
): Promise<CollectedLogins> {
  const { entries, warnings, strict, prompted = false, personal = false } = await gather(options, io, destination);
  const usable: CollectedEntry[] = [];
  const problems: UserError[] = [];
  for (const entry of entries) {
    try {
      const collected = withEmail(usableEntry(entry, options.fromFile && entry.renew), entry, options);
      check(collected);
      usable.push(collected);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (strict) throw withDetails(error, warnings);
      problems.push(error);
    }
  }
  const [first, ...others] = problems;
  if (usable.length === 0) {
    if (first !== undefined) throw withDetails(first, [...warnings, ...others.map(({ message }) => message)]);
    throw new UserError('no login was found that could be written', command`docker login REGISTRY`, warnings);
  }
  const skipped = problems.map((problem) => `skipped: ${problem.message}`);
  // kubectl says nothing about its server.
  const sites =
    options.dockerServer === undefined
      ? usable.flatMap(({ server }) => siteWarning(registryOf(server) ?? '') ?? [])
      : [];
  return { entries: lastOfEach(usable), warnings: [...warnings, ...skipped, ...sites], prompted, personal };
}

/** Reads the first source that applies. The modules of the others are not loaded. */
async function gather(
  options: CredentialOptions,
  io: Io,
  destination: Collection['destination'],
): Promise<SourceResult> {
  checkCombination(options);
  if (options.prompt) return prompted(options.server, io);
  if (hasLoginFlags(options)) return fromFlags(options, io);
  if (options.fromFile !== undefined) {
    const { fromFiles } = await import('./login-files.ts');
    return fromFiles(options.fromFile, options, io);
  }
  const { fromLogins } = await import('./logins.ts');
  const found = await fromLogins(options, io);
  if (found.entries.length > 0) return { ...found, personal: true };
  if (canPrompt(io)) {
    await sayWhy(options, io, destination);
    return { ...(await prompted(options.server, io)), warnings: found.warnings };
  }
  const given = { ...againWith(words`--server REGISTRY --username USER --password-stdin`), drop: ['--all'] };
  throw new UserError(
    found.warnings.length === 0
      ? 'docker and podman have no login on this machine'
      : 'docker and podman have no login on this machine that could be written',
    prose`${command`docker login REGISTRY`}, or give one: ${given}`,
    found.warnings,
  );
}

/** Tells the user why a login is asked for, before the first question, since no prompt was requested. */
async function sayWhy(
  { server: servers = [] }: CredentialOptions,
  io: Io,
  destination: Collection['destination'],
): Promise<void> {
  if (io.speech.quiet) return;
  const login = servers.length === 0 ? 'no login' : `no login for ${many(servers.map(displayServer))}`;
  const all = servers.length > 1 ? ', for all of them' : '';
  const where = destination === undefined ? '' : `; the login you type will go into ${await destination()}${all}`;
  io.stderr.write(printed`${printable(`${login} on this machine${where}`)}\n`);
}

async function prompted(servers: CredentialOptions['server'], io: Io): Promise<SourceResult> {
  if (canPrompt(io)) return promptedLogin(servers?.map(canonicalServer), undefined, io);
  throw new UsageError(
    'there is no terminal to ask on',
    prose`give it: --server REGISTRY --username USER --password-stdin`,
  );
}

function checkCombination(options: CredentialOptions): void {
  const ways = [
    ['--prompt', options.prompt],
    ['--username and --password-…', hasLoginFlags(options)],
    ['--from-file', options.fromFile !== undefined],
    ['--all', options.all],
  ].flatMap(([name, used]) => (used ? [name] : []));
  if (ways.length > 1)
    throw new UsageError(`${ways.join(' and ')} cannot be used together`, words`regsecret create --help`);
  if (options.all && options.server !== undefined) {
    throw new UsageError('--all and --server cannot be used together', againWith(words`--server REGISTRY`));
  }
  checkApart(options.server ?? []);
}

function withEmail(
  entry: ReturnType<typeof usableEntry>,
  { from, renew }: Login,
  options: CredentialOptions,
): CollectedEntry {
  const email = options.email ?? options.dockerEmail ?? entry.email;
  // usableEntry has turned an identity token into a user name and a password, or thrown.
  const credential = entry.credential as PasswordLogin;
  return { server: entry.server, credential, from, renew, email: email || undefined };
}

/** The last entry for each server. With two credentials under one key, the kubelet would try them in random order. */
function lastOfEach(entries: readonly CollectedEntry[]): CollectedEntry[] {
  const last = new Map(entries.map((entry) => [keyText(entry.server), entry]));
  return entries.filter((entry) => last.get(keyText(entry.server)) === entry);
}
