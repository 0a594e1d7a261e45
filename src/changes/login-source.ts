/** A login of this machine that `sync` copies into namespaces, and what is said about it. */
import { type CollectedEntry, collectCredentials } from '../credentials/collect.ts';
import type { CredentialOptions } from '../credentials/credential-flags.ts';
import { sayExpiry, saySharing } from '../output/login-remarks.ts';
import type { Printer } from '../output/printer.ts';
import { buildPullSecret } from '../secret/build.ts';
import { displayServer } from '../secret/display-server.ts';
import { expiryAnnotations, expiryOf } from '../secret/expiry.ts';
import type { Secret } from '../secret/secret.ts';
import type { Io } from '../system/io.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { checkNotExpired } from '../verify/refused-login.ts';

export interface LoginSourceOptions extends Omit<CredentialOptions, 'prompt'> {
  readonly name: string;
  readonly dryRun: 'none' | 'client' | 'server';
}

/**
 * A Secret with the logins that `options` name. The user is not prompted, because a typed login would have to be checked first.
 * Throws UserError.
 */
export async function loginSource(options: LoginSourceOptions, printer: Printer, io: Io): Promise<Secret> {
  const now = io.clock.now();
  const unasked: Io = { ...io, stdin: { ...io.stdin, isTTY: false } };
  const collected = await collectCredentials(options, unasked, {
    check: (entry) => checkNotExpired(entry, now),
  });
  const { entries, warnings, personal } = collected;
  for (const warning of warnings) printer.warn(warning);
  saySource(entries, printer);
  const expiries = new Map(entries.map((entry) => [entry.server, expiryOf(entry, io.env, now)]));
  for (const [server, expiry] of expiries) if (expiry !== undefined) sayExpiry(server, expiry, { io, printer });
  if (personal && options.dryRun === 'none') saySharing(entries, 'these namespaces', { io, printer });
  return buildPullSecret({ name: options.name, entries, annotations: expiryAnnotations(expiries) });
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
