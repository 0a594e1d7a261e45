/**
 * Credential helpers: programs called docker-credential-SUFFIX that keep logins for docker and podman
 * (github.com/docker/docker-credential-helpers client/client.go).
 */
import { decodeUtf8 } from '../codec/go/utf8.ts';
import { UserError } from '../errors.ts';
import { command, words } from '../line/command.ts';
import { againWith, prose } from '../line/hint.ts';
import { bareServer, displayServer } from '../secret/display-server.ts';
import type { AuthConfig } from '../secret/docker-config.ts';
import { runProgram } from '../system/child-process.ts';
import { errnoOf } from '../system/errno.ts';
import type { Io } from '../system/io.ts';
import { lookPath } from '../system/look-path.ts';
import { decodeHelperAnswer, decodeHelperList, HelperAnswerError } from './helper-answer.ts';

const PREFIX = 'docker-credential-';
/** The texts on stdout by which a helper names the kind of failure (credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain';
const INVALID = ['no credentials server URL', 'no credentials username'];

/** The helper as errors and sources name it. */
export function helperPhrase(suffix: string): string {
  return `credential helper "${suffix}"`;
}

/** The login that the helper keeps for `server`, undefined when it keeps none (client.go `Get`). Throws UserError. */
export async function getFromHelper(
  suffix: string,
  server: string,
  io: Io,
  timeout = helperTimeout(io),
): Promise<AuthConfig | undefined> {
  const run = await call(suffix, { action: 'get', input: server, timeout, verb: 'getting' }, io);
  return run === undefined ? undefined : answer(suffix, () => decodeHelperAnswer(run.stdout));
}

/** The servers that the helper keeps logins for, each with its user name (client.go `List`). Throws UserError. */
export async function listHelper(
  suffix: string,
  io: Io,
  timeout = helperTimeout(io),
): Promise<ReadonlyMap<string, string>> {
  const run = await call(suffix, { action: 'list', input: 'unused', timeout, verb: 'listing' }, io);
  return run === undefined ? new Map() : answer(suffix, () => decodeHelperList(run.stdout));
}

/** The name of the helper program, whether the program exists or not. */
export function helperProgram(suffix: string): string {
  return PREFIX + suffix;
}

interface Call {
  readonly action: 'get' | 'list';
  readonly input: string;
  readonly timeout: number;
  readonly verb: 'getting' | 'listing';
}

/** A successful run; undefined when the helper has no such login. Throws UserError. */
async function call(suffix: string, request: Call, io: Io): Promise<HelperRun | undefined> {
  const name = helperProgram(suffix);
  // docker runs whatever a suffix such as `../../tmp/x` leads to. This does not, because the config file may be somebody else's.
  if (!/^[A-Za-z0-9._-]+$/.test(suffix)) {
    throw new UserError(`${helperPhrase(suffix)}: that is no name of a program`);
  }
  const path = lookPath(name, io.env);
  if (path === undefined) {
    const registry = request.action === 'get' ? bareServer(request.input) : 'REGISTRY';
    const given = againWith(words`--server ${registry} --username USER --password-stdin`);
    throw new UserError(`the docker config uses ${name}, which is not in PATH`, prose`give a login: ${given}`);
  }
  const run = await runHelper({ path, name }, request, io);
  if (run.failure === undefined) return run;
  const out = decodeUtf8(run.stdout).trim();
  if (request.action === 'get' && out === NOT_FOUND) return undefined;
  const failure = INVALID.includes(out) ? out : run.failure;
  throw new UserError(failureText(suffix, request, { failure, out, stderr: run.stderr }), command`${name} list`);
}

/** docker's words for the failure, with the helper and the server added. */
function failureText(
  suffix: string,
  { action, input, verb }: Call,
  { failure, out = '', stderr = '' }: { failure: string; out?: string; stderr?: string },
): string {
  const about = action === 'get' ? ` for ${displayServer(input)}` : '';
  const text = `error ${verb} credentials - err: ${failure}, out: \`${oneLine(out)}\``;
  // docker lets the helper write to the terminal. Without a terminal, and with nothing on stdout, stderr is all there is to see.
  const said = out === '' && stderr.trim() !== '' ? ` (${oneLine(stderr)})` : '';
  return `${helperPhrase(suffix)}${about}: ${text}${said}`;
}

function answer<T>(suffix: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof HelperAnswerError)) throw error;
    throw new UserError(`${helperPhrase(suffix)}: ${error.message}`, command`${helperProgram(suffix)} list`);
  }
}

/** The output of a failed helper, as shown to the user. Output that may be an answer is not shown, because it holds a secret. */
function oneLine(text: string): string {
  if (/[{}"]|secret/i.test(text)) return '(not shown: it may hold the password)';
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

interface HelperRun {
  readonly stdout: Uint8Array;
  /** The helper's messages; empty when the user has seen them on the terminal. */
  readonly stderr: string;
  /** How the helper ended, in Go's words; undefined when it succeeded (os `ProcessState.String`). */
  readonly failure: string | undefined;
}

/** Larger than any answer: enough for a list of 40,000 servers. */
const STDOUT_LIMIT = 4 * 1024 * 1024;

/**
 * The time limit in milliseconds. A helper may wait for the user: pass for the passphrase of a key, a keychain for a click. On a
 * terminal, the user can see what it waits for, and press Ctrl-C. Elsewhere only a window could ask, and a pipeline should not
 * hang.
 */
export function helperTimeout(io: Io): number {
  return io.stdin.isTTY || io.stderr.isTTY ? 300_000 : 60_000;
}

/**
 * Runs the program at `path`, with `name` as its argv[0], one argument and `input` on stdin. Throws UserError when it does not
 * end within `timeout` milliseconds or prints too much, and the reason of the signal when that is aborted. The helper is killed
 * in each case.
 */
async function runHelper(
  { path, name }: { readonly path: string; readonly name: string },
  { action, input, timeout }: { readonly action: string; readonly input: string; readonly timeout: number },
  io: Io,
): Promise<HelperRun> {
  io.listen();
  let stderr = '';
  const run = {
    path,
    args: [action],
    name,
    env: io.env,
    stdin: { text: input },
    // A helper that tells the user something (`touch your key`) does so on the terminal.
    stderr: io.stderr.isTTY
      ? ('inherit' as const)
      : (text: string) => {
          stderr += text;
        },
    stdoutLimit: STDOUT_LIMIT,
    timeoutMs: timeout,
  };
  const { end, stdout } = await runProgram(run, io.signal);
  const broken = (reason: string): UserError => new UserError(`${name} ${action}: ${reason}`, command`${name} list`);
  switch (end.how) {
    case 'exited':
      return { stdout, stderr, failure: end.code === 0 ? undefined : `exit status ${end.code}` };
    case 'killed':
      return { stdout, stderr, failure: `signal: ${end.signal}` };
    case 'not started':
      return { stdout, stderr, failure: `fork/exec ${path}: ${errnoOf(end.error) ?? end.error.name}` };
    case 'too late':
      throw broken(`no answer in ${timeout / 1000} s`);
    case 'too much output':
      throw broken(`more than ${STDOUT_LIMIT} bytes of output`);
  }
}
