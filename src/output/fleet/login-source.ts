/** A login from here that `sync` brings into namespaces, and what is said of it. */
import { collectCredentials } from '../../credentials/collect.ts';
import type { CredentialOptions } from '../../credentials/credential-options.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { buildPullSecret } from '../../domain/pull-secret/build.ts';
import { expiryAnnotations, expiryOf } from '../../domain/pull-secret/expiry.ts';
import { checkNotExpired } from '../../domain/verify/refused-login.ts';
import type { Io } from '../../io.ts';
import { sayExpiry, saySharing } from '../create-printer.ts';
import type { Printer } from '../printer.ts';

export interface LoginSourceOptions extends Omit<CredentialOptions, 'prompt'> {
  readonly name: string;
  readonly dryRun: 'none' | 'client' | 'server';
}

/** A Secret with the logins that `options` name. Nobody is asked for one: what is typed would have to be checked first. Throws UserError. */
export async function loginSource(options: LoginSourceOptions, printer: Printer, io: Io): Promise<Secret> {
  const now = Date.now();
  // Not a copy of `io`: that would ask for its signal before input has been read.
  const unasked: Io = Object.create(io, { stdin: { value: { ...io.stdin, isTTY: false } } });
  const collected = await collectCredentials(options, unasked, {
    check: (entry) => checkNotExpired(entry, now),
  });
  const { entries, warnings, personal } = collected;
  for (const warning of warnings) printer.warn(warning);
  const expiries = new Map(entries.map((entry) => [entry.server, expiryOf(entry, io.env, now)]));
  for (const [server, expiry] of expiries) if (expiry !== undefined) sayExpiry(server, expiry, printer);
  if (personal && options.dryRun === 'none') saySharing(entries, 'these namespaces', { io, printer });
  return buildPullSecret({ name: options.name, entries, annotations: expiryAnnotations(expiries) });
}
