/** What credential helpers print (github.com/docker/docker-credential-helpers client/client.go). */
import {
  foldName,
  type JsonDocument,
  type JsonNode,
  JsonTypeError,
  jsonString,
  parseFirstJson,
} from '../codec/go/json.ts';
import { JsonSyntaxError } from '../codec/go/json-scanner.ts';
import type { AuthConfig } from '../secret/docker-config.ts';

/** The output is not an answer. The message quotes nothing of it, because it may be a secret. */
export class HelperAnswerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'HelperAnswerError';
  }
}

/** The user name that marks the secret as an identity token (docker/cli credentials/native_store.go `tokenUsername`). */
export const TOKEN_USERNAME = '<token>';

/**
 * The answer to `get`. Undefined when user name and secret are both empty: docker-credential-pass 0.6.4 answers this way when it
 * knows no login. Throws {@link HelperAnswerError}.
 */
export function decodeHelperAnswer(bytes: Uint8Array): AuthConfig | undefined {
  const document = parse(bytes);
  if (document.root.kind !== 'object' && document.root.kind !== 'null') {
    throw wrongType(document.root, 'Go value of type credentials.Credentials');
  }
  // Not used, but Go refuses an answer in which it is no text.
  field(document, 'ServerURL');
  const username = field(document, 'Username');
  const secret = field(document, 'Secret');
  if (username === '' && secret === '') return undefined;
  if (username === TOKEN_USERNAME) return { username: '', password: '', identityToken: secret };
  return { username, password: secret };
}

/** The answer to `list`: the user name of each server. Throws {@link HelperAnswerError}. */
export function decodeHelperList(bytes: Uint8Array): ReadonlyMap<string, string> {
  const document = parse(bytes);
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null') throw wrongType(root, 'Go value of type map[string]string');
  return new Map(
    root.members.map(({ name, value }) => [name, stringOf(document, value, 'Go value of type string') ?? '']),
  );
}

function parse(bytes: Uint8Array): JsonDocument {
  try {
    const document = parseFirstJson(bytes);
    if (document === undefined) throw new HelperAnswerError('it printed nothing');
    return document;
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new HelperAnswerError('what it printed is not JSON');
    throw error;
  }
}

function field(document: JsonDocument, name: string): string {
  let text = '';
  for (const member of document.root.members) {
    if (foldName(member.name) !== foldName(name)) continue;
    text = stringOf(document, member.value, `Go struct field Credentials.${name} of type string`) ?? text;
  }
  return text;
}

function stringOf(document: JsonDocument, node: JsonNode, target: string): string | undefined {
  if (node.kind === 'string') return jsonString(document, node);
  if (node.kind === 'null') return undefined;
  throw wrongType(node, target);
}

function wrongType(node: JsonNode, target: string): HelperAnswerError {
  return new HelperAnswerError(new JsonTypeError(node.kind, target).message);
}
