/** A whole payload as the kubelet decodes it (Go's json.Unmarshal into credentialprovider's types). */
import { type JsonDocument, JsonTypeError, membersFor, parseJson } from './json.ts';
import { type JsonNode, JsonSyntaxError } from './json-scanner.ts';
import { decodeKubeletEntry, EntryError, type KubeletEntry } from './kubelet-entry.ts';
import type { PullSecretType } from './secret.ts';

const FIELDS = ['auths', 'HttpHeaders'] as const;

/** The entries by server; throws {@link EntryError} with Go's text when there is one that cannot be decoded. */
export function decodePayload(payload: Uint8Array, type: PullSecretType): ReadonlyMap<string, KubeletEntry> {
  const document = parse(payload);
  const entries = new Map<string, KubeletEntry>();
  if (type === 'kubernetes.io/dockercfg') {
    throwAny(decodeMap(document, document.root, entries, 'Go value'));
    return entries;
  }
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null') {
    throwAny([new JsonTypeError(root.kind, 'Go value of type credentialprovider.DockerConfigJSON').message]);
  }
  // Go goes on after a value of the wrong type and reports the first at the end, unless an entry is worse.
  const wrong = root.members.flatMap((member) => {
    if (isField(root, member.name, 'auths')) return decodeAuths(document, member.value, entries);
    if (isField(root, member.name, 'HttpHeaders')) return headerErrors(member.value);
    return [];
  });
  throwAny(wrong);
  return entries;
}

function parse(payload: Uint8Array): JsonDocument {
  try {
    return parseJson(payload);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new EntryError(error.message);
    throw error;
  }
}

function throwAny([first]: readonly string[]): void {
  if (first !== undefined) throw new EntryError(first);
}

function isField(root: JsonNode, name: string, field: (typeof FIELDS)[number]): boolean {
  return membersFor(root, field, FIELDS).some((member) => member.name === name);
}

function decodeAuths(document: JsonDocument, node: JsonNode, entries: Map<string, KubeletEntry>): string[] {
  try {
    return decodeMap(document, node, entries, 'Go struct field DockerConfigJSON.auths');
  } catch (error) {
    // encoding/json addErrorContext: the names of the outer struct and field come before those of the entry.
    if (error instanceof EntryError) throw new EntryError(inAuths(error.message));
    throw error;
  }
}

function inAuths(message: string): string {
  return message
    .replace(/Go struct field dockerConfigEntryWithAuth\./, 'Go struct field DockerConfigJSON.auths.')
    .replace(/Go value of type /, 'Go struct field DockerConfigJSON.auths of type ');
}

/** Adds the members of `node`, the last of one name counts; `null` empties the map. Returns the type error, if any. */
function decodeMap(
  document: JsonDocument,
  node: JsonNode,
  entries: Map<string, KubeletEntry>,
  target: string,
): string[] {
  if (node.kind === 'null') entries.clear();
  else if (node.kind !== 'object') {
    return [new JsonTypeError(node.kind, `${target} of type credentialprovider.DockerConfig`).message];
  }
  for (const { name, value } of node.members) entries.set(name, decodeKubeletEntry(document, value));
  return [];
}

function headerErrors(node: JsonNode): string[] {
  const field = 'Go struct field DockerConfigJSON.HttpHeaders';
  if (node.kind === 'null') return [];
  if (node.kind !== 'object') return [new JsonTypeError(node.kind, `${field} of type map[string]string`).message];
  return node.members
    .filter(({ value }) => value.kind !== 'string' && value.kind !== 'null')
    .map(({ value }) => new JsonTypeError(value.kind, `${field} of type string`).message);
}
