/** A payload as text with positions in it, so that one entry can be changed while every other byte stays. */
import { type JsonDocument, membersFor, parseJson } from '../go/json.ts';
import type { JsonNode } from '../go/json-node.ts';
import { JsonSyntaxError } from '../go/json-scanner.ts';
import { encodeUtf8 } from '../go/utf8.ts';
import type { PullSecretType } from '../keyring/secret.ts';

/** The existing payload is not a docker config, so nothing in it can be changed. */
export class PayloadError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PayloadError';
  }
}

export interface PayloadEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The members of JSON objects that Go decodes into the map of servers, in order. */
export interface Servers {
  readonly document: JsonDocument;
  /** Every object that Go decodes into the map. */
  readonly maps: readonly JsonNode[];
  /** The one a new entry goes into; undefined when there is none yet. */
  readonly map: JsonNode | undefined;
  /** The value of each server that counts: the last one. */
  readonly values: ReadonlyMap<string, JsonNode>;
}

/** Reads the servers of a payload. Throws {@link PayloadError}. */
export function readServers(payload: Uint8Array, type: PullSecretType): Servers {
  const document = parse(payload);
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null')
    throw new PayloadError(`it is a JSON ${root.kind}, not an object`);
  // Go decodes into `auths` every member whose name differs only in case, one after the other into the same map.
  const nodes =
    type === 'kubernetes.io/dockercfg' ? [root] : membersFor(root, 'auths', ['auths']).map((member) => member.value);
  const values = new Map<string, JsonNode>();
  const maps: JsonNode[] = [];
  let map: JsonNode | undefined;
  for (const node of nodes) {
    if (node.kind === 'null') values.clear();
    else if (node.kind !== 'object') throw new PayloadError(`auths is a JSON ${node.kind}, not an object`);
    for (const { name, value } of node.members) values.set(name, value);
    if (node.kind === 'object') maps.push(node);
    map = node;
  }
  return { document, maps, map, values };
}

function parse(payload: Uint8Array): JsonDocument {
  try {
    return parseJson(payload);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new PayloadError(error.message);
    throw error;
  }
}

/** `bytes` with each of `edits`, which do not overlap. */
export function splice(bytes: Uint8Array, edits: readonly PayloadEdit[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(bytes.subarray(offset, start), encodeUtf8(text));
    offset = end;
  }
  return join([...parts, bytes.subarray(offset)]);
}

/** All of `parts`, one behind the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
