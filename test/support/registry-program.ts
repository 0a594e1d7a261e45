/** The answers of a programmed registry and its token server, as data. The default imitates distribution. */
import { createHash } from 'node:crypto';
import { CANARY } from './canary.ts';

/** The status of an answer, or a connection that is cut. */
export type Fault = number | 'reset';

export interface Place {
  /** The lines of WWW-Authenticate. `SELF` stands for the registry, `AUTH` for its token server. */
  readonly challenge: readonly string[];
  /** Status for a request without a login or token. */
  readonly refusal: number;
  /** Status for a request with a login or token that is not sufficient. */
  readonly wrong: number;
  /** Status for a request that is accepted. */
  readonly answer: number;
  /** Whether every request is accepted without a login. */
  readonly open?: boolean | undefined;
  /** Whether Basic logins are accepted, also in addition to tokens. */
  readonly basic?: boolean | undefined;
  /** The first answers for each client, one per request, with these headers. */
  readonly first?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The redirect for requests. */
  readonly redirect?: { readonly status: number; readonly to: 'here' | 'elsewhere' } | undefined;
  /** What happens to every request: the connection is cut, or it is sent to where it came from. */
  readonly always?: 'reset' | 'loop' | undefined;
}

export interface TokenServer {
  /** Whether a request method works, or always gets this status. */
  readonly get: 'works' | number;
  readonly post: 'works' | number;
  /** The answer to a wrong login. */
  readonly wrong: number | 'anonymous token';
  /** The answer without a login. */
  readonly anonymous: number | 'token' | 'empty';
  /** Whether a known login without rights to the requested scope is refused. */
  readonly strict?: boolean | undefined;
  /** A `jwt` names the user. */
  readonly kind: 'jwt' | 'opaque';
  readonly form: TokenForm;
  readonly first?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly redirect?: { readonly status: number; readonly to: 'here' | 'elsewhere' } | undefined;
}

export const TOKEN_FORMS = [
  'both',
  'token',
  'access_token',
  'different',
  'gzip',
  'expires as text',
  'issued as nonsense',
  'empty',
  'no JSON',
  'other case',
  'trailing text',
  'a number',
] as const;

export type TokenForm = (typeof TOKEN_FORMS)[number];

export interface RegistryProgram {
  /** Its name in a test. */
  readonly name?: string;
  readonly v2: Place;
  readonly manifest: Place;
  /** The status of every HEAD for a manifest, and of every accepted GET. */
  readonly head?: number | undefined;
  readonly get?: number | undefined;
  readonly isPublic: boolean;
  readonly type: string;
  readonly digest: 'right' | 'none' | 'broken';
  /** The scope, service and realm with which a token for the manifest must have been requested. */
  readonly scope: string;
  readonly service: string;
  readonly realm: string;
  readonly tokens: TokenServer;
  /** Whether it uses TLS, with a token server under another name. */
  readonly tls: boolean;
}

export const IMAGE = 'team/app';
export const SCOPE = `repository:${IMAGE}:pull`;
export const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json' });
export const DIGEST = `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}`;

/** `ada` may pull, `bob` may not. `wrong` has a wrong password. */
export const LOGINS = {
  right: { username: 'ada', password: CANARY },
  wrong: { username: 'ada', password: `${CANARY}-wrong` },
  stranger: { username: 'bob', password: `${CANARY}-bob` },
  none: { username: '', password: '' },
} as const;

export type LoginName = keyof typeof LOGINS;

export const bearer = (realm = 'AUTH/token', more = ',service="registry"'): string => `Bearer realm="${realm}"${more}`;
export const BASIC = 'Basic realm="registry"';

const place: Place = { challenge: [bearer()], refusal: 401, wrong: 401, answer: 200 };

export const DISTRIBUTION: RegistryProgram = {
  v2: place,
  manifest: place,
  isPublic: false,
  type: 'application/vnd.oci.image.manifest.v1+json',
  digest: 'right',
  scope: SCOPE,
  service: 'registry',
  realm: '/token',
  tokens: { get: 'works', post: 'works', wrong: 401, anonymous: 'token', kind: 'jwt', form: 'both' },
  tls: false,
};

/** The default with `changes`. Places and the token server are merged one level deep. */
export function program(changes: Changes = {}): RegistryProgram {
  const { v2, manifest, tokens, ...rest } = changes;
  return {
    ...DISTRIBUTION,
    ...rest,
    v2: { ...DISTRIBUTION.v2, ...v2 },
    manifest: { ...DISTRIBUTION.manifest, ...manifest },
    tokens: { ...DISTRIBUTION.tokens, ...tokens },
  };
}

export type Changes = Omit<Partial<RegistryProgram>, 'v2' | 'manifest' | 'tokens'> & {
  readonly v2?: Partial<Place>;
  readonly manifest?: Partial<Place>;
  readonly tokens?: Partial<TokenServer>;
};

/** A registry that accepts user and password directly. */
export function basicProgram({ v2, manifest, ...rest }: Changes = {}): RegistryProgram {
  const own = { challenge: [BASIC], basic: true };
  return program({ ...rest, v2: { ...own, ...v2 }, manifest: { ...own, ...manifest } });
}
