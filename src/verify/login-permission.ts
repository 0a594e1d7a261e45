/**
 * Where a login may go. Every request to a registry or token server that carries a login or a token passes here, and the
 * transport takes neither without what {@link permit} returns. docs/security.md has the rules in a picture.
 */
import { encodeBase64 } from '../codec/go/base64.ts';
import { encodeUtf8 } from '../codec/go/utf8.ts';
import type { Credential } from '../secret/credential.ts';
import { type ImageReference, imageName } from '../secret/image.ts';
import { formatKey, parseKey } from '../secret/key.ts';
import { matchesImage } from '../secret/keyring.ts';
import { HUB_REGISTRY, registryOf } from '../secret/server.ts';
import {
  type Destination,
  destinationProblem,
  isNamed,
  isOnThisMachine,
  isSameHost,
  type Trust,
} from './destination.ts';

/** Not exported, so that nothing else can make a login or a permission. */
const ASSIGNED = Symbol('assigned');
const PERMITTED = Symbol('permitted');

/** Whose login it is. */
export type LoginOwner =
  /** The user of the command: the login is from this machine, or from a Secret that the command line names. */
  | 'person'
  /** A namespace: the login is from a Secret that was found there. */
  | { readonly namespace: string };

/** A login, and the one registry that it is for. */
export interface RegistryLogin {
  readonly [ASSIGNED]: true;
  readonly credential: Credential;
  /** HOST[:PORT]. */
  readonly registry: string;
  readonly isHub: boolean;
  readonly isPersonal: boolean;
}

/** A token that a token server has issued for one registry. */
export interface RegistryToken {
  readonly token: string;
}

export interface Refusal {
  /** Why the registry does not get the login, as a phrase that follows its name. */
  readonly refused: string;
}

/** A request with a refused login is an error, and nothing is sent. */
export type AssignedLogin = RegistryLogin | Refusal;

export interface LoginUse {
  /** The key of `auths` that the login stands under. */
  readonly key: string;
  readonly owner: LoginOwner;
  /** The namespace of the pod that pulls the image. */
  readonly namespace?: string | undefined;
  /** Left out if the login is only checked, at the registry of its key. */
  readonly image?: ImageReference | undefined;
}

const HUB_HOSTS = [HUB_REGISTRY, 'docker.io', 'index.docker.io', 'auth.docker.io'];

/**
 * The login for the registry of an image, or of its own key. Refused if the pod is in another namespace than the login, if the
 * key matches other images, and where the kubelet would send Docker Hub's to `localhost` (keyring.go `isDefaultRegistryMatch`).
 */
export function assignLogin(credential: Credential, { key, owner, namespace, image }: LoginUse): AssignedLogin {
  const own = registryOf(key);
  const name = image === undefined ? undefined : imageName(image);
  const registry = name === undefined ? own : registryOf(name.split('/', 1)[0] ?? '');
  if (own === undefined || registry === undefined) return { refused: 'its server has no host' };
  if (owner !== 'person' && name !== undefined && owner.namespace !== namespace) {
    return { refused: 'it would get the login of another namespace' };
  }
  const isHub = own === HUB_REGISTRY;
  if (isHub && registry !== HUB_REGISTRY) return { refused: 'it would get the login of Docker Hub' };
  if (name !== undefined && !isHub && !matchesImage(formatKey(parseKey(key)), name))
    return { refused: 'the login is for other images' };
  return { [ASSIGNED]: true, credential, registry, isHub, isPersonal: owner === 'person' };
}

export interface LoginRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly to: Destination;
  readonly purpose: 'registry' | 'token server';
  /** The registry itself, which has named the token server. */
  readonly registry: Destination;
}

/** What the transport may add to one request. */
export interface LoginPermission {
  readonly [PERMITTED]: true;
  /** The origin of the destination. */
  readonly origin: string;
  /** The value of the Authorization header. */
  readonly authorization?: string;
  /** Fields of the form. */
  readonly form?: Readonly<Record<string, string>>;
}

/** Whether `login` may go with `request`, and how it goes there. */
export function permit(
  login: RegistryLogin | RegistryToken,
  request: LoginRequest,
  trust: Trust,
): LoginPermission | Refusal {
  const refused =
    destinationProblem(request.to, request.registry, trust) ??
    ('token' in login ? tokenProblem(request) : loginProblem(login, request)) ??
    plainProblem(request.to, trust);
  if (refused !== undefined) return { refused };
  return { [PERMITTED]: true, origin: request.to.url.origin, ...contentOf(login, request.method) };
}

function tokenProblem({ to, registry }: LoginRequest): string | undefined {
  return isSameHost(registry.url, to.url)
    ? undefined
    : `does not get the token of ${registry.url.host} (${to.url.host})`;
}

function loginProblem(
  { registry: own, isHub, isPersonal, credential }: RegistryLogin,
  { to, method, purpose, registry }: LoginRequest,
): string | undefined {
  const { url } = to;
  if (!isNamed(registry.url, own)) return `does not get the login of ${own} (${url.host})`;
  if (isHub && !HUB_HOSTS.includes(url.host)) return `does not get the login of Docker Hub (${url.host})`;
  if (purpose === 'registry') {
    return isSameHost(registry.url, url) ? undefined : `does not get the login of ${own} (${url.host})`;
  }
  if (url.hostname === registry.url.hostname) return undefined;
  if (url.protocol !== 'https:') return `is not used over https (${url.host})`;
  if (isOnThisMachine(to) && isOnThisMachine(registry)) return `is this machine under another name (${url.host})`;
  const isAsked = method !== 'POST' || isPersonal || 'identityToken' in credential;
  return isAsked ? undefined : `is elsewhere, and would get the password in a form (${url.host})`;
}

function plainProblem(to: Destination, { plainHttp }: Trust): string | undefined {
  const { protocol, host } = to.url;
  if (protocol === 'https:' || isOnThisMachine(to) || plainHttp.includes(host)) return undefined;
  return `does not get a login over http (${host}; --plain-http ${host} sends it)`;
}

function contentOf(
  login: RegistryLogin | RegistryToken,
  method: LoginRequest['method'],
): Pick<LoginPermission, 'authorization' | 'form'> {
  if ('token' in login) return { authorization: `Bearer ${login.token}` };
  const { credential } = login;
  if ('identityToken' in credential) {
    return { form: { grant_type: 'refresh_token', refresh_token: credential.identityToken } };
  }
  const { username, password } = credential;
  if (method === 'POST') return { form: { grant_type: 'password', username, password } };
  // RFC 7617.
  return { authorization: `Basic ${encodeBase64(encodeUtf8(`${username}:${password}`))}` };
}
