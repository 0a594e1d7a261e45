/** A whole payload as the kubelet decodes it (Go's json.Unmarshal into credentialprovider's types). */
import { type JsonDocument, memberOf, parseJson, typeErrorText } from '../go/json.ts';
import { type JsonNode, LARGE_TEXT, MemberCursor, nodeAt } from '../go/json-node.ts';
import { JsonSyntaxError, unquote } from '../go/json-scanner.ts';
import { encodeUtf8 } from '../go/utf8.ts';
import { readKubeletEntry } from './entry.ts';
import type { PullSecretType } from './secret.ts';
import { STEP_ENTRIES } from './steps.ts';

/** A failure at which the kubelet stops: it then uses no credential of the whole pod. */
export interface DecodeFailure {
  /** Go's text. */
  readonly error: string;
  /** The server of the entry at fault, undefined when the whole payload is at fault. */
  readonly server?: string;
}

export type Payload = {
  /** The value of each server. Of several with one name, the last. */
  readonly entries: ReadonlyMap<string, JsonNode>;
  /** How many more entries there are, where only the first ones were asked for. */
  readonly moreEntries: number;
} & (
  | { readonly document: JsonDocument; readonly failure: undefined }
  /** Without a document, the payload is not JSON. */
  | { readonly document: JsonDocument | undefined; readonly failure: DecodeFailure }
);

const FIELDS = ['auths', 'HttpHeaders'] as const;
const OPEN_BRACE = 0x7b;
const BACKSLASH = 0x5c;

/**
 * Decodes `bytes`, and yields after every few hundred entries. Keeps only the place of an entry, because there may be thousands,
 * and few are looked at. Entries above `limit` are only checked. Never throws: the failure is in the result, and so is everything
 * around it.
 */
export function* decodePayload(
  bytes: Uint8Array,
  type: PullSecretType,
  limit = Number.POSITIVE_INFINITY,
): Generator<void, Payload> {
  const document = parse(bytes);
  if (bytes.length >= LARGE_TEXT) yield;
  const found: Found = { entries: new Map<string, JsonNode>(), moreEntries: 0, limit };
  const { entries } = found;
  if ('error' in document) return { document: undefined, entries, moreEntries: 0, failure: document };
  const failures =
    type === 'kubernetes.io/dockercfg'
      ? yield* decodeMap(document, document.root, found, 'Go value')
      : yield* decodeConfig(document, found);
  return { document, entries, moreEntries: found.moreEntries, failure: firstOf(failures) };
}

interface Found {
  readonly entries: Map<string, JsonNode>;
  moreEntries: number;
  readonly limit: number;
  /** The numbers of the kept names ({@link sumOf}), set once `limit` names are kept. */
  sums?: ReadonlySet<number | undefined> | undefined;
}

/** Go continues after a value of the wrong type and reports the first one at the end, unless it has to stop at an entry. */
function firstOf(failures: readonly DecodeFailure[]): DecodeFailure | undefined {
  return failures.find(({ server }) => server !== undefined) ?? failures[0];
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
function* decodeConfig(document: JsonDocument, found: Found): Generator<void, DecodeFailure[]> {
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null') {
    return [wrongType(root, 'Go value of type credentialprovider.DockerConfigJSON')];
  }
  const failures: DecodeFailure[] = [];
  for (const { name, value } of root.members) {
    const field = memberOf(name, FIELDS);
    if (field === 'auths') {
      const here = yield* decodeMap(document, value, found, 'Go struct field DockerConfigJSON.auths');
      failures.push(...here.map(inAuths));
    } else if (field === 'HttpHeaders') failures.push(...headerFailures(value).slice(0, 1));
  }
  return failures;
}

/** encoding/json `addErrorContext`: the names of the outer struct and field come before those of the entry. */
function inAuths({ error, ...rest }: DecodeFailure): DecodeFailure {
  const text = error
    .replace(/Go struct field dockerConfigEntryWithAuth\./, 'Go struct field DockerConfigJSON.auths.')
    .replace(/Go value of type /, 'Go struct field DockerConfigJSON.auths of type ');
  return { ...rest, error: text };
}

/**
 * `DockerConfig`: adds the members of `node`. The last one of a name counts, and `null` empties the map. Returns the first
 * failure.
 */
function* decodeMap(
  document: JsonDocument,
  node: JsonNode,
  found: Found,
  target: string,
): Generator<void, DecodeFailure[]> {
  const { entries, limit } = found;
  if (node.kind === 'null') {
    entries.clear();
    found.sums = undefined;
    found.moreEntries = 0;
    return [];
  }
  if (node.kind !== 'object') return [wrongType(node, `${target} of type credentialprovider.DockerConfig`)];
  let failure: DecodeFailure | undefined;
  const cursor = new MemberCursor(document.bytes, node.start);
  for (let count = 1; cursor.next(); count += 1) {
    // A value of two bytes is `{}`, or it cannot be an entry.
    const isEmpty = cursor.valueEnd - cursor.valueStart <= 2 && document.bytes[cursor.valueStart] === OPEN_BRACE;
    if (count % STEP_ENTRIES === 0) yield;
    if (isEmpty && entries.size >= limit && isSurelyNew(document.bytes, cursor, found)) {
      found.moreEntries += 1;
      continue;
    }
    const name = unquote(document, cursor.nameStart, cursor.nameEnd);
    const isKept = entries.size < limit || entries.has(name);
    if (isKept || !isEmpty) {
      const value = nodeAt(document, cursor.valueStart, cursor.valueEnd);
      const login = readKubeletEntry(document, value);
      if ('error' in login) failure ??= { ...login, server: name };
      if (isKept) entries.set(name, value);
    }
    if (!isKept) found.moreEntries += 1;
  }
  return failure === undefined ? [] : [failure];
}

/** Whether the name at `cursor` is certainly not a kept one. That is so for most of 40,000, which need not be decoded. */
function isSurelyNew(bytes: Uint8Array, { nameStart, nameEnd }: MemberCursor, found: Found): boolean {
  found.sums ??= new Set([...found.entries.keys()].map((name) => sumOf(encodeUtf8(name))));
  const sum = sumOf(bytes, nameStart + 1, nameEnd - 1);
  return sum !== undefined && !found.sums.has(sum);
}

/** A number that is equal for equal names. Undefined unless the name is ASCII without escapes, which has one spelling. */
function sumOf(bytes: Uint8Array, start = 0, end = bytes.length): number | undefined {
  let sum = 0;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === BACKSLASH || byte >= 0x80) return undefined;
    sum = (Math.imul(sum, 31) + byte) | 0;
  }
  return sum;
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
