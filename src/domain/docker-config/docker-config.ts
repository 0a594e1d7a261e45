/** The files in which docker and podman keep logins, each decoded and checked as its tool does it. */
import { Base64Error } from '../go/base64.ts';
import {
  type FirstJson,
  foldName,
  isWhole,
  type JsonDocument,
  JsonTypeError,
  jsonString,
  parseFirstJson,
  parseJson,
} from '../go/json.ts';
import type { JsonNode } from '../go/json-node.ts';
import { JsonSyntaxError } from '../go/json-scanner.ts';
import { decodeUtf8, encodeUtf8 } from '../go/utf8.ts';
import { displayServer } from '../keyring/display-server.ts';
import { type AuthField, type AuthFields, INVALID_AUTH, isDockerAuth } from './auth-fields.ts';

export interface DockerConfig {
  /** Entries by server, as written. An empty one marks a login that a credential helper keeps. */
  readonly auths: ReadonlyMap<string, AuthFields>;
  /** The suffix of the credential helper of each registry. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** The suffix of the helper of all other registries. */
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

const EMPTY: DockerConfig = { auths: new Map(), credHelpers: new Map() };

/**
 * docker's config.json; throws {@link DockerConfigError}. Of an empty file docker makes an empty config, and it reads
 * nothing behind the first value (docker/cli cli/config/configfile/file.go `LoadFromReader`).
 */
export function decodeDockerConfig(text: string | Uint8Array): DockerConfig {
  return decodeDockerText(scanLoginText(typeof text === 'string' ? encodeUtf8(text) : text));
}

/** A login file and the first JSON value in it, which is read once: docker and podman may share the file. */
export interface LoginText {
  readonly bytes: Uint8Array;
  /** Undefined where there is none, or where it is broken. */
  readonly first: FirstJson | undefined;
}

/** Finds the first JSON value in `bytes`; what does not begin with one has none. */
export function scanLoginText(bytes: Uint8Array): LoginText {
  try {
    return { bytes, first: parseFirstJson(bytes) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { bytes, first: undefined };
    throw error;
  }
}

/** As {@link decodeDockerConfig}. */
export function decodeDockerText({ bytes, first }: LoginText): DockerConfig {
  const document = first ?? inGo(() => parseFirstJson(bytes));
  if (document === undefined) return EMPTY;
  const config = inGo(() => decodeFile(document, DOCKER));
  checkAuths(config.auths);
  return config;
}

/** podman's auth.json; throws {@link DockerConfigError}. No `auth` is looked into (containers/image `authPath.parse`). */
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
  // json.Decoder `More` takes a closing bracket for the end of a list that it is in.
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

/** Runs `decode`; what Go's decoder would complain of becomes a {@link DockerConfigError}. */
export function inGo<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    const known = [JsonSyntaxError, JsonTypeError, UnknownFieldError];
    throw known.some((kind) => error instanceof kind) ? new DockerConfigError((error as Error).message) : error;
  }
}

/** A field that the struct does not have, where Go is told to refuse those (`Decoder.DisallowUnknownFields`). */
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

/** The file that `document` holds; throws JsonTypeError and {@link UnknownFieldError}, the first in the text. */
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

/** Adds the entries of `node` to `auths`. `path` is the field that `node` stands in, empty in a legacy file. */
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
