/** The files in which docker and podman keep logins, each decoded and checked as its tool does it. */
import { type AuthFields, INVALID_AUTH, isDockerAuth } from './auth-config.ts';
import { DOCKER, decodeAuths, decodeFile, ENVIRONMENT, PODMAN, UnknownFieldError } from './auth-structs.ts';
import { Base64Error } from './base64.ts';
import { JsonTypeError, parseFirstJson, parseJson } from './json.ts';
import { JsonSyntaxError } from './json-scanner.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

export interface DockerConfig {
  /** Entries by server, as written. An empty one marks a login that a credential helper keeps. */
  readonly auths: ReadonlyMap<string, AuthFields>;
  /** The suffix of the credential helper of each registry. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** The suffix of the helper of all other registries. */
  readonly credsStore?: string;
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
  const document = inGo(() => parseFirstJson(typeof text === 'string' ? encodeUtf8(text) : text));
  if (document === undefined) return EMPTY;
  const config = inGo(() => decodeFile(document, DOCKER));
  checkAuths(config.auths);
  return config;
}

/** podman's auth.json; throws {@link DockerConfigError}. No `auth` is looked into (containers/image `authPath.parse`). */
export function decodePodmanConfig(bytes: Uint8Array): DockerConfig {
  return inGo(() => decodeFile(parseJson(bytes), PODMAN));
}

/** The legacy `.dockercfg`, which is the map itself; throws {@link DockerConfigError} (containers/image `authPath.parse`). */
export function decodeLegacyConfig(bytes: Uint8Array): DockerConfig {
  const auths = new Map<string, AuthFields>();
  inGo(() => {
    const document = parseJson(bytes);
    decodeAuths(document, document.root, PODMAN, '', auths);
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
      `DOCKER_AUTH_CONFIG environment variable is missing key \`auth\` for ${server}`,
      server,
    );
  }
  checkAuths(config.auths);
  return config;
}

/** docker refuses a file as a whole for one `auth` that it cannot read. */
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
