/** A whole payload as the kubelet decodes it (Go's json.Unmarshal into credentialprovider's types). */
import { type JsonDocument, memberOf, parseJson, typeErrorText } from '../go/json.ts';
import { type JsonNode, JsonSyntaxError } from '../go/json-scanner.ts';
import { type KubeletEntry, readKubeletEntry } from './entry.ts';
import type { PullSecretType } from './secret.ts';

export interface PayloadEntry {
  readonly node: JsonNode;
  /** What the kubelet makes of it; a failure spoils the payload, and with it every Secret of the pod. */
  readonly login: KubeletEntry | DecodeFailure;
}

/** What the kubelet stops at. */
export interface DecodeFailure {
  /** Go's text. */
  readonly error: string;
  /** Of the entry at fault, undefined when it is the whole payload. */
  readonly server?: string;
}

export interface Payload {
  /** Undefined when it is no JSON. */
  readonly document: JsonDocument | undefined;
  /** By server, the last one of each name. */
  readonly entries: ReadonlyMap<string, PayloadEntry>;
  readonly failure: DecodeFailure | undefined;
}

const FIELDS = ['auths', 'HttpHeaders'] as const;

/** Decodes `bytes`. Never throws: what the kubelet could not read is in the result, and so is everything around it. */
export function decodePayload(bytes: Uint8Array, type: PullSecretType): Payload {
  const document = parse(bytes);
  const entries = new Map<string, PayloadEntry>();
  if ('error' in document) return { document: undefined, entries, failure: document };
  const failures =
    type === 'kubernetes.io/dockercfg'
      ? decodeMap(document, document.root, entries, 'Go value')
      : decodeConfig(document, entries);
  // Go goes on after a value of the wrong type and reports the first at the end, unless it has to stop at an entry.
  const failure = failures.find(({ server }) => server !== undefined) ?? failures[0];
  return { document, entries, failure };
}

function parse(bytes: Uint8Array): JsonDocument | DecodeFailure {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { error: error.message };
    throw error;
  }
}

/** `DockerConfigJSON`. */
function decodeConfig(document: JsonDocument, entries: Map<string, PayloadEntry>): DecodeFailure[] {
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null') {
    return [wrongType(root, 'Go value of type credentialprovider.DockerConfigJSON')];
  }
  return root.members.flatMap(({ name, value }) => {
    const field = memberOf(name, FIELDS);
    if (field === 'auths') {
      return decodeMap(document, value, entries, 'Go struct field DockerConfigJSON.auths').map(inAuths);
    }
    return field === 'HttpHeaders' ? headerFailures(value) : [];
  });
}

/** encoding/json `addErrorContext`: the names of the outer struct and field come before those of the entry. */
function inAuths({ error, ...rest }: DecodeFailure): DecodeFailure {
  const text = error
    .replace(/Go struct field dockerConfigEntryWithAuth\./, 'Go struct field DockerConfigJSON.auths.')
    .replace(/Go value of type /, 'Go struct field DockerConfigJSON.auths of type ');
  return { ...rest, error: text };
}

/** `DockerConfig`: adds the members of `node`, the last of one name counts; `null` empties the map. */
function decodeMap(
  document: JsonDocument,
  node: JsonNode,
  entries: Map<string, PayloadEntry>,
  target: string,
): DecodeFailure[] {
  if (node.kind === 'null') entries.clear();
  else if (node.kind !== 'object') return [wrongType(node, `${target} of type credentialprovider.DockerConfig`)];
  const failures: DecodeFailure[] = [];
  for (const { name, value } of node.members) {
    const entry = readKubeletEntry(document, value);
    const login = 'error' in entry ? { ...entry, server: name } : entry;
    if ('error' in login) failures.push(login);
    entries.set(name, { node: value, login });
  }
  return failures;
}

function headerFailures(node: JsonNode): DecodeFailure[] {
  const field = 'Go struct field DockerConfigJSON.HttpHeaders';
  if (node.kind === 'null') return [];
  if (node.kind !== 'object') return [wrongType(node, `${field} of type map[string]string`)];
  return node.members
    .filter(({ value }) => value.kind !== 'string' && value.kind !== 'null')
    .map(({ value }) => wrongType(value, `${field} of type string`));
}

function wrongType({ kind }: JsonNode, target: string): DecodeFailure {
  return { error: typeErrorText(kind, target) };
}
