/** A docker config, and the Go structs that docker and podman decode it into. What they refuse is refused here in Go's words. */
import { foldName, type JsonDocument, JsonTypeError, jsonString } from '../go/json.ts';
import type { JsonNode } from '../go/json-node.ts';
import { JsonSyntaxError } from '../go/json-scanner.ts';
import type { AuthField, AuthFields } from './auth-fields.ts';

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
export const PODMAN: GoStruct = {
  file: 'config.dockerConfigFile',
  entry: 'config.dockerAuthConfig',
  fileFields: ['auths', 'credHelpers'],
  entryFields: ['auth', 'identitytoken'],
};

/** docker/cli cli/config/configfile `configEnv`. */
export const ENVIRONMENT: GoStruct = {
  file: 'configfile.configEnv',
  entry: 'configfile.configEnvAuth',
  fileFields: ['auths'],
  entryFields: ['auth'],
  refuseUnknown: true,
};

/**
 * Decodes the file that `document` holds. Throws JsonTypeError and {@link UnknownFieldError}, whichever comes first in the text.
 */
export function decodeFile(document: JsonDocument, shape: GoStruct): DockerConfig {
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
