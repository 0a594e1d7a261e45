/** Many registries on loopback in one process: honest ones, and malicious ones of a tenant. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CANARY } from './canary.ts';

export interface TenantRegistries {
  readonly honest: readonly number[];
  readonly tenants: readonly number[];
  /** The token server ports that registries name under their own host name, by registry port. */
  readonly realms: ReadonlyMap<number, number>;
  /** The requests to each port: every part that can hold a password, decoded. */
  readonly seen: readonly { readonly port: number; readonly content: string }[];
  close(): void;
}

/** Starts `honest` registries that accept any password of a test, and `tenants` others. */
export async function startTenantRegistries(honest: number, tenants: number): Promise<TenantRegistries> {
  const seen: { port: number; content: string }[] = [];
  const realms = new Map<number, number>();
  const ports: number[] = [];
  const servers: Server[] = [];
  for (let index = 0; index < honest + tenants; index++) {
    const server = createServer(async (incoming, answer) => {
      const port = ports[index] ?? 0;
      seen.push({ port, content: contentOf(incoming, await text(incoming)) });
      if (index < honest) answerHonestly(incoming, answer);
      else {
        const behaviour = BEHAVIOURS[(index - honest) % BEHAVIOURS.length] ?? 'basic';
        answerAs(behaviour, answer, { port, neighbour: neighbour(index), path: incoming.url ?? '' });
      }
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    servers.push(server);
    ports.push((server.address() as AddressInfo).port);
  }
  const neighbour = (index: number): number => ports[index + 1] ?? ports[honest] ?? 0;
  for (let index = honest; index < ports.length; index++) {
    const behaviour = BEHAVIOURS[(index - honest) % BEHAVIOURS.length];
    if (behaviour === 'neighbour realm') realms.set(ports[index] ?? 0, neighbour(index));
  }
  return {
    honest: ports.slice(0, honest),
    tenants: ports.slice(honest),
    realms,
    seen,
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

const BEHAVIOURS = [
  'basic',
  'neighbour realm',
  'redirect',
  'own realm',
  'forbidden',
  'broken',
  'too many',
  'nonsense',
  'local realm',
  'far realm',
  'reset',
  'forbidden realms',
  'far redirect',
  'redirects',
  'tokens',
  'controls',
] as const;

/** Link-local and metadata addresses, this machine under other names, and an unknown scheme. */
const FORBIDDEN_REALMS = [
  'https://169.254.169.254/token',
  'https://[fe80::1]/token',
  'https://168.63.129.16/token',
  'https://[fd00:ec2::254]/token',
  'https://192.0.0.192/token',
  'https://[::ffff:169.254.169.254]/token',
  'https://2852039166/token',
  'http://[::1]:1/token',
  'http://127.0.0.2:1/token',
  'ftp://127.0.0.1/token',
];
const TOKENS = ['a', 'a\r\nx-other: b', '\u001b[2J\u202e', 'x'.repeat(100_000), { token: 'a' }, '$(touch PWNED)'];

function contentOf({ url = '', headers }: IncomingMessage, body: string): string {
  const { authorization = '' } = headers;
  const [scheme = '', value = ''] = authorization.split(' ');
  const login = scheme === 'Basic' ? Buffer.from(value, 'base64').toString() : value;
  return [url, login, JSON.stringify(headers), decodeURIComponent(body.replaceAll('+', ' '))].join('\n');
}

function answerHonestly({ headers: { authorization = '' } }: IncomingMessage, answer: ServerResponse): void {
  const login = Buffer.from(authorization.split(' ')[1] ?? '', 'base64').toString();
  if (login.includes(CANARY)) answer.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' }).end('{}');
  else answer.writeHead(401, { 'www-authenticate': 'Basic realm="honest"' }).end();
}

function answerAs(
  behaviour: (typeof BEHAVIOURS)[number],
  answer: ServerResponse,
  { port, neighbour, path }: { readonly port: number; readonly neighbour: number; readonly path: string },
): unknown {
  const challenge = (value: string): unknown => answer.writeHead(401, { 'www-authenticate': value }).end();
  switch (behaviour) {
    case 'basic':
      return challenge('Basic realm="tenant"');
    case 'neighbour realm':
      return challenge(`Bearer realm="http://127.0.0.1:${neighbour}/token",service="$(touch PWNED)"`);
    case 'own realm':
      return challenge(`Bearer realm="http://127.0.0.1:${port}/token",scope="\`touch PWNED\`"`);
    case 'local realm':
      return challenge(`Bearer realm="http://localhost:${neighbour}/token"`);
    case 'far realm':
      return challenge('Bearer realm="https://vault.invalid/token"');
    case 'forbidden realms':
      return challenge(`Bearer realm="${FORBIDDEN_REALMS[port % FORBIDDEN_REALMS.length]}"`);
    case 'far redirect':
      return answer.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    case 'redirects':
      return answer.writeHead(307, { location: `http://127.0.0.1:${port}/v2/again?%E2%80%AE` }).end();
    case 'tokens':
      if (!path.startsWith('/token')) return challenge(`Bearer realm="http://127.0.0.1:${port}/token",service="x"`);
      return answer.end(JSON.stringify({ token: TOKENS[port % TOKENS.length], expires_in: -1 }));
    case 'redirect':
      return answer.writeHead(307, { location: `http://127.0.0.1:${neighbour}/v2/` }).end();
    case 'forbidden':
      return answer.writeHead(403).end('{"errors":[{"code":"DENIED","message":"\\u001b[2J\\u202e$(touch PWNED)"}]}');
    case 'broken':
      return answer.writeHead(500).end('\u001b[2J\u009b\u202e\u200b; touch PWNED');
    case 'too many':
      return answer.writeHead(429, { 'retry-after': '99999999999999999999' }).end();
    case 'nonsense':
      return answer.writeHead(200, { 'content-type': 'text/html' }).end('<'.repeat(100_000));
    case 'controls':
      return challenge('Bearer realm="\u009b2J",,=;"');
    case 'reset':
      return answer.destroy();
  }
}
