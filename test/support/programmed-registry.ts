/**
 * One server that plays every programmed registry and token server. Each client gets its own host name, so that requests are
 * counted per client.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { mayPull, type Request, serveToken } from './programmed-tokens.ts';
import { DIGEST, IMAGE, MANIFEST, type Place, type RegistryProgram } from './registry-program.ts';

export interface ProgrammedRegistries {
  /** The host that images of `program` begin with, unique to one client. */
  host(program: RegistryProgram): string;
  /** The requests for that host so far. */
  seen(host: string): Seen;
  /** The certificate of the authority as PEM. */
  readonly authority: string;
  readonly ports: { readonly http: number; readonly https: number };
  close(): void;
}

export interface Seen {
  /** `METHOD PATH`, followed by ` password` or ` token` for an authorized request. */
  readonly requests: string[];
  /** The number of requests with a password, in whatever form. */
  passwords: number;
}

interface Client extends Seen {
  readonly program: RegistryProgram;
  readonly host: string;
  /** The number of `first` answers that each place has given. */
  readonly given: Map<string, number>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

/** A domain below `example`, which the test proxy resolves to this machine. */
const DOMAIN = 'r.example';

export async function startProgrammedRegistries(): Promise<ProgrammedRegistries> {
  const authority = createAuthority('a programmed registry');
  const { certificate, key } = issueCertificate(authority, { commonName: 'registry' }, [`*.${DOMAIN}`]);
  const clients = new Map<string, Client>();
  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = (incoming.headers.host ?? '').replace(/^(auth|other)-/, '').split('.', 1)[0] ?? '';
    const client = clients.get(name);
    const answer = client && answerTo(client, await requestOf(incoming));
    if (answer === undefined) return void incoming.socket.destroy();
    const body = answer.body ?? '';
    const headers = { 'content-length': `${Buffer.byteLength(body)}`, ...answer.headers };
    response.writeHead(answer.status, headers).end(incoming.method === 'HEAD' ? '' : body);
  };
  const plain = createHttpServer(listener);
  const secure = createServer({ cert: certificate, key }, listener);
  for (const server of [plain, secure]) {
    server.on('clientError', (_error, socket) => socket.destroy());
    // With the default, the server on a busy machine would close connections just as they are reused.
    server.keepAliveTimeout = 600_000;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  }
  const [http = 0, https = 0] = [plain, secure].map((server) => (server.address() as AddressInfo).port);
  return {
    host(program) {
      const name = `c${clients.size}`;
      const host = program.tls ? `${name}.${DOMAIN}:${https}` : `${name}.localhost:${http}`;
      clients.set(name, { program, host, given: new Map(), requests: [], passwords: 0 });
      return host;
    },
    seen: (host) => clients.get(host.split('.', 1)[0] ?? '') ?? { requests: [], passwords: 0 },
    authority: authority.certificate,
    ports: { http, https },
    close() {
      for (const server of [plain, secure]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = '', url = '/', headers } = incoming;
  const { pathname, searchParams } = new URL(url, 'http://x');
  const form = new URLSearchParams(method === 'POST' ? await text(incoming) : '');
  const [kind = '', value = ''] = (headers.authorization ?? '').split(' ', 2);
  const [username = '', password = ''] =
    kind === 'Basic' ? Buffer.from(value, 'base64').toString().split(/:(.*)/s) : ['', ''];
  return {
    ...{ method, path: pathname, place: (headers.host ?? '').split('-', 1)[0] ?? '', query: searchParams, form },
    login: form.has('password')
      ? { username: form.get('username') ?? '', password: form.get('password') ?? '' }
      : kind === 'Basic'
        ? { username, password }
        : undefined,
    token: kind === 'Bearer' ? value : undefined,
  };
}

/** Undefined means that the connection is cut. */
function answerTo(client: Client, request: Request): Answer | undefined {
  const { program } = client;
  const { method, path, login, token } = request;
  const kind = login === undefined ? (token === undefined ? '' : ' token') : ' password';
  client.requests.push(`${method} ${path}${kind}`);
  if (login !== undefined) client.passwords += 1;
  if (path.startsWith('/token')) {
    // A token request without a login is not part of the pull, so it does not use up a `first` answer.
    const first = login === undefined ? undefined : firstOf(client, 'tokens', program.tokens);
    if (first !== undefined) return first === 'reset' ? undefined : first;
    return redirectOf(client, request, program.tokens) ?? serveToken(program, request);
  }
  if (path.startsWith('/v2/') && path !== '/v2/') return serveManifest(client, request);
  if (path === '/login') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };
  return servePlace(client, request, 'v2', { status: program.v2.answer, body: '{}' });
}

function serveManifest(client: Client, request: Request): Answer | undefined {
  const { program } = client;
  const { method, path } = request;
  if (!path.startsWith(`/v2/${IMAGE}/manifests/`)) {
    return servePlace(client, request, 'manifest', { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' });
  }
  if (method === 'HEAD' && program.head !== undefined) return { status: program.head };
  const status = method === 'GET' ? (program.get ?? program.manifest.answer) : program.manifest.answer;
  if (status !== 200) return servePlace(client, request, 'manifest', { status, body: '{"errors":[]}' });
  const digest = { right: DIGEST, broken: 'sha256:nonsense', none: undefined }[program.digest];
  return servePlace(client, request, 'manifest', {
    status,
    headers: { 'content-type': program.type, ...(digest === undefined ? {} : { 'docker-content-digest': digest }) },
    body: MANIFEST,
  });
}

function servePlace(client: Client, request: Request, name: 'v2' | 'manifest', there: Answer): Answer | undefined {
  const { program } = client;
  const place = program[name];
  const first = firstOf(client, name, place);
  if (first === 'reset' || place.always === 'reset') return undefined;
  if (first !== undefined) return first;
  if (place.always === 'loop') return { status: 307, headers: { location: request.path } };
  const redirect = redirectOf(client, request, place);
  if (redirect !== undefined) return redirect;
  if (place.open || mayEnter(program, place, name, request)) return there;
  const status = request.token === undefined && request.login === undefined ? place.refusal : place.wrong;
  const challenge = place.challenge.map((line) => placed(line, client));
  return { status, headers: status === 401 ? { 'www-authenticate': challenge } : {}, body: '{"errors":[]}' };
}

function mayEnter(program: RegistryProgram, place: Place, name: 'v2' | 'manifest', request: Request): boolean {
  return mayPull(program, { ...request, login: place.basic ? request.login : undefined }, name === 'manifest');
}

/** Replaces `SELF` and `AUTH` with the URLs of the registry and its token server for this client. */
function placed(line: string, { host, program }: Client): string {
  const self = `${program.tls ? 'https' : 'http'}://${host}`;
  return line.replaceAll('SELF', self).replaceAll('AUTH', program.tls ? `https://auth-${host}` : self);
}

function redirectOf(
  client: Client,
  { path, place }: Request,
  { redirect }: Pick<Place, 'redirect'>,
): Answer | undefined {
  if (redirect === undefined || place === 'other' || path.startsWith('/moved') || path.endsWith('/again'))
    return undefined;
  const to = redirect.to === 'elsewhere' ? placed('SELF', client).replace('//', '//other-') : '';
  const target =
    redirect.to === 'here' && path === '/v2/' ? '/login' : path.startsWith('/token') ? '/token/again' : path;
  return { status: redirect.status, headers: { location: `${to}${target}` } };
}

function firstOf(
  { given }: Client,
  name: string,
  { first = [], headers = {} }: Pick<Place, 'first' | 'headers'>,
): Answer | 'reset' | undefined {
  const count = given.get(name) ?? 0;
  const fault = first[count];
  if (fault === undefined) return undefined;
  given.set(name, count + 1);
  return fault === 'reset' ? 'reset' : { status: fault, headers: { ...headers } };
}
