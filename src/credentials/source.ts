/** Where credentials are kept on this machine: the shape that docker and podman share. */

import { type AuthConfig, credentialOf } from '../domain/docker-config/auth-fields.ts';
import { GoUrlError } from '../domain/go/url.ts';
import { trim } from '../domain/go/utf8.ts';
import type { AuthEntry } from '../domain/keyring/credential.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { parseKey } from '../domain/keyring/key.ts';
import type { Io } from '../io.ts';

/** A tool that keeps logins. */
export interface Source {
  /** Every login of the tool, by name only. Throws UserError. */
  list(io: Io): Promise<Listing>;
  /** What the tool would send for `server`, which may carry a path (`ghcr.io/org/`). Throws UserError. */
  lookup(server: string, io: Io): Promise<LookupResult>;
}

/** A login that a tool keeps. */
export interface ListedLogin {
  /** The key as the tool keeps it. */
  readonly server: string;
  /** For people: `docker credential store "desktop"`, `~/.docker/config.json`. */
  readonly from: string;
  /** Reads the secret; may start a credential helper, and throw UserError. */
  readonly open: () => Promise<LookupResult>;
}

/** A login with its secret. */
export interface Login extends AuthEntry {
  readonly from: string;
}

export interface Listing {
  readonly logins: readonly ListedLogin[];
  readonly warnings: readonly string[];
}

/** Without `found` the tool would pull anonymously. */
export interface LookupResult {
  readonly found?: Login;
  readonly warnings: readonly string[];
}

/** What a source has found, before anybody has looked whether a kubelet could use it. */
export interface SourceResult {
  readonly entries: readonly Login[];
  readonly warnings: readonly string[];
  /** Whether an entry that is of no use ends the command: it was asked for by name. */
  readonly strict: boolean;
  /** Whether the password was typed at the prompt. */
  readonly prompted?: boolean;
}

/** What a tool has under a key, as the tool itself would use it. */
export interface StoredLogin {
  readonly server: string;
  readonly from: string;
  readonly config: AuthConfig;
}

/** The part of what a tool keeps that a registry can be opened with. */
export function toLookupResult(kept: StoredLogin | undefined, warnings: readonly string[] = []): LookupResult {
  if (kept === undefined) return { warnings };
  const { server, from, config } = kept;
  const credential = credentialOf(config);
  if (credential !== undefined) {
    const email = config.email === undefined || config.email === '' ? {} : { email: config.email };
    return { found: { server, from, credential, ...email }, warnings };
  }
  if (config.registryToken === undefined || config.registryToken === '') return { warnings };
  return {
    warnings: [
      ...warnings,
      `${from} has only a registry token for ${displayServer(server)}, which no pull secret can carry`,
    ],
  };
}

/** `server` as registry and, behind it, the path of a namespace or repository: what the tools look up. */
export function lookupName(server: string): { readonly registry: string; readonly name: string } {
  const { host, path } = reduce(server);
  const isHub = ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(host);
  const registry = isHub ? 'docker.io' : host;
  const trimmed = trim(path, '/');
  return { registry, name: trimmed === '' ? registry : `${registry}/${trimmed}` };
}

function reduce(server: string): { host: string; path: string } {
  try {
    return parseKey(server);
  } catch (error) {
    // No tool has a login for it.
    if (error instanceof GoUrlError) return { host: server, path: '' };
    throw error;
  }
}
