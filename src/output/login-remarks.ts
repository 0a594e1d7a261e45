/** What is said about a login before it is written: who can read it then, and when it ends. */
import type { CollectedEntry } from '../credentials/collect.ts';
import { displayServer } from '../secret/display-server.ts';
import type { Expiry } from '../secret/expiry.ts';
import type { Io } from '../system/io.ts';
import { agreeTo, canPrompt } from '../system/prompt.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { rfc3339 } from '../text/time.ts';
import type { Printer } from './printer.ts';

interface PrintContext {
  readonly io: Io;
  readonly printer: Printer;
}

/**
 * Warns before the Secret is written, and only on a terminal, where the user can still press Ctrl-C. Output for a program does
 * not change.
 */
export function saySharing(entries: readonly CollectedEntry[], namespace: string, { io, printer }: PrintContext): void {
  if (!io.stderr.isTTY) return;
  printer.say(
    `everyone who can read Secrets in ${namespace} will have ${yourLogins(entries)}; a robot account would be safer`,
  );
}

/**
 * Asks on a terminal before the login of a person goes into another namespace than that of the context, and otherwise does as
 * {@link saySharing}. Throws UserError where the person does not agree.
 */
export async function agreeToShare(
  entries: readonly CollectedEntry[],
  namespace: string,
  { io, printer, yes }: PrintContext & { readonly yes: boolean | undefined },
): Promise<void> {
  if (yes || !canPrompt(io) || namespace === io.commands.home?.contextNamespace) {
    saySharing(entries, namespace, { io, printer });
    return;
  }
  const where = `namespace ${namespace}, where everyone with permission to read Secrets can read`;
  await agreeTo(`Write ${yourLogins(entries)} into ${where} ${entries.length === 1 ? 'it' : 'them'}?`, io);
}

function yourLogins(entries: readonly CollectedEntry[]): string {
  const names = many(entries.map(({ server }) => displayServer(server)));
  return `your ${nounFor(entries.length, 'login')} for ${names}`;
}

/** Warns when the login for `server` ends, or has ended. */
export function sayExpiry(server: string, { at, why }: Expiry, { io, printer }: PrintContext): void {
  const verb = at < io.clock.now() ? 'expired' : 'expires';
  printer.warn(`the login for ${displayServer(server)} ${verb} at ${rfc3339(at)}: ${why}`);
}
