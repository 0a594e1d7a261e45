/**
 * A docker config: the Go structs that docker and podman decode their files into, what each of them refuses, in Go's words, and the
 * login that it reads out of an entry.
 */

import { Base64Error, decodeBase64, isPlainBase64 } from '../codec/go/base64.ts';
import {
  type FirstJson,
  foldName,
  isWhole,
  type JsonDocument,
  type JsonNode,
  JsonTypeError,
  jsonString,
  parseFirstJson,
  parseJson,
} from '../codec/go/json.ts';
import { JsonSyntaxError } from '../codec/go/json-scanner.ts';
import { decodeUtf8, encodeUtf8 } from '../codec/go/utf8.ts';
import { trim } from '../text/trim.ts';
import type { Credential } from './credential.ts';
import { displayServer } from './display-server.ts';

export interface DockerConfig {
  /** Entries by server, as written. An empty one marks a login that a credential helper keeps. */
  readonly auths: ReadonlyMap<string, AuthFields>;
  /** The suffix of the credential helper of each registry. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** The suffix of the credential helper of all other registries. */
  readonly credsStore?: string | undefined;
}

/** The file is not one that the tool accepts; the message is Go's. */
export class DockerConfigError extends Error {
  /** The entry at fault, when it is one entry. */
  readonly server: string | undefined;

  constructor(message: string, server?: string) {
    super(message);
    this.name = 'DockerConfigError';
    this.server = server;
  }
}

/** Runs `decode`. An error that Go's decoder would report becomes a {@link DockerConfigError}. */
export function inGo<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    const known = [JsonSyntaxError, JsonTypeError, UnknownFieldError];
    throw known.some((kind) => error instanceof kind) ? new DockerConfigError((error as Error).message) : error;
  }
}

/** A field that the struct lacks, where Go is told to refuse such fields (`Decoder.DisallowUnknownFields`). */
class UnknownFieldError extends Error {
  constructor(name: string) {
    super(`json: unknown field ${JSON.stringify(name)}`);
    this.name = 'UnknownFieldError';
  }
}

/** A Go struct of a file and that of its entries, by the names they have in Go's errors. */
export interface GoStruct {
  readonly file: string;
  readonly entry: string;
  readonly fileFields: readonly string[];
  readonly entryFields: readonly AuthField[];
  /** Fields of an entry that are read when they are texts, and ignored otherwise. */
  readonly optionalFields?: readonly AuthField[] | undefined;
  readonly refuseUnknown?: true | undefined;
}

/**
 * docker/cli cli/config/configfile `ConfigFile`. `email` was a field of its entries until v29, and docker sets
 * `serveraddress` itself: neither is worth a refusal.
 */
export const DOCKER: GoStruct = {
  file: 'configfile.ConfigFile',
  entry: 'types.AuthConfig',
  fileFields: ['auths', 'credHelpers', 'credsStore'],
  entryFields: ['username', 'password', 'email', 'auth', 'serveraddress', 'identitytoken', 'registrytoken'],
  optionalFields: ['email', 'serveraddress'],
};

/** containers/image pkg/docker/config `dockerConfigFile`. */
const PODMAN: GoStruct = {
  file: 'config.dockerConfigFile',
  entry: 'config.dockerAuthConfig',
  fileFields: ['auths', 'credHelpers'],
  entryFields: ['auth', 'identitytoken'],
};

/** docker/cli cli/config/configfile `configEnv`. */
const ENVIRONMENT: GoStruct = {
  file: 'configfile.configEnv',
  entry: 'configfile.configEnvAuth',
  fileFields: ['auths'],
  entryFields: ['auth'],
  refuseUnknown: true,
};

/**
 * Decodes the file that `document` holds. Throws JsonTypeError and {@link UnknownFieldError}, whichever comes first in the text.
 */
function decodeFile(document: JsonDocument, shape: GoStruct): DockerConfig {
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null') fail(root, shape.file, '', shape.file);
  const auths = new Map<string, AuthFields>();
  const credHelpers = new Map<string, string>();
  let credsStore = '';
  for (const { name, value } of root.members) {
    const field = shape.fileFields.find((candidate) => foldName(candidate) === foldName(name));
    if (field === 'auths') decodeAuths(document, value, { shape, path: field, auths });
    else if (field === 'credHelpers') decodeHelpers(document, value, shape, credHelpers);
    else if (field === 'credsStore') credsStore = decodeString(document, value, shape.file, field) ?? credsStore;
    else if (shape.refuseUnknown) throw new UnknownFieldError(name);
  }
  return { auths, credHelpers, credsStore: credsStore || undefined };
}

/** Adds the entries of `node` to `auths`. `path` is the field that holds `node`, empty in a legacy file. */
export function decodeAuths(
  document: JsonDocument,
  node: JsonNode,
  { shape, path, auths }: { shape: GoStruct; path: 'auths' | ''; auths: Map<string, AuthFields> },
): void {
  if (node.kind === 'null') auths.clear();
  else if (node.kind !== 'object') fail(node, shape.file, path, `map[string]${shape.entry}`);
  for (const { name, value } of node.members) auths.set(name, decodeEntry(document, value, shape, path));
}

function decodeEntry(document: JsonDocument, node: JsonNode, shape: GoStruct, path: 'auths' | ''): AuthFields {
  if (node.kind !== 'object' && node.kind !== 'null') fail(node, shape.file, path, shape.entry);
  const fields: { [field in AuthField]?: string } = {};
  for (const { name, value } of node.members) {
    const field = foldName(name) as AuthField;
    if (shape.optionalFields?.includes(field) && value.kind !== 'string') continue;
    if (shape.entryFields.includes(field)) {
      const text = decodeString(document, value, shape.entry, path === '' ? field : `${path}.${field}`);
      if (text !== undefined) fields[field] = text;
    } else if (shape.refuseUnknown) {
      throw new UnknownFieldError(name);
    }
  }
  return fields;
}

function decodeHelpers(document: JsonDocument, node: JsonNode, shape: GoStruct, helpers: Map<string, string>): void {
  if (node.kind === 'null') helpers.clear();
  else if (node.kind !== 'object') fail(node, shape.file, 'credHelpers', 'map[string]string');
  for (const { name, value } of node.members) {
    helpers.set(name, decodeString(document, value, shape.file, 'credHelpers') ?? '');
  }
}

/** Undefined for `null`, which leaves a field as it was. */
function decodeString(document: JsonDocument, node: JsonNode, struct: string, path: string): string | undefined {
  if (node.kind === 'string') return jsonString(document, node);
  return node.kind === 'null' ? undefined : fail(node, struct, path, 'string');
}

function fail(node: JsonNode, struct: string, path: string, type: string): never {
  const field = `Go struct field ${struct.slice(struct.indexOf('.') + 1)}.${path} of type ${type}`;
  throw new JsonTypeError(node.kind, path === '' ? `Go value of type ${type}` : field);
}

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
const INVALID_AUTH = 'invalid auth configuration file';

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

const EMPTY: DockerConfig = { auths: new Map(), credHelpers: new Map() };

/**
 * docker's config.json; throws {@link DockerConfigError}. docker reads an empty file as an empty config, and nothing behind the
 * first value (docker/cli cli/config/configfile/file.go `LoadFromReader`).
 */
export function decodeDockerConfig(text: string | Uint8Array): DockerConfig {
  return decodeDockerText(scanLoginText(typeof text === 'string' ? encodeUtf8(text) : text));
}

/** A login file and the first JSON value in it, which is read once: docker and podman may share the file. */
export interface LoginText {
  readonly bytes: Uint8Array;
  /** Undefined where the file has no value, or a broken one. */
  readonly first: FirstJson | undefined;
}

/** Finds the first JSON value in `bytes`, if there is a whole one. */
export function scanLoginText(bytes: Uint8Array): LoginText {
  try {
    return { bytes, first: parseFirstJson(bytes) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { bytes, first: undefined };
    throw error;
  }
}

/** Decodes as {@link decodeDockerConfig} does. */
export function decodeDockerText({ bytes, first }: LoginText): DockerConfig {
  const document = first ?? inGo(() => parseFirstJson(bytes));
  if (document === undefined) return EMPTY;
  const config = inGo(() => decodeFile(document, DOCKER));
  checkAuths(config.auths);
  return config;
}

/** podman's auth.json; throws {@link DockerConfigError}. Does not look into any `auth` (containers/image `authPath.parse`). */
export function decodePodmanConfig({ bytes, first }: LoginText): DockerConfig {
  return inGo(() => decodeFile(first !== undefined && isWhole(first) ? first : parseJson(bytes), PODMAN));
}

/** The legacy `.dockercfg`, which is the map itself; throws {@link DockerConfigError} (containers/image `authPath.parse`). */
export function decodeLegacyConfig(bytes: Uint8Array): DockerConfig {
  const auths = new Map<string, AuthFields>();
  inGo(() => {
    const document = parseJson(bytes);
    decodeAuths(document, document.root, { shape: PODMAN, path: '', auths });
  });
  return { ...EMPTY, auths };
}

/**
 * The variable DOCKER_AUTH_CONFIG: one object that holds nothing but the `auth` of each server; throws
 * {@link DockerConfigError} (docker/cli cli/config/configfile/file.go `parseEnvConfig`).
 */
export function decodeAuthVariable(text: string): DockerConfig {
  const bytes = encodeUtf8(text);
  const document = inGo(() => parseFirstJson(bytes));
  if (document === undefined) return EMPTY;
  const config = inGo(() => decodeFile(document, ENVIRONMENT));
  // json.Decoder `More` takes a closing bracket for the end of a list, so such a bracket is no second value.
  if (/^[ \t\r\n]*[^ \t\r\n\]}]/.test(decodeUtf8(bytes.subarray(document.rest)))) {
    throw new DockerConfigError('DOCKER_AUTH_CONFIG does not support more than one JSON object');
  }
  for (const [server, { auth = '' }] of config.auths) {
    if (auth !== '') continue;
    throw new DockerConfigError(
      `DOCKER_AUTH_CONFIG environment variable is missing key \`auth\` for ${displayServer(server)}`,
      server,
    );
  }
  checkAuths(config.auths);
  return config;
}

/** docker refuses a file as a whole for one `auth` that it cannot read. Throws {@link DockerConfigError}. */
export function checkAuths(auths: DockerConfig['auths']): void {
  for (const [server, { auth }] of auths) {
    if (auth === undefined || auth === '') continue;
    try {
      if (!isDockerAuth(auth)) throw new DockerConfigError(INVALID_AUTH, server);
    } catch (error) {
      throw error instanceof Base64Error ? new DockerConfigError(error.message, server) : error;
    }
  }
}
