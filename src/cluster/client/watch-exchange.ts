/** The request of a watch and the beginning of its answer, in either version of HTTP, over a socket that is open. */
import { request } from 'node:http';
import { connect } from 'node:http2';
import type { Readable } from 'node:stream';
import { asBytes } from '../../http/http-client.ts';
import type { Opened } from '../../http/socket.ts';

export interface WatchGet {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export interface WatchExchange {
  /** Aborted when it is over, by whomever. */
  readonly signal: AbortSignal;
  /** `headers` has names and values by turns. */
  readonly answered: (status: number, headers: readonly string[], body: Readable) => void;
  /** May be called more than once, and after the end. */
  readonly fail: (error: Error) => void;
}

/** An answer to a PING is awaited for as long as it is until the next one, so a dead connection is given up after twice this time. */
const PING_MS = 10_000;

/** After that long, a connection is given up that does not answer to PINGs. */
export const DEAD_AFTER_S = (2 * PING_MS) / 1000;

/** The code of the error for such a connection. */
export const UNANSWERED = 'EPINGUNANSWERED';

/** What both ends close too early. */
const cut = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });

/** Without signs of life. */
export function overHttp1(get: WatchGet, { socket, target }: Opened, { signal, answered, fail }: WatchExchange): void {
  const { host } = new URL(get.origin);
  const { path, headers } = target;
  const outgoing = request({
    path,
    headers: asBytes({ host, ...(headers as object), ...get.headers }),
    createConnection: () => socket,
  });
  signal.addEventListener('abort', () => outgoing.destroy(), { once: true });
  outgoing.on('error', fail);
  outgoing.once('close', () => fail(cut()));
  outgoing.once('response', (incoming) => {
    incoming.on('error', fail);
    answered(incoming.statusCode ?? 0, incoming.rawHeaders, incoming);
  });
  outgoing.end();
}

/** With a PING every ten seconds. */
export function overHttp2(get: WatchGet, { socket }: Opened, { signal, answered, fail }: WatchExchange): void {
  const session = connect(get.origin, { createConnection: () => socket, settings: { enablePush: false } });
  let isAwaited = false;
  const pings = setInterval(() => {
    if (session.destroyed) return;
    if (isAwaited) return fail(Object.assign(new Error('a PING was not answered'), { code: UNANSWERED }));
    isAwaited = true;
    session.ping(() => {
      isAwaited = false;
    });
  }, PING_MS).unref();
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(pings);
      session.destroy();
    },
    { once: true },
  );
  session.on('error', fail);
  const stream = session.request({ ':path': get.path, ...asBytes(get.headers) }, { endStream: true });
  stream.on('error', fail);
  stream.once('close', () => fail(cut()));
  stream.once('response', ({ ':status': status = 0, ...headers }) => {
    const lines = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one]));
    answered(status, lines.flat(), stream);
  });
}
