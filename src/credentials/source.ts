/** A login as a tool keeps it, and as it is found. */

import type { UserError } from '../errors.ts';
import type { Hint } from '../line/hint.ts';
import type { AuthEntry } from '../secret/credential.ts';
import { displayServer } from '../secret/display-server.ts';
import { type AuthConfig, credentialOf } from '../secret/docker-config.ts';

export interface ListedServer {
  readonly server: string;
  /** As shown to the user: `docker credential store "desktop"`, `~/.docker/config.json`. */
  readonly from: string;
}

export interface Listing {
  readonly servers: readonly ListedServer[];
  readonly warnings: readonly string[];
  readonly failure?: UserError | undefined;
}

/** A login with its secret. */
export interface Login extends AuthEntry {
  readonly from: string;
  /** How the user gets a new password for a login that is not kept by docker or podman. When left out: by logging in. */
  readonly renew?: Hint | undefined;
}

/** The findings of a source, before it is checked whether the kubelet could use them. */
export interface SourceResult {
  readonly entries: readonly Login[];
  readonly warnings: readonly string[];
  /** Whether an unusable entry ends the command, because it was asked for by name. */
  readonly strict: boolean;
  /** Whether the password was typed at the prompt. */
  readonly prompted?: boolean;
  /** Whether the user uses these logins on this machine, rather than having made one for the purpose. */
  readonly personal?: boolean;
}

/** A login that a tool keeps under a key, as the tool itself would use it. */
export interface StoredLogin {
  readonly server: string;
  readonly from: string;
  readonly config: AuthConfig;
  readonly renew?: Login['renew'];
}

/** The credential of a stored login; undefined when it cannot open a registry. */
export function toLogin({ server, from, config, renew }: StoredLogin): Login | undefined {
  const credential = credentialOf(config);
  if (credential === undefined) return undefined;
  return { server, from, credential, email: config.email || undefined, renew };
}

/** Warns about a login that no pull secret can carry. */
export function registryTokenWarning(stored: StoredLogin | undefined): string[] {
  if (!stored?.config.registryToken) return [];
  return [
    `${stored.from} has only a registry token for ${displayServer(stored.server)}, which no pull secret can carry`,
  ];
}
