/** The token server of a programmed registry, and the rights of its tokens. */
import { gzipSync } from 'node:zlib';
import type { Answer } from './programmed-registry.ts';
import { LOGINS, type RegistryProgram } from './registry-program.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  /** `auth`, `other`, or the name of a client. */
  readonly place: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly login: { readonly username: string; readonly password: string } | undefined;
  readonly token: string | undefined;
}

/** The content of a token. */
interface Rights {
  readonly user: string;
  readonly scopes: readonly string[];
  readonly service: string;
  readonly realm: string;
}

/** The user of a valid login. */
function userOf(login: Request['login']): string | undefined {
  if (login === undefined) return undefined;
  return [LOGINS.right, LOGINS.stranger].find(
    ({ username, password }) => username === login.username && password === login.password,
  )?.username;
}

/** Whether the login or token of `request` is accepted for `/v2/`, or for the manifest. */
export function mayPull(program: RegistryProgram, { login, token }: Request, isManifest: boolean): boolean {
  const user = userOf(login);
  if (user !== undefined) return !isManifest || program.isPublic || user === 'ada';
  const rights = token === undefined ? undefined : read(token);
  if (rights === undefined) return false;
  if (!isManifest) return rights.user !== '';
  const { scopes, service, realm } = rights;
  if (service !== program.service || realm !== program.realm || !scopes.includes(program.scope)) return false;
  return program.isPublic || rights.user === 'ada';
}

export function serveToken(program: RegistryProgram, request: Request): Answer {
  const { tokens } = program;
  const { method, login, path, query, form } = request;
  const method_ = method === 'POST' ? tokens.post : tokens.get;
  if (method_ !== 'works') return refusal(method_);
  const user = userOf(login);
  // A password grant without a user is an invalid request.
  if (login === undefined && method === 'POST') return refusal(400);
  if (login === undefined && typeof tokens.anonymous === 'number') return refusal(tokens.anonymous);
  if (login === undefined && tokens.anonymous === 'empty') return { status: 200, body: '{"token":""}' };
  if (login !== undefined && user === undefined && tokens.wrong !== 'anonymous token') return refusal(tokens.wrong);
  const given = method === 'POST' ? form : query;
  const scopes = given.getAll('scope').flatMap((one) => one.split(' '));
  if (tokens.strict && scopes.includes(program.scope) && user !== 'ada' && !program.isPublic) {
    return refusal(typeof tokens.wrong === 'number' ? tokens.wrong : 403);
  }
  const realm = path.replace(/\/again$/, '');
  return tokenAnswer(tokens, { user: user ?? '', scopes, service: given.get('service') ?? '', realm });
}

function refusal(status: number): Answer {
  return { status, body: '{"errors":[{"code":"DENIED"}]}' };
}

function tokenAnswer({ form, kind }: RegistryProgram['tokens'], rights: Rights): Answer {
  const token = write(rights, kind);
  const both = { token, access_token: token, expires_in: 300, issued_at: '2026-01-02T03:04:05Z' };
  switch (form) {
    case 'both':
      return body(both);
    case 'token':
      return body({ token });
    case 'access_token':
      return body({ access_token: token });
    case 'different':
      return body({ ...both, token: 'another' });
    case 'gzip':
      return { status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify(both)) };
    case 'expires as text':
      return body({ ...both, expires_in: '300' });
    case 'issued as nonsense':
      return body({ ...both, issued_at: 'yesterday' });
    case 'empty':
      return { status: 200, body: '' };
    case 'no JSON':
      return { status: 200, body: '<html>' };
    case 'other case':
      return body({ Token: token, Access_Token: token, EXPIRES_IN: null });
    case 'trailing text':
      return { status: 200, body: `${JSON.stringify(both)} and so on` };
    case 'a number':
      return body({ ...both, access_token: 7 });
  }
}

function body(value: object): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function write(rights: Rights, kind: 'jwt' | 'opaque'): string {
  if (kind === 'opaque') return `opaque.${Buffer.from(JSON.stringify(rights)).toString('hex')}`;
  return `${encode({ alg: 'none' })}.${encode({ sub: rights.user, ...rights })}.x`;
}

function read(token: string): Rights | undefined {
  const [kind, text = ''] = token.split('.');
  try {
    return JSON.parse(Buffer.from(text, kind === 'opaque' ? 'hex' : 'base64url').toString()) as Rights;
  } catch {
    return undefined;
  }
}
