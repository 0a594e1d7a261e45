/** The files in which docker and podman keep logins, each decoded and checked as its tool does it. */
import { Base64Error } from '../go/base64.ts';
import { type FirstJson, isWhole, parseFirstJson, parseJson } from '../go/json.ts';
import { JsonSyntaxError } from '../go/json-scanner.ts';
import { decodeUtf8, encodeUtf8 } from '../go/utf8.ts';
import { displayServer } from '../keyring/display-server.ts';
import { type AuthFields, INVALID_AUTH, isDockerAuth } from './auth-fields.ts';
import {
  DOCKER,
  type DockerConfig,
  DockerConfigError,
  decodeAuths,
  decodeFile,
  ENVIRONMENT,
  inGo,
  PODMAN,
} from './docker-config.ts';

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
