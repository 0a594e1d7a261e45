/** Where credentials are kept on this machine: the shape that docker and podman share. */
import { type AuthConfig, credentialOf } from '../domain/docker-config/auth-fields.ts';
import { convertToHostname } from '../domain/docker-config/docker-lookup.ts';
import { isNamespaceKey } from '../domain/docker-config/podman-lookup.ts';
import { GoUrlError } from '../domain/go/url.ts';
import type { AuthEntry } from '../domain/keyring/credential.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { parseKey } from '../domain/keyring/key.ts';
import { canonicalServer } from '../domain/keyring/server.ts';
import type { Hint } from '../domain/text/hint.ts';
import { trim } from '../domain/text/trim.ts';
import type { UserError } from '../errors.ts';

/** A place with logins: a tool with all its files and helpers, or files that are named on the command line. */
export interface LoginStore {
  /** Every server that has a login, as it is written there. Throws UserError. */
  list(): Promise<Listing>;
  /** What is sent to `server`, which may carry a path (`ghcr.io/org/`). Throws UserError. */
  login(server: string): Promise<StoreAnswer>;
  /** Where the login for `server` is looked for first, for people: `docker credential store "desktop"`. */
  where(server: string): string | undefined;
  /** Whether `server` has a login of its own beside that of its registry. */
  isNamespace(server: string): boolean;
}

export interface ListedServer {
  readonly server: string;
  /** For people: `docker credential store "desktop"`, `~/.docker/config.json`. */
  readonly from: string;
}

export interface Listing {
  readonly servers: readonly ListedServer[];
  readonly warnings: readonly string[];
  readonly failure?: UserError | undefined;
}

export interface StoreAnswer {
  /** Without it the tool would pull anonymously. */
  readonly stored?: StoredLogin | undefined;
  readonly warnings: readonly string[];
  /** What could not be read on the way: an error where no login is found elsewhere, else worth a warning. */
  readonly failure?: UserError | undefined;
}

/** A login with its secret. */
export interface Login extends AuthEntry {
  readonly from: string;
  /** How to come by another password where the tool that keeps the login is not asked for one; left out: by logging in. */
  readonly renew?: Hint | undefined;
}

/** What a source has found, before anybody has looked whether a kubelet could use it. */
export interface SourceResult {
  readonly entries: readonly Login[];
  readonly warnings: readonly string[];
  /** Whether an entry that is of no use ends the command: it was asked for by name. */
  readonly strict: boolean;
  /** Whether the password was typed at the prompt. */
  readonly prompted?: boolean;
  /** Whether it is what the person uses on this machine, and not a login that was made for the purpose. */
  readonly personal?: boolean;
}

/** What a tool has under a key, as the tool itself would use it. */
export interface StoredLogin {
  readonly server: string;
  readonly from: string;
  readonly config: AuthConfig;
  readonly renew?: Login['renew'];
}

/** A place where a login may be; nothing is opened before it is needed. */
export interface LoginPlace {
  readonly from: string;
  readonly open: () => StoredLogin | undefined | Promise<StoredLogin | undefined>;
}

/** What docker would send, else podman. A login that podman keeps for a namespace comes first: docker knows no paths. */
export function machineLogins(docker: LoginStore, podman: LoginStore): LoginStore {
  return {
    list: async () => {
      const [ofDocker, ofPodman] = [await docker.list(), await podman.list()];
      // Of one file, both say the same.
      const isSaid = JSON.stringify(ofDocker.failure?.hint) === JSON.stringify(ofPodman.failure?.hint);
      const second = ofPodman.failure === undefined || isSaid ? [] : [ofPodman.failure.message];
      return {
        servers: [...ofDocker.servers, ...ofPodman.servers],
        // podman does not read everything that docker does, such as an empty file.
        warnings: [...ofDocker.warnings, ...ofPodman.warnings, ...second],
        failure: ofDocker.failure,
      };
    },
    login: async (server) => {
      const ofNamespace = podman.isNamespace(server) ? await podman.login(server) : undefined;
      if (ofNamespace?.stored !== undefined && isNamespaceKey(ofNamespace.stored.server)) return ofNamespace;
      const ofDocker = await docker.login(server);
      return opens(ofDocker) ? ofDocker : after(ofDocker, ofNamespace ?? (await podman.login(server)));
    },
    where: (server) => {
      const stores = podman.isNamespace(server) ? [podman, docker] : [docker, podman];
      return stores.flatMap((store) => store.where(server) ?? [])[0];
    },
    isNamespace: podman.isNamespace,
  };
}

function opens({ stored }: StoreAnswer): boolean {
  return stored !== undefined && credentialOf(stored.config) !== undefined;
}

/** `second` with what was said before it. */
function after(first: StoreAnswer, second: StoreAnswer): StoreAnswer {
  const warnings = [...first.warnings, ...registryTokenWarning(first.stored), ...second.warnings];
  return { stored: second.stored, warnings, failure: first.failure ?? second.failure };
}

/** The part of what a tool keeps that a registry can be opened with. */
export function toLogin({ server, from, config, renew }: StoredLogin): Login | undefined {
  const credential = credentialOf(config);
  if (credential === undefined) return undefined;
  return { server, from, credential, email: config.email || undefined, renew };
}

/** A login that no pull secret can carry is worth saying. */
export function registryTokenWarning(stored: StoredLogin | undefined): string[] {
  if (!stored?.config.registryToken) return [];
  return [
    `${stored.from} has only a registry token for ${displayServer(stored.server)}, which no pull secret can carry`,
  ];
}

/** The server that is written for a login that a tool keeps under `spelling`: of a URL only the host counts. */
export function serverOf(spelling: string): string {
  const name = spelling.includes('://') ? convertToHostname(spelling) : spelling;
  return canonicalServer(HUB_HOSTS.includes(name) ? 'docker.io' : name);
}

const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** `server` as registry and, behind it, the path of a namespace or repository: what the tools look up. */
export function lookupName(server: string): { readonly registry: string; readonly name: string } {
  const { host, path } = reduce(server);
  const registry = HUB_HOSTS.includes(host) ? 'docker.io' : host;
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
