/** Checks what registries and token servers answer. The only file here that uses zod. */
import * as z from 'zod/mini';
import { type JsonDocument, type JsonNode, jsonString, memberOf, parseFirstJson } from '../codec/go/json.ts';
import { JsonSyntaxError } from '../codec/go/json-scanner.ts';

/** The form of distribution docs/content/spec/api.md, "Errors". */
const ErrorAnswer = z.object({ errors: z.array(z.object({ code: z.catch(z.string(), '') })) });

/** The fields of the two structs (containerd core/remotes/docker/auth/fetch.go). All other members are ignored. */
const FIELDS = {
  GET: ['token', 'access_token', 'refresh_token', 'expires_in', 'issued_at'],
  POST: ['access_token', 'refresh_token', 'expires_in', 'issued_at', 'scope'],
} as const;

/** The token, or why an answer that is readable JSON holds none. */
export type TokenAnswer = { readonly token: string } | { readonly problem: 'no token' | 'wrong type' };

/**
 * The token in an answer to `method`: `access_token`, or after a GET also `token` (containerd core/remotes/docker/auth/fetch.go
 * `FetchToken`, `FetchTokenWithOAuth`). A field of a wrong type makes the whole answer invalid.
 */
export function tokenIn(body: Uint8Array, method: 'GET' | 'POST'): TokenAnswer {
  const document = firstJson(body);
  if (document === undefined || document.root.kind === 'null') return { problem: 'no token' };
  if (document.root.kind !== 'object') return { problem: 'wrong type' };
  const texts = new Map<string, string>();
  for (const { name, value } of document.root.members) {
    const field = memberOf(name, FIELDS[method]);
    if (field === undefined || value.kind === 'null') continue;
    if (!isOfType(field, value, document)) return { problem: 'wrong type' };
    if (value.kind === 'string') texts.set(field, jsonString(document, value));
  }
  const token = texts.get('access_token') || texts.get('token') || '';
  // The token goes into a header line, so it may hold no control characters.
  return token === '' || /[\0-\x08\n-\x1f\x7f]/.test(token) ? { problem: 'no token' } : { token };
}

function isOfType(field: string, node: JsonNode, document: JsonDocument): boolean {
  if (field === 'expires_in') return node.kind === 'number' && /^-?\d{1,18}$/.test(sourceOf(document, node));
  if (node.kind !== 'string') return false;
  return field !== 'issued_at' || isTime(jsonString(document, node));
}

/** Whether a time is in RFC 3339, as Go's `time.Time` reads it. */
function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

function sourceOf({ bytes }: JsonDocument, { start, end }: JsonNode): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}

function firstJson(body: Uint8Array): JsonDocument | undefined {
  try {
    return parseFirstJson(body);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** The codes of the errors in an answer; none when it has another form. */
export function errorCodes(body: Uint8Array): string[] {
  const answer = ErrorAnswer.safeParse(json(body));
  return answer.success ? answer.data.errors.map(({ code }) => code) : [];
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
