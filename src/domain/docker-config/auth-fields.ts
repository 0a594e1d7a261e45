/** One entry of `auths`: the fields as they stand in a file, and the login that docker and podman read out of them. */
import { decodeBase64, isPlainBase64 } from '../go/base64.ts';
import { decodeUtf8 } from '../go/utf8.ts';
import type { Credential } from '../keyring/credential.ts';
import { trim } from '../text/trim.ts';

/** The fields of an entry that any of the tools reads, as written. */
export type AuthField =
  | 'username'
  | 'password'
  | 'email'
  | 'auth'
  | 'serveraddress'
  | 'identitytoken'
  | 'registrytoken';

export type AuthFields = { readonly [field in AuthField]?: string };

/** What a tool would send to the registry (docker/cli `types.AuthConfig`, containers/image `types.DockerAuthConfig`). */
export interface AuthConfig {
  readonly username: string;
  readonly password: string;
  readonly email?: string | undefined;
  readonly identityToken?: string | undefined;
  /** A bearer token for the registry itself, which no pull secret can carry. */
  readonly registryToken?: string | undefined;
}

/** What docker itself says of an `auth` without a colon or with an empty user name. */
export const INVALID_AUTH = 'invalid auth configuration file';

const COLON = 0x3a;

/** Whether docker accepts a non-empty `auth`; throws Base64Error (docker/cli configfile/file.go `decodeAuth`). */
export function isDockerAuth(auth: string): boolean {
  return isPlainBase64(auth) ? atob(auth).indexOf(':') > 0 : decodeBase64(auth).indexOf(COLON) > 0;
}

/** docker's view of an entry it has accepted: a non-empty `auth` overrides `username` and `password` (`LoadFromReader`). */
export function dockerAuthConfig(fields: AuthFields): AuthConfig {
  const { username = '', password = '', email, auth = '' } = fields;
  const { identitytoken: identityToken, registrytoken: registryToken } = fields;
  const login = auth === '' ? { username, password } : splitAuth(auth);
  return { username: '', password: '', ...login, email, identityToken, registryToken };
}

/**
 * What podman reads from an entry; undefined when it is no login. Only `auth` counts, and without it an identity token is
 * dropped. Throws Base64Error (containers/image pkg/docker/config `decodeDockerAuth`).
 */
export function podmanAuthConfig({ auth = '', identitytoken }: AuthFields): AuthConfig | undefined {
  const login = splitAuth(auth);
  return login === undefined ? undefined : { ...login, identityToken: identitytoken };
}

/** The part of `config` that can open a registry. A complete user name and password is what a pull secret can carry. */
export function credentialOf({ username, password, identityToken }: AuthConfig): Credential | undefined {
  if (identityToken !== undefined && identityToken !== '' && (username === '' || password === '')) {
    return { identityToken };
  }
  return username === '' && password === '' ? undefined : { username, password };
}

/** auth = base64( username ":" password ), cut at the first colon; NUL bytes around the password do not count. */
function splitAuth(auth: string): { username: string; password: string } | undefined {
  const bytes = decodeBase64(auth);
  const colon = bytes.indexOf(COLON);
  if (colon < 0) return undefined;
  return {
    username: decodeUtf8(bytes.subarray(0, colon)),
    password: trim(decodeUtf8(bytes.subarray(colon + 1)), '\0'),
  };
}
