/**
 * Plays well-known registries as public code and tests have recorded them (challenges, refusals, peculiarities). A proxy on this
 * machine sends every host name to one TLS server.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { waitFor } from '../environment/condition.ts';

export interface RecordedRegistry {
  readonly host: string;
  /** The WWW-Authenticate header of `/v2/`. */
  readonly challenge: string;
  /** The token server; undefined for Basic. */
  readonly token?: {
    /** Host and path. */
    readonly at: string;
    /** Status for a wrong login. */
    readonly refusal: number;
    /** Status without a login. */
    readonly anonymous: number;
    /** Status for any POST. */
    readonly post: number;
  };
  readonly user: string;
  readonly password: string;
  /** Whether a token or login without access to a manifest is refused without a challenge. */
  readonly mute?: true;
}

export interface World {
  /** The environment that a client needs to reach this world. */
  readonly env: Readonly<Record<string, string>>;
  /** The certificate of the authority as PEM. */
  readonly authority: string;
  readonly requests: readonly WorldRequest[];
  /** Waits until the server has no connection. A client that closes may leave a request on its way, which is recorded later. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldRequest {
  readonly method: string;
  /** `HOST/PATH?QUERY`. */
  readonly target: string;
  readonly authorization: string | undefined;
}

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** The one private image of each registry. */
export const PRIVATE = 'acme/private';

export async function startWorld(registries: readonly RecordedRegistry[]): Promise<World> {
  const authority = createAuthority('a test of the world');
  const names = registries.flatMap(({ host, token }) => [host, ...(token === undefined ? [] : [hostOf(token.at)])]);
  const { certificate, key } = issueCertificate(authority, { commonName: 'world' }, [...new Set(names)]);
  const requests: WorldRequest[] = [];
  const server = createServer({ cert: certificate, key }, async (incoming, answer) => {
    await text(incoming);
    const { method = '', url = '', headers } = incoming;
    const target = `${headers.host}${url}`;
    requests.push({ method, target, authorization: headers.authorization });
    serve(registries, target, incoming, answer);
  });
  const sockets = new Set<Socket>();
  const proxy = createHttpServer();
  proxy.on('connect', (_incoming: IncomingMessage, socket: Socket) => {
    const inner = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      inner.pipe(socket);
      socket.pipe(inner);
    });
    for (const one of [socket, inner]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
    }
  });
  await Promise.all([server, proxy].map((one) => new Promise<void>((done) => one.listen(0, '127.0.0.1', done))));
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
    authority: authority.certificate,
    requests,
    async settled() {
      const count = (): Promise<number> =>
        new Promise((resolve) => server.getConnections((_, connections) => resolve(connections)));
      await waitFor(async () => (await count()) === 0, { what: 'the connections to be closed', everyMs: 2 });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await Promise.all([server, proxy].map((one) => new Promise((done) => one.close(done))));
    },
  };
}

function serve(
  registries: readonly RecordedRegistry[],
  target: string,
  { method, headers }: IncomingMessage,
  answer: ServerResponse,
): void {
  const path = target.replace(/\?.*$/, '');
  const issuer = registries.find(({ token }) => token?.at === path);
  if (issuer?.token !== undefined) {
    serveToken(issuer, method ?? '', headers.authorization, answer);
    return;
  }
  const registry = registries.find(({ host }) => target.startsWith(`${host}/v2/`));
  if (registry === undefined) return void answer.writeHead(404).end();
  const isPing = path === `${registry.host}/v2/`;
  if (mayEnter(registry, isPing, headers.authorization)) {
    return void answer.writeHead(200, isPing ? {} : { 'content-type': OCI_MANIFEST }).end();
  }
  const isMute = registry.mute && !isPing && headers.authorization !== undefined;
  answer.writeHead(401, isMute ? {} : { 'www-authenticate': registry.challenge }).end();
}

function serveToken(
  { token, user, password }: RecordedRegistry,
  method: string,
  authorization: string | undefined,
  answer: ServerResponse,
): void {
  if (token === undefined) return;
  if (method === 'POST') return void answer.writeHead(token.post).end();
  const status =
    authorization === undefined ? token.anonymous : authorization === basic(user, password) ? 200 : token.refusal;
  const name = authorization === undefined ? 'anonymous' : 'personal';
  answer.writeHead(status).end(status === 200 ? JSON.stringify({ token: name }) : '{"errors":[{"code":"DENIED"}]}');
}

function mayEnter(
  { token, user, password }: RecordedRegistry,
  isPing: boolean,
  authorization: string | undefined,
): boolean {
  if (token === undefined) return authorization === basic(user, password);
  return authorization === 'Bearer personal' || (isPing && authorization === 'Bearer anonymous');
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function hostOf(place: string): string {
  return place.slice(0, place.indexOf('/'));
}
