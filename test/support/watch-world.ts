/** Runs `sync --watch` as a process, behind a server that breaks its watches of the API server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { dirname } from 'node:path';
import { issueCertificate, readAuthority } from '../environment/certificate.ts';
import { atFileEnd } from '../environment/file-end.ts';
import { cluster, waitFor } from '../environment/use.ts';
import { holdsCanary } from './canary.ts';
import { artefact } from './program.ts';

export interface RunningWatch {
  readonly stdout: string;
  readonly stderr: string;
  /** Waits until `text` has been printed, on either stream. */
  says(text: string | RegExp): Promise<void>;
  /** Sends a signal, and returns the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** The exit code of a process that ends by itself. */
  readonly ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();
atFileEnd(() => {
  for (const child of running) child.kill('SIGKILL');
});

interface WatchOptions {
  readonly kubeconfig?: string;
  readonly env?: Record<string, string>;
}

/** Starts `sync --watch` with the source in `home`, and returns after its first complete pass. */
export async function startWatch(
  home: string,
  args: readonly string[],
  options: WatchOptions = {},
): Promise<RunningWatch> {
  const watch = beginWatch(home, args, options);
  await Promise.race([
    watch.says(/^\d+ namespaces?: /m),
    watch.ended.then((code) => {
      throw new Error(`it ended with ${code}: ${watch.stderr}`);
    }),
  ]);
  return watch;
}

/** Starts `sync --watch` with the source in `home`. */
export function beginWatch(
  home: string,
  args: readonly string[],
  { kubeconfig = cluster().kubeconfig, env = {} }: WatchOptions = {},
): RunningWatch {
  const [command, ...first] = artefact();
  const child = spawn(command, [...first, 'sync', '--watch', '-n', home, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      if (holdsCanary(stdout + stderr)) throw new Error('a secret is printed');
      resolve(code);
    });
  });
  return {
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    async says(text) {
      const isSaid = (): boolean => {
        const all = stdout + stderr;
        return typeof text === 'string' ? all.includes(text) : text.test(all);
      };
      await waitFor(isSaid, { what: `${text}`, deadlineMs: 45_000 }).catch((error: unknown) => {
        throw new Error(`${error}; it said\n${stdout}\n${stderr}`);
      });
    },
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

/** The fault of one watch; undefined forwards it. */
export type WatchFault =
  | undefined
  /** Answers with an event that the version is too old. */
  | 'expired event'
  /** Refuses the watch because its version is too old. */
  | 'expired'
  /** Cuts the connection after half an event. */
  | 'half'
  /** Opens the watch and never sends an event. */
  | 'silent'
  /** Refuses the watch as forbidden. */
  | 'forbidden';

/** The answer of a watch's status server to a request for `path`. */
export async function askWatch(port: number, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: await response.text() };
}

/** A port on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

export interface WatchProxy {
  readonly server: string;
  /** The paths of all requests. */
  readonly requests: readonly string[];
  /** The fault of watches that begin from now on, by plural. Assigning it leaves open watches alone; `cut` closes them. */
  faults: (plural: string) => WatchFault;
  /** Promises to wait for before a request is forwarded, and before its answer is. */
  hold: (method: string, url: string) => Partial<Record<'request' | 'answer', Promise<void>>>;
  /** Whether a client is authenticated. Others get 401. */
  knows: (authorization: string | undefined) => boolean;
  /** Whether every connection is cut, as if the server were gone. */
  isAway: boolean;
  /** Closes all open connections. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a proxy that streams requests to the API server as the cluster's administrator, and streams the answers back. */
export async function startWatchProxy(): Promise<WatchProxy> {
  const { caFile, caKeyFile, admin, server: target } = cluster();
  const authority = readAuthority({ certFile: caFile, keyFile: caKeyFile });
  const files = issueCertificate(authority, { commonName: 'watch-proxy' }, ['127.0.0.1']);
  const [ca, cert, key] = [caFile, admin.certFile, admin.keyFile].map((file) => readFileSync(file));
  const agent = new Agent({ keepAlive: true, ca, cert, key });
  const requests: string[] = [];
  const server = createServer({ cert: files.certificate, key: files.key }, (incoming, answer) => {
    if (proxy.isAway) return void incoming.socket.destroy();
    const { url = '', method = '' } = incoming;
    requests.push(`${method} ${url}`);
    if (!proxy.knows(incoming.headers.authorization)) {
      return void answer.writeHead(401, JSON_TYPE).end(JSON.stringify(status(401, 'Unauthorized')));
    }
    const isWatch = url.includes('watch=true');
    const fault = isWatch ? proxy.faults(/\/(\w+)\?/.exec(url)?.[1] ?? '') : undefined;
    if (fault !== undefined) return breakOff(fault, answer);
    const held = proxy.hold(method, url);
    const go = () => pass(incoming, answer, new URL(url, target), agent, held.answer);
    if (held.request === undefined) go();
    else held.request.then(go);
  });
  const proxy: WatchProxy = {
    server: '',
    requests,
    faults: () => undefined,
    hold: () => ({}),
    knows: () => true,
    isAway: false,
    cut: () => server.closeAllConnections(),
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(proxy, { server: `https://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function pass(
  incoming: IncomingMessage,
  answer: ServerResponse,
  url: URL,
  agent: Agent,
  held: Promise<void> | undefined,
): void {
  // Requests are forwarded with the administrator's certificate, so their own authorization is dropped.
  const { method, headers: given } = incoming;
  const { authorization: _, ...headers } = given;
  const outgoing = request(url, { method, headers: { ...headers, host: url.host }, agent }, async (response) => {
    await held;
    answer.writeHead(response.statusCode ?? 0, response.headers);
    answer.flushHeaders();
    response.pipe(answer);
    response.on('error', () => answer.destroy());
  });
  outgoing.on('error', () => answer.destroy());
  answer.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

const JSON_TYPE = { 'content-type': 'application/json' };

function status(code: number, reason: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: `made up: ${reason}`, code };
}

function breakOff(fault: NonNullable<WatchFault>, answer: ServerResponse): void {
  switch (fault) {
    case 'expired':
      return void answer.writeHead(410, JSON_TYPE).end(JSON.stringify(status(410, 'Expired')));
    case 'forbidden':
      return void answer.writeHead(403, JSON_TYPE).end(JSON.stringify(status(403, 'Forbidden')));
    case 'expired event':
      return void answer
        .writeHead(200, JSON_TYPE)
        .end(`${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired') })}\n`);
    case 'half':
      answer.writeHead(200, JSON_TYPE);
      return void answer.write('{"type":"ADDED","object":{"metada', () => answer.destroy());
    case 'silent':
      answer.writeHead(200, JSON_TYPE);
      answer.flushHeaders();
  }
}
