/** The shape that docker and podman share for the places where this machine keeps credentials. */
import { type AuthConfig, credentialOf } from '../domain/docker-config/docker-config.ts';
import { convertToHostname, isNamespaceKey } from '../domain/docker-config/docker-lookup.ts';
import { GoUrlError } from '../domain/go/url.ts';
import type { AuthEntry } from '../domain/keyring/credential.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { parseKey } from '../domain/keyring/key.ts';
import { canonicalServer } from '../domain/keyring/server.ts';
import type { Hint } from '../domain/text/hint.ts';
import { trim } from '../domain/text/trim.ts';
import type { UserError } from '../errors.ts';

/** A place with logins: a tool with all its files and helpers, or files that the command line names. */
export interface LoginStore {
  /** Every server that has a login, as it is spelled there. Throws UserError. */
  list(): Promise<Listing>;
  /** The login that is sent to `server`, which may have a path (`ghcr.io/org/`). Throws UserError. */
  login(server: string): Promise<StoreAnswer>;
  /** Where the login for `server` is looked for first, as shown to the user: `docker credential store "desktop"`. */
  where(server: string): string | undefined;
  /** Whether `server` has a login of its own in addition to that of its registry. */
  isNamespace(server: string): boolean;
}

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

export interface StoreAnswer {
  /** When left out, the tool would pull anonymously. */
  readonly stored?: StoredLogin | undefined;
  readonly warnings: readonly string[];
  /** What could not be read on the way: an error when no login is found elsewhere, otherwise a warning. */
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

/** A place that may hold a login. It is opened only when the login is needed. */
export interface LoginPlace {
  readonly from: string;
  readonly open: () => StoredLogin | undefined | Promise<StoredLogin | undefined>;
}

/** docker's login, otherwise podman's. A login that podman keeps for a namespace comes first, because docker ignores paths. */
export function machineLogins(docker: LoginStore, podman: LoginStore): LoginStore {
  return {
    list: async () => {
      const [ofDocker, ofPodman] = [await docker.list(), await podman.list()];
      // When both read the same broken file, one message is enough.
      const isSaid = JSON.stringify(ofDocker.failure?.hint) === JSON.stringify(ofPodman.failure?.hint);
      const second = ofPodman.failure === undefined || isSaid ? [] : [ofPodman.failure.message];
      return {
        servers: [...ofDocker.servers, ...ofPodman.servers],
        // A failure of podman is only a warning, because podman rejects files that docker accepts, such as an empty one.
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

/** `second`, after the messages of `first`. */
function after(first: StoreAnswer, second: StoreAnswer): StoreAnswer {
  const warnings = [...first.warnings, ...registryTokenWarning(first.stored), ...second.warnings];
  return { stored: second.stored, warnings, failure: first.failure ?? second.failure };
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

/** The server to write for a login that a tool keeps under `spelling`. Of a URL, only the host counts. */
export function serverOf(spelling: string): string {
  const name = spelling.includes('://') ? convertToHostname(spelling) : spelling;
  return canonicalServer(HUB_HOSTS.includes(name) ? 'docker.io' : name);
}

const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** `server` as the tools look it up: its registry, and as `name` the registry with the path of a namespace or repository. */
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
    // No tool has a login under such a name.
    if (error instanceof GoUrlError) return { host: server, path: '' };
    throw error;
  }
}
