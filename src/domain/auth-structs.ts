/**
 * The Go structs that docker and podman decode their login files into, and encoding/json's way of doing it: field names
 * match without regard to case, the last one wins, objects of the same name merge, `null` leaves a string as it was and
 * empties a map.
 *
 * Fields of docker's config that have nothing to do with logins are not checked.
 */
import type { AuthField, AuthFields } from './auth-config.ts';
import type { DockerConfig } from './docker-config.ts';
import { foldName, type JsonDocument, JsonTypeError, jsonString } from './json.ts';
import type { JsonNode } from './json-scanner.ts';

/** A field that the struct does not have, where Go is told to refuse those (`Decoder.DisallowUnknownFields`). */
export class UnknownFieldError extends Error {
  constructor(name: string) {
    super(`json: unknown field ${JSON.stringify(name)}`);
    this.name = 'UnknownFieldError';
  }
}

/** A Go struct of a file and that of its entries, by the names they have in Go's errors. */
export interface Shape {
  readonly file: string;
  readonly entry: string;
  readonly fileFields: readonly string[];
  readonly entryFields: readonly AuthField[];
  readonly refuseUnknown?: true;
}

/** docker/cli cli/config/configfile `ConfigFile`; `email` was a field of its entries until v29. */
export const DOCKER: Shape = {
  file: 'configfile.ConfigFile',
  entry: 'types.AuthConfig',
  fileFields: ['auths', 'credHelpers', 'credsStore'],
  entryFields: ['username', 'password', 'email', 'auth', 'serveraddress', 'identitytoken', 'registrytoken'],
};

/** containers/image pkg/docker/config `dockerConfigFile`. */
export const PODMAN: Shape = {
  file: 'config.dockerConfigFile',
  entry: 'config.dockerAuthConfig',
  fileFields: ['auths', 'credHelpers'],
  entryFields: ['auth', 'identitytoken'],
};

/** docker/cli cli/config/configfile `configEnv`. */
export const ENVIRONMENT: Shape = {
  file: 'configfile.configEnv',
  entry: 'configfile.configEnvAuth',
  fileFields: ['auths'],
  entryFields: ['auth'],
  refuseUnknown: true,
};

/** The file that `document` holds; throws JsonTypeError and {@link UnknownFieldError}, the first in the text. */
export function decodeFile(document: JsonDocument, shape: Shape): DockerConfig {
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null') fail(root, shape.file, '', shape.file);
  const auths = new Map<string, AuthFields>();
  const credHelpers = new Map<string, string>();
  let credsStore = '';
  for (const { name, value } of root.members) {
    const field = shape.fileFields.find((candidate) => foldName(candidate) === foldName(name));
    if (field === 'auths') decodeAuths(document, value, shape, field, auths);
    else if (field === 'credHelpers') decodeHelpers(document, value, shape, credHelpers);
    else if (field === 'credsStore') credsStore = decodeString(document, value, shape.file, field) ?? credsStore;
    else if (shape.refuseUnknown) throw new UnknownFieldError(name);
  }
  return { auths, credHelpers, ...(credsStore === '' ? {} : { credsStore }) };
}

/** Adds the entries of `node` to `auths`. `path` is the field that `node` stands in, empty in a legacy file. */
export function decodeAuths(
  document: JsonDocument,
  node: JsonNode,
  shape: Shape,
  path: 'auths' | '',
  auths: Map<string, AuthFields>,
): void {
  if (node.kind === 'null') auths.clear();
  else if (node.kind !== 'object') fail(node, shape.file, path, `map[string]${shape.entry}`);
  for (const { name, value } of node.members) auths.set(name, decodeEntry(document, value, shape, path));
}

function decodeEntry(document: JsonDocument, node: JsonNode, shape: Shape, path: 'auths' | ''): AuthFields {
  if (node.kind !== 'object' && node.kind !== 'null') fail(node, shape.file, path, shape.entry);
  const fields: { [field in AuthField]?: string } = {};
  for (const { name, value } of node.members) {
    const field = foldName(name) as AuthField;
    if (shape.entryFields.includes(field)) {
      const text = decodeString(document, value, shape.entry, path === '' ? field : `${path}.${field}`);
      if (text !== undefined) fields[field] = text;
    } else if (shape.refuseUnknown) {
      throw new UnknownFieldError(name);
    }
  }
  return fields;
}

function decodeHelpers(document: JsonDocument, node: JsonNode, shape: Shape, helpers: Map<string, string>): void {
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
