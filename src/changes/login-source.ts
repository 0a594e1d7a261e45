/** A login of this machine that `sync` copies into namespaces: how it is checked, and what is said about it. */
import { type CollectedEntry, type CollectedLogins, collectCredentials } from '../credentials/collect.ts';
import type { CredentialOptions } from '../credentials/credential-flags.ts';
import { words } from '../line/command.ts';
import { againWith } from '../line/hint.ts';
import { sayExpiry, saySharing } from '../output/login-remarks.ts';
import type { Printer } from '../output/printer.ts';
import type { RegistryFlags } from '../registry/registry-client.ts';
import { buildPullSecret } from '../secret/build.ts';
import { displayServer } from '../secret/display-server.ts';
import { expiryAnnotations, expiryOf } from '../secret/expiry.ts';
import type { Secret } from '../secret/secret.ts';
import type { Io } from '../system/io.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { checkNotExpired } from '../verify/refused-login.ts';

export interface LoginSourceOptions extends Omit<CredentialOptions, 'prompt'>, RegistryFlags {
  readonly name: string;
  /** False: no registry is asked, and an expired login is written as well. True: the registries have to answer. */
  readonly verify?: boolean;
  readonly dryRun: 'none' | 'client' | 'server';
}

/**
 * A Secret with the logins that `options` name, none of which its registry rejects. The user is not prompted, because a run with
 * `--watch` has no one to ask. Such a run reads them `again` and again: then no registry is asked. Throws UserError.
 */
export async function loginSource(
  options: LoginSourceOptions,
  printer: Printer,
  io: Io,
  again = false,
): Promise<Secret> {
  const now = io.clock.now();
  const unasked: Io = { ...io, stdin: { ...io.stdin, isTTY: false } };
  const { verify } = options;
  const check = verify === false ? undefined : (entry: CollectedEntry) => checkNotExpired(entry, now);
  const collected = await collectCredentials(options, unasked, { check });
  const { warnings, personal } = collected;
  for (const warning of warnings) printer.warn(warning);
  saySource(collected.entries, printer);
  const isAsked = verify !== false && !again;
  const entries = isAsked ? await notRejected(collected, options, printer, unasked) : collected.entries;
  const expiries = new Map(entries.map((entry) => [entry.server, expiryOf(entry, io.env, now)]));
  for (const [server, expiry] of expiries) if (expiry !== undefined) sayExpiry(server, expiry, { io, printer });
  if (personal && options.dryRun === 'none') saySharing(entries, 'these namespaces', { io, printer });
  return buildPullSecret({ name: options.name, entries, annotations: expiryAnnotations(expiries) });
}

/** Throws UserError for a login that its registry rejects, and with `--verify` for one that it does not answer about. */
async function notRejected(
  collected: CollectedLogins,
  options: LoginSourceOptions,
  printer: Printer,
  io: Io,
): Promise<readonly CollectedEntry[]> {
  const { checkLogins } = await import('./login-check.ts');
  const isWanted = options.verify === true;
  const rehearsed = options.dryRun === 'none' ? undefined : againWith(words`--no-verify`);
  return checkLogins(
    collected,
    { needs: isWanted ? 'answer' : 'no rejection', isWanted, isUsual: true, rehearsed },
    { options, io, printer },
  );
}

/** Names the logins before they are copied, because it is easy to take every login of this machine for every namespace. */
export function saySource(entries: readonly CollectedEntry[], printer: Printer): void {
  const servers = many(entries.map(({ server }) => displayServer(server)));
  const from = many([...new Set(entries.map((entry) => entry.from))]);
  const [logins, which] =
    entries.length > 2
      ? [`${entries.length} logins from ${from}`, `: ${servers}`]
      : [`the ${nounFor(entries.length, 'login')} for ${servers} from ${from}`, ''];
  printer.say(`source: ${logins}${which}`);
}
