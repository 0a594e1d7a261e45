/** Credential plugins: a program that prints an ExecCredential (client-go plugin/pkg/client/auth/exec/exec.go). */

import { encodeBase64 } from '../codec/go/base64.ts';
import { escapeJson } from '../codec/go/json.ts';
import { byKey } from '../codec/go/utf8.ts';
import { webUrl } from '../codec/go/web-url.ts';
import { UserError } from '../errors.ts';
import { isBatchFile } from '../line/batch-file.ts';
import { clusterCommand } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { type ProgramEnd, runProgram } from '../system/child-process.ts';
import { errnoOf, systemReason } from '../system/errno.ts';
import type { Io, Output } from '../system/io.ts';
import { lookPath } from '../system/look-path.ts';
import { printable, printed } from '../text/printable.ts';
import { pem } from './config-file.ts';
import type { Connection } from './connection.ts';
import type { Authenticator, Credentials } from './credentials.ts';
import { FieldError, member, parseDocument, text } from './fields.ts';
import type { ExecConfig } from './kube-file.ts';
import { checkPluginPolicy } from './plugin-policy.ts';

/** More than any token and certificate need. */
const MAX_OUTPUT = 1024 * 1024;

/**
 * Runs the plugin when credentials are needed, and keeps them until they expire. Throws UserError for a protocol version that
 * kubectl does not support.
 */
export function createExecPlugin(exec: ExecConfig, connection: Connection, io: Io): Authenticator {
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(exec.apiVersion ?? '')) {
    throw new UserError(
      `exec plugin: invalid apiVersion "${exec.apiVersion}"`,
      clusterCommand`kubectl config view --minify`,
    );
  }
  let latest: Promise<ExecCredential> | undefined;

  /** Concurrent requests share one run of the plugin, which may be prompting the user. */
  async function get(isGood: (credential: ExecCredential) => boolean): Promise<ExecCredential> {
    const before = latest;
    if (before !== undefined) {
      const credential = await before;
      if (isGood(credential)) return credential;
    }
    if (latest === before) {
      latest = runPlugin(exec, connection, io);
      latest.catch(() => {
        latest = undefined;
      });
    }
    return latest ?? get(isGood);
  }

  return {
    current: async () => (await get(({ expires = Number.POSITIVE_INFINITY }) => io.clock.now() < expires)).credentials,
    renew: async (rejected) => !isSame((await get((latest) => latest.credentials !== rejected)).credentials, rejected),
  };
}

function isSame(one: Credentials, other: Credentials): boolean {
  return one.authorization === other.authorization && one.certificate === other.certificate && one.key === other.key;
}

/** As `refreshCredsLocked`: only an interactive plugin gets stdin, and its stderr goes to the user. */
async function runPlugin(exec: ExecConfig, connection: Connection, io: Io): Promise<ExecCredential> {
  const { command = '' } = exec;
  const interactive = isInteractive(exec, io);
  await checkPluginPolicy(command, io);
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  // A path to a file that is not a program is started anyway, because the system then says why it cannot run. For a batch file,
  // cmd.exe would say so instead.
  const isPath = command.includes('/') && !isBatchFile(command);
  const program = lookPath(command, io.env) ?? (isPath ? command : undefined);
  if (program === undefined) throw missing(exec);
  const said = lineWriter(io.stderr);
  const run = {
    path: program,
    args: exec.args,
    env: { ...io.env, ...own, KUBERNETES_EXEC_INFO: await execInfo(exec, connection, interactive, io.signal) },
    // An interactive plugin writes to the terminal itself. The stderr of any other plugin is shown as text.
    stdin: interactive ? ('inherit' as const) : ('ignore' as const),
    stderr: interactive && io.stderr.isTTY ? ('inherit' as const) : said.add,
    stdoutLimit: MAX_OUTPUT,
    timeoutMs: connection.timeoutMs > 0 ? connection.timeoutMs : undefined,
  };
  const { end, stdout } = await runProgram(run, io.signal).finally(said.end);
  const problem = problemOf(end, exec);
  if (problem !== undefined) throw problem;
  try {
    return await readExecCredential(Buffer.from(stdout).toString('utf8'), exec);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`getting credentials: ${(error as Error).message}`, clusterCommand`kubectl auth whoami`);
  }
}

interface LineWriter {
  add(text: string): void;
  end(): void;
}

/** Writes whole lines only, because the filter for GitHub's runner has to see how a line begins (`forRunner` in io.ts). */
function lineWriter(output: Output): LineWriter {
  let open = '';
  const write = (line: string): void => output.write(printed`${printable(line.replace(/\r$/, ''))}\n`);
  return {
    add(text) {
      const [last = '', ...lines] = `${open}${text}`.split('\n').reverse();
      open = last;
      for (const line of lines.reverse()) write(line);
    },
    end() {
      if (open !== '') write(open);
    },
  };
}

/** The error to report; undefined when the plugin exited with 0. */
function problemOf(end: ProgramEnd, exec: ExecConfig): UserError | undefined {
  if (end.how === 'exited' && end.code === 0) return undefined;
  if (end.how === 'not started' && errnoOf(end.error) === 'ENOENT') return missing(exec);
  const reason =
    end.how === 'not started'
      ? `exec: ${nameOf(exec)}: ${systemReason(end.error)}`
      : `exec: executable ${nameOf(exec)} ${howItEnded(end)}`;
  return new UserError(`getting credentials: ${reason}`, clusterCommand`kubectl auth whoami`);
}

function howItEnded(end: Exclude<ProgramEnd, { how: 'not started' }>): string {
  switch (end.how) {
    case 'exited':
      return `failed with exit code ${end.code}`;
    case 'killed':
      return `was ended by ${end.signal}`;
    case 'too late':
      return 'did not end in time';
    case 'too much output':
      return 'printed more than 1 MiB';
  }
}

/** `isInteractive` */
function isInteractive(exec: ExecConfig, io: Io): boolean {
  if (exec.interactiveMode === 'Never') return false;
  if (exec.interactiveMode === 'IfAvailable' || io.stdin.isTTY) return io.stdin.isTTY;
  throw new UserError(
    'getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal',
    prose`run the command on a terminal`,
  );
}

/** `wrapCmdRunErrorLocked` */
function missing(exec: ExecConfig): UserError {
  const hint = (exec.installHint ?? '').replace(/\s+/g, ' ').trim().slice(0, 500);
  const message = `getting credentials: exec: executable ${nameOf(exec)} not found`;
  return new UserError(message, prose`${hint || `install ${nameOf(exec)}, or put it in PATH`}`);
}

function nameOf(exec: ExecConfig): string {
  return exec.command ?? '';
}

export interface ExecCredential {
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly expires?: number | undefined;
}

/** An apiVersion of ExecCredential. */
const VERSION = /^client\.authentication\.k8s\.io\/v\d{1,3}((alpha|beta)\d{1,3})?$/;

/** The content of KUBERNETES_EXEC_INFO, byte for byte as kubectl writes it. */
export async function execInfo(
  exec: ExecConfig,
  connection: Connection,
  interactive: boolean,
  signal: AbortSignal,
): Promise<string> {
  const cluster = exec.provideClusterInfo ? { cluster: await clusterInfo(connection, signal) } : {};
  const info = { kind: 'ExecCredential', apiVersion: exec.apiVersion, spec: { ...cluster, interactive } };
  return `${escapeJson(JSON.stringify(info))}\n`;
}

/** As client-go rest/exec.go `ConfigToExecCluster`. Empty fields are left out. */
async function clusterInfo({ cluster }: Connection, signal: AbortSignal): Promise<object> {
  const ca = cluster.certificateAuthorityData ?? (await pem(undefined, cluster.certificateAuthority, signal));
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.insecureSkipTlsVerify || undefined,
    'certificate-authority-data': ca === undefined ? undefined : encodeBase64(Buffer.from(ca)),
    'proxy-url': cluster.proxyUrl && webUrl(cluster.proxyUrl)?.text,
    'disable-compression': cluster.disableCompression || undefined,
    config: sorted(cluster.execConfig ?? null),
  };
}

/** Go writes the keys of a map in sorted order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(byKey);
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}

/** Reads the credentials from the plugin's output. Throws an Error in kubectl's words, which never quotes the output. */
export async function readExecCredential(output: string, exec: ExecConfig): Promise<ExecCredential> {
  const document = { value: await parse(output), path: '' };
  const apiVersion = text(document, 'apiVersion');
  if (text(document, 'kind') !== 'ExecCredential') throw new FieldError('decoding stdout: not an ExecCredential');
  if (apiVersion !== exec.apiVersion) {
    // A value that is not a version could be a token printed in the wrong field, so it is not quoted.
    const returned = VERSION.test(apiVersion ?? '') ? `version ${apiVersion}` : 'another version';
    throw new FieldError(
      `exec plugin is configured to use API version ${exec.apiVersion}, plugin returned ${returned}`,
    );
  }
  const status = member(document, 'status');
  if (status.value === undefined) throw new FieldError("exec plugin didn't return a status field");
  const token = text(status, 'token');
  const certificate = text(status, 'clientCertificateData');
  const key = text(status, 'clientKeyData');
  if (!token && !certificate && !key) throw new FieldError("exec plugin didn't return a token or cert/key pair");
  if (!certificate !== !key) throw new FieldError('exec plugin returned only certificate or key, not both');
  const expiration = text(status, 'expirationTimestamp');
  const expires = expiration === undefined ? undefined : Date.parse(expiration);
  if (Number.isNaN(expires)) throw new FieldError('decoding stdout: expirationTimestamp is not a time');
  return { credentials: { authorization: token && `Bearer ${token}`, certificate, key }, expires };
}

async function parse(output: string): Promise<unknown> {
  try {
    return await parseDocument(output);
  } catch {
    // The parser's message may quote a token, so it is not passed on.
    throw new FieldError('decoding stdout: neither JSON nor YAML');
  }
}
