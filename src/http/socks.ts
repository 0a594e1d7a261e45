/** The way through a SOCKS 5 proxy (RFC 1928), with a login (RFC 1929). The messages are those of golang.org/x/net/internal/socks. */
import { once } from 'node:events';
import type { AgentOptions, ClientRequest } from 'node:http';
import { connect, isIP, isIPv4, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { NetworkError } from './network-error.ts';

/** Until the proxy has opened the way. */
const LIMIT_MS = 30_000;

const REPLIES = [
  'general SOCKS server failure',
  'connection not allowed by ruleset',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'TTL expired',
  'command not supported',
  'address type not supported',
];

/** An agent whose connections all go through one proxy. */
export class SocksAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  async connect(request: ClientRequest, target: AgentConnectOpts): Promise<Socket> {
    const socket = await openSocks(this.#proxy, { host: target.host ?? '', port: Number(target.port) });
    request.emit('proxy');
    const { host: _, port: __, path: ___, ...tls } = target as AgentConnectOpts & { path?: string };
    return target.secureEndpoint ? connectTls({ ...tls, socket }) : socket;
  }
}

export interface SocksTarget {
  /** A name or an address, IPv6 as in a URL but without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A connection to `target` through `proxy`, which looks up names. Throws NetworkError, or the errors of node:net. */
export async function openSocks(proxy: URL, target: SocksTarget, signal?: AbortSignal): Promise<Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(proxy.port) || 1080, ...(signal === undefined ? {} : { signal }) });
  socket.setTimeout(LIMIT_MS, () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
  try {
    await askFor(target, proxy, socket, readerOf(socket));
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket.setTimeout(0);
}

type Read = (length: number) => Promise<Buffer>;

async function askFor({ host, port }: SocksTarget, proxy: URL, socket: Socket, read: Read): Promise<void> {
  const login = [proxy.username, proxy.password].map((text) => Buffer.from(decodeURIComponent(text)));
  const hasLogin = login.some(({ length }) => length > 0);
  socket.write(Buffer.from(hasLogin ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await read(2);
  if (version !== 5) refuse('it does not speak SOCKS 5');
  if (method === 2 && hasLogin) {
    socket.write(Buffer.concat([Buffer.of(1), ...login.flatMap(withLength)]));
    if ((await read(2))[1] !== 0) refuse('username/password authentication failed');
  } else if (method !== 0) refuse('no acceptable authentication methods');
  socket.write(Buffer.concat([Buffer.of(5, 1, 0), ...addressOf(host), Buffer.of(port >> 8, port & 0xff)]));
  const [, reply = 0, , type] = await read(4);
  if (reply !== 0) refuse(REPLIES[reply - 1] ?? `unknown code: ${reply}`);
  // The address from which the proxy connects, and its port, tell us nothing.
  const [length = 0] = type === 3 ? await read(1) : [type === 1 ? 4 : 16];
  await read(length + 2);
}

function refuse(why: string): never {
  throw new NetworkError('proxy', 'SOCKS', false, why);
}

function addressOf(host: string): Buffer[] {
  if (isIPv4(host)) return [Buffer.of(1, ...host.split('.').map(Number))];
  return isIP(host) ? [Buffer.of(4), bytesOfIPv6(host)] : [Buffer.of(3), ...withLength(Buffer.from(host))];
}

function withLength(bytes: Buffer): Buffer[] {
  if (bytes.length > 255) refuse('a name or a password is too long for SOCKS');
  return [Buffer.of(bytes.length), bytes];
}

/** The 16 bytes of an address whose groups are all hexadecimal, as the URL parser writes them. */
function bytesOfIPv6(address: string): Buffer {
  const [head = [], tail = []] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** Reads exact numbers of bytes, and never one that belongs to the server behind the proxy. */
function readerOf(socket: Socket): Read {
  const ended = new Promise<never>((_, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
  ended.catch(() => undefined);
  return async (length) => {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      const part: Buffer | null = socket.read(Math.min(missing, socket.readableLength));
      if (part === null) {
        await Promise.race([ended, once(socket, 'readable')]);
        continue;
      }
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  };
}
