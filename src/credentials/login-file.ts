/** A file with logins that a person names. Its content tells what kind of file it is. */

import { foldName, type JsonDocument, type JsonNode, jsonString, parseJson } from '../codec/go/json.ts';
import { JsonSyntaxError } from '../codec/go/json-scanner.ts';
import { decodeUtf8, encodeUtf8 } from '../codec/go/utf8.ts';
import { UserError } from '../errors.ts';
import { type Command, command, kubectlPath, pathWord, words } from '../line/command.ts';
import { againWith, EMPTY_STDIN, type Hint, prose } from '../line/hint.ts';
import { displayServer } from '../secret/display-server.ts';
import {
  type AuthFields,
  checkAuths,
  DOCKER,
  type DockerConfig,
  DockerConfigError,
  decodeAuths,
  decodeDockerConfig,
  inGo,
} from '../secret/docker-config.ts';
import { TOKEN_USERNAME } from './helper-answer.ts';

/** What is wrong with a file, as text to follow its name, and a hint what to do. */
interface Problem {
  readonly reason: string;
  readonly hint?: Hint;
}

/**
 * The logins in `bytes`, checked as docker checks them. Throws UserError. `path` is the file they come from, or `-` for stdin.
 * `dryRun` is the flag of the command.
 */
export function decodeLoginFile(bytes: Uint8Array, path: string, dryRun?: Command): DockerConfig {
  const problem = textProblem(bytes, path);
  if (problem !== undefined) throw refusal(problem, path);
  const document = parse(bytes, path, dryRun);
  try {
    return recognise(document, path, dryRun);
  } catch (error) {
    if (!(error instanceof DockerConfigError)) throw error;
    const entry = error.server === undefined ? '' : ` in the entry ${displayServer(error.server)}`;
    throw refusal({ reason: `is not a docker config: ${error.message}${entry}` }, path);
  }
}

/** Whether `text` as a whole is a docker config, even one with broken entries. */
export function isDockerConfig(text: string): boolean {
  try {
    return isConfig(parseJson(encodeUtf8(text)).root);
  } catch {
    return false;
  }
}

function isConfig({ members }: JsonNode): boolean {
  return members.some(({ name }) => ['auths', 'credhelpers', 'credsstore'].includes(foldName(name)));
}

function recognise(document: JsonDocument, path: string, dryRun: Command | undefined): DockerConfig {
  const { bytes, root } = document;
  if (root.kind !== 'object') throw refusal({ reason: `holds a JSON ${root.kind}, not a docker config` }, path);
  if (root.members.length === 0 || isConfig(root)) {
    return decodeDockerConfig(bytes);
  }
  const answer = helperAnswer(document);
  if (answer !== undefined) return withAuths(answer);
  if (isMap(root)) {
    const auths = new Map<string, AuthFields>();
    inGo(() => decodeAuths(document, root, { shape: DOCKER, path: '', auths }));
    checkAuths(auths);
    return withAuths(auths);
  }
  throw refusal(otherKind(document, path, dryRun), path);
}

/** answer = { "ServerURL": server, "Username": user or TOKEN_USERNAME, "Secret": password or identity token } */
function helperAnswer(document: JsonDocument): ReadonlyMap<string, AuthFields> | undefined {
  const server = stringMember(document, 'ServerURL');
  const username = stringMember(document, 'Username');
  const secret = stringMember(document, 'Secret');
  if (server === undefined || username === undefined || secret === undefined) return undefined;
  return new Map([[server, username === TOKEN_USERNAME ? { identitytoken: secret } : { username, password: secret }]]);
}

function withAuths(auths: ReadonlyMap<string, AuthFields>): DockerConfig {
  return { auths, credHelpers: new Map() };
}

/** Whether a file is a legacy map: nothing but entries, of which one at least looks like a login. */
function isMap({ members }: JsonNode): boolean {
  const fields: readonly string[] = ['auth', 'username', 'identitytoken'];
  const isLogin = ({ value }: JsonNode['members'][number]): boolean =>
    value.members.some(({ name }) => fields.includes(foldName(name)));
  return members.every(({ value }) => ['object', 'null'].includes(value.kind)) && members.some(isLogin);
}

/** The byte order mark, for sed. */
const REMOVE_MARK = '1s/^\\xEF\\xBB\\xBF//';

function textProblem(bytes: Uint8Array, path: string): Problem | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return {
      reason: 'is UTF-16 text, and a docker config is UTF-8',
      hint: command`iconv -f UTF-16 -t UTF-8 ${pathWord(path)}`,
    };
  }
  if (bytes.includes(0))
    return { reason: 'is a binary file, not a docker config', hint: command`file ${pathWord(path)}` };
  if (first === 0xef && second === 0xbb) {
    return {
      reason: 'begins with a byte order mark, which docker does not accept',
      hint: command`sed -i ${REMOVE_MARK} ${pathWord(path)}`,
    };
  }
  if (/\S/.test(decodeUtf8(bytes))) return undefined;
  return path === '-' ? EMPTY_STDIN : { reason: 'is empty', hint: command`docker login` };
}

function parse(bytes: Uint8Array, path: string, dryRun: Command | undefined): JsonDocument {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const text = decodeUtf8(bytes);
    if (/^kind:\s*["']?Secret\b/m.test(text)) throw refusal(manifest('Secret', path, dryRun), path);
    // Shows no part of the file, not even the first character: it may be a password that was meant for another flag.
    if (!/^\s*[{[]/.test(text)) throw refusal({ reason: 'is not JSON' }, path);
    throw refusal({ reason: `is not JSON: ${error.message}`, hint: command`jq . ${pathWord(path)}` }, path);
  }
}

function otherKind(document: JsonDocument, path: string, dryRun: Command | undefined): Problem {
  const kind = stringMember(document, 'kind');
  if (kind !== undefined && stringMember(document, 'apiVersion') !== undefined) return manifest(kind, path, dryRun);
  if (stringMember(document, 'type') === 'service_account') {
    const hint = command`regsecret create --server REGISTRY --username _json_key --password-file ${pathWord(path)}`;
    return { reason: 'is the key of a Google service account', hint };
  }
  return { reason: 'is JSON without logins: it has neither auths nor credHelpers nor credsStore' };
}

function manifest(kind: string, path: string, dryRun: Command | undefined): Problem {
  const reason = `is a Kubernetes ${kind}, not a docker config`;
  return kind === 'Secret' ? { reason, hint: command`kubectl apply -f ${kubectlPath(path)} ${dryRun}` } : { reason };
}

function refusal({ reason, hint }: Problem, path: string): UserError {
  const isPiped = path === '-';
  return new UserError(`${isPiped ? 'stdin' : path} ${reason}`, hint ?? (isPiped ? PIPED_CONFIG : OWN_CONFIG));
}

/** The hint for what stdin must contain. */
export const PIPED_CONFIG = prose`pipe in a docker config: {"auths": {…}}`;

const OWN_FLAG = words`--from-file ${{ home: '.docker/config.json' }}`;
const OWN_CONFIG = againWith(OWN_FLAG);

function stringMember(document: JsonDocument, field: string): string | undefined {
  const member = document.root.members.findLast(({ name }) => foldName(name) === foldName(field));
  return member?.value.kind === 'string' ? jsonString(document, member.value) : undefined;
}
