/** Servers: the keys of `auths`. Which one to write, and which can open no image at all. */
import { matchesGlob } from '../codec/go/glob.ts';
import { GoUrlError } from '../codec/go/url.ts';
import { type Command, command, eachWith } from '../line/command.ts';
import { exampleImage, MAX_SERVER } from './coverage.ts';
import { bareServer, DOCKER_HUB, displayServer, shownServer } from './display-server.ts';
import { nameOfImage } from './image.ts';
import { formatKey, type Key, parseKey, readKey, sameKey, splitHost } from './key.ts';

export interface ServerProblem {
  /** Whether no image at all can match. If false, only images in an unusual spelling match, or the server has a drawback. */
  readonly opensNothing: boolean;
  /** The reason as a sentence that begins with the server. */
  readonly reason: string;
  /** A server that works and was probably meant. */
  readonly proposal?: string | undefined;
}

/** The host to ask about Docker Hub. */
export const HUB_REGISTRY = 'registry-1.docker.io';
const HUB_NAMES = ['docker.io', 'index.docker.io', 'www.docker.io'];
/** Hosts that belong to Docker Hub, but do not occur in image names. */
const HUB_ALIASES = [HUB_REGISTRY, 'hub.docker.com', 'registry.hub.docker.com', 'registry.docker.io'];

/** `server` as it is written into a Secret: Docker Hub's names become its one key, anything else stays as it is. */
export function canonicalServer(server: string): string {
  const host = /^(?:https?:\/\/)?([^/]+)(?:\/(?:v[12]\/?)?)?$/.exec(server)?.[1];
  return host !== undefined && HUB_NAMES.includes(host) ? DOCKER_HUB : server;
}

/**
 * Whether `typed` means the entry `server`: the kubelet treats them as one, or `create` writes `server` for that name. With a
 * scheme, `typed` means that one key only, so that `docker.io` can be removed without Docker Hub's own key.
 */
export function meansEntry(typed: string, server: string): boolean {
  if (sameKey(typed, server)) return true;
  const isHub =
    typed === displayServer(DOCKER_HUB) || (!typed.includes('://') && canonicalServer(typed) === DOCKER_HUB);
  return isHub && sameKey(DOCKER_HUB, server);
}

/** The server of an entry, spelled so that {@link meansEntry} accepts no other entry. */
export function onlyEntry(server: string): string {
  return meansEntry(server, DOCKER_HUB) && !sameKey(server, DOCKER_HUB) ? `https://${server}` : server;
}

/** The host[:port] to ask about `server`; undefined when it has none. */
export function registryOf(server: string): string | undefined {
  const key = readKey(server);
  return key && registryAt(key);
}

function registryAt({ host }: Key): string | undefined {
  if (HUB_NAMES.includes(host)) return HUB_REGISTRY;
  return host === '' ? undefined : host;
}

/** Whether `key` is of the same registry as `other`, and has the same path or one below it. */
export function isWithin(key: Key, other: Key): boolean {
  return registryAt(key) === registryAt(other) && isPathBelow(key.path, other.path);
}

/** Whether `path` is `other` or below it: `/acme/` is below the empty path, and below `/acme`. */
function isPathBelow(path: string, other: string): boolean {
  const parent = other.replace(/\/$/, '');
  return parent === '' || path === parent || path.startsWith(`${parent}/`);
}

/** Whether a host ends as those of registries do. A Secret may have such a name as well. */
export function endsLikeRegistry(host: string): boolean {
  return /\.[a-z]{2,}$/.test(host);
}

/**
 * Why `server` should not be written into a Secret, undefined when it is fine. An image is `domain/path` of
 * distribution/reference; the rules of matching are keyring.go `URLsMatch`.
 */
export function serverProblem(server: string): ServerProblem | undefined {
  if (server.length > MAX_SERVER) {
    return { opensNothing: true, reason: `${shownServer(server)} is longer than any server` };
  }
  if (KNOWN.has(server)) return KNOWN.get(server);
  const problem = judge(server);
  if (server.length <= MAX_KNOWN_LENGTH && KNOWN.size < MAX_KNOWN) KNOWN.set(server, problem);
  return problem;
}

/** Results by server, kept because most Secrets of a cluster are for the same few servers. */
const KNOWN = new Map<string, ServerProblem | undefined>();
const MAX_KNOWN = 2_000;
const MAX_KNOWN_LENGTH = 100;

function judge(server: string): ServerProblem | undefined {
  const opensNothing = exampleImage(server) === undefined;
  const reason =
    unusable(server) ?? (opensNothing ? `${shownServer(server)} has a form that no image can have` : undefined);
  if (reason === undefined) return undefined;
  const proposal = propose(server);
  const works = proposal !== undefined && unusable(proposal) === undefined && exampleImage(proposal) !== undefined;
  return { opensNothing, reason, proposal: works ? proposal : undefined };
}

function unusable(server: string): string | undefined {
  if (server === '') return 'the server is empty';
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(server)?.[1];
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') {
    return `${shownServer(server)} has the scheme ${scheme}, which the kubelet does not know`;
  }
  let key: Key;
  try {
    key = parseKey(server);
  } catch (error) {
    if (error instanceof GoUrlError)
      return `${shownServer(server)} is not a server the kubelet can read${why(server, error)}`;
    throw error;
  }
  if (hasUserInfo(server)) return `${shownServer(server)} has a username in front of the registry`;
  return hostProblem(server, key) ?? pathProblem(server, key, scheme !== undefined);
}

/** Go's message quotes the wrong part, which may be half of a password. */
function why(server: string, { message }: GoUrlError): string {
  return server.includes('@') ? '' : `: ${message}`;
}

function hostProblem(server: string, { host, path }: Key): string | undefined {
  if (HUB_ALIASES.includes(host)) return `${shownServer(server)} is not the registry name in Docker Hub images`;
  if (host === 'index.docker.io' && path !== '')
    return `${shownServer(server)} matches no image: images of Docker Hub begin with docker.io/`;
  if (/[A-Z]/.test(host)) return `${shownServer(server)} has upper-case letters, and the kubelet is case-sensitive`;
  const { labels, port } = splitHost(host);
  if (host.startsWith('['))
    return port === ''
      ? `${shownServer(server)} is an IPv6 address without a port, which the kubelet cannot match`
      : undefined;
  if (!labels.every((label) => /^[a-z0-9*]([-_a-z0-9*]*[a-z0-9*])?$/.test(label)))
    return `${shownServer(server)} has no registry that an image can use`;
  const [only] = labels;
  // A host of one label without a port is a registry only when it is `localhost` (normalize.go `splitDockerDomain`).
  if (labels.length === 1 && port === '' && only !== undefined && !matchesGlob(only, 'localhost')) {
    return `${shownServer(server)} has no dot and no port, so an image ${server}/app means docker.io/${server}/app`;
  }
  return undefined;
}

function pathProblem(server: string, { path }: Key, hasScheme: boolean): string | undefined {
  if (hasScheme && (path === '/v1' || path === '/v2')) {
    return `${shownServer(server)} probably matches no image: drop ${path}, or write ${path}/`;
  }
  if (/[A-Z]/.test(path)) return `${shownServer(server)} has upper-case letters in its path, and image names have none`;
  if (path.includes('*'))
    return `${shownServer(server)} has a * in its path, and the kubelet supports * only in the registry`;
  if (/[:@]/.test(path))
    return `${shownServer(server)} has a tag or digest, and the kubelet compares names without them`;
  return undefined;
}

/** The server that was probably meant: the same without the parts that image names do not have. */
function propose(server: string): string | undefined {
  const bare = bareServer(server.trim()).toLowerCase();
  const [host = '', ...rest] = bare.split('/');
  const [path = ''] = rest.join('/').split(/[:@?#*]/, 1);
  const repository = path.replace(/^v[12]($|\/)/, '');
  if (HUB_ALIASES.includes(host) || HUB_NAMES.includes(host)) {
    return repository === '' || HUB_ALIASES.includes(host) ? DOCKER_HUB : `docker.io/${repository}`;
  }
  const trimmed = host.replace(/[?#].*$/s, '').replace(/:\*?$/, '');
  const proposal = repository === '' ? trimmed : `${trimmed}/${repository}`;
  return proposal === server || proposal === '' ? undefined : proposal;
}

function hasUserInfo(server: string): boolean {
  return /^(https?:\/\/)?[^/?#]*@/.test(server);
}

/**
 * The server for an image: `ghcr.io` for `ghcr.io/org/app:v1`, and Docker Hub's one key. A text that is not an image may still
 * begin with a registry.
 */
export function imageServer(image: string): string {
  const name = nameOfImage(image);
  if (name !== undefined) return canonicalServer(name.split('/', 1)[0] ?? '');
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && /[.:]/.test(first) ? first.toLowerCase() : DOCKER_HUB;
}

/** The server to type so that a login replaces the entry `server`. Taken from `image` where the entry itself is unusable. */
export function serverToType(server: string, image: string | undefined): string {
  const problem = serverProblem(server);
  if (problem !== undefined || server.includes('*')) {
    return image === undefined ? (problem?.proposal ?? 'REGISTRY') : imageServer(image);
  }
  const canonical = canonicalServer(server);
  return canonical === DOCKER_HUB ? canonical : formatKey(parseKey(server));
}

/** The host[:port] to ask for `image`. */
export function registryHost(image: string): string {
  const server = imageServer(image);
  return registryOf(server) ?? server;
}

/** `server` as it is typed after `--server`, without user info. */
export function serverWord(server: string): string {
  if (server === DOCKER_HUB) return 'docker.io';
  return shownServer(server) === server ? server : bareServer(server);
}

/** The servers as they are typed. Those that the kubelet treats as one are typed once. */
export function serverWords(servers: string | readonly string[] | undefined): string[] {
  const all = servers === undefined ? [] : [servers].flat();
  const different = all.filter((server, index) => all.findIndex((other) => sameKey(other, server)) === index);
  return different.map(serverWord);
}

/** One flag for each server. */
export function serverFlags(servers: string | readonly string[] | undefined): Command {
  return eachWith('--server', serverWords(servers));
}

/** The command for a new login for `server`. Without a name, `docker login` means Docker Hub. */
export function loginCommand(server: string): Command {
  const registry = registryOf(server);
  return command`docker login ${registry === HUB_REGISTRY ? undefined : registry}`;
}
