/** Generates registries with differences in challenges, tokens, statuses and manifests, mostly a few at a time. */
import { fc } from './fast-check.ts';
import {
  BASIC,
  bearer,
  type Fault,
  type LoginName,
  type Place,
  program,
  type RegistryProgram,
  SCOPE,
  TOKEN_FORMS,
  type TokenServer,
} from './registry-program.ts';

export interface RegistryCase {
  readonly program: RegistryProgram;
  readonly login: LoginName;
  /** Whether we check the image, or only the login. */
  readonly withImage: boolean;
}

/** The first value, `weight` times as often as all others together. */
function usually<T>(weight: number, usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const MIRROR = 'repository:mirror/team/app:pull';

/** The lines of a challenge, and the scope, service and realm that its token must have. */
const challenge: fc.Arbitrary<{
  lines: readonly string[];
  basic?: boolean;
  scope?: string;
  service?: string;
  realm?: string;
}> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ lines: [bearer()] }) },
  { weight: 6, arbitrary: fc.constant({ lines: [BASIC], basic: true }) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      { lines: [bearer('AUTH/token', `,service="registry",scope="${SCOPE}"`)] },
      { lines: [bearer('AUTH/token', `,service="registry",scope="${MIRROR}"`)], scope: MIRROR },
      { lines: [bearer('AUTH/token', `,service="registry",scope="${SCOPE} ${MIRROR}"`)], scope: MIRROR },
      { lines: [bearer('AUTH/token', ',service="two"')], service: 'two' },
      { lines: [bearer('AUTH/token', '')], service: '' },
      { lines: [bearer('AUTH/token/two')], realm: '/token/two' },
      { lines: [bearer('AUTH/token?account=x')] },
      { lines: [bearer('SELF/token')] },
      { lines: [BASIC, bearer()] },
      { lines: [bearer(), BASIC] },
      { lines: [BASIC, bearer()], basic: true },
      { lines: ['Negotiate', bearer()] },
      { lines: ['Digest realm="x"', BASIC], basic: true },
      { lines: ['bearer REALM="AUTH/token" , Service="registry"'] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { lines: [] },
      { lines: [''] },
      { lines: ['Negotiate'] },
      { lines: [`${BASIC}, ${bearer()}`] },
      { lines: [`${BASIC}, ${bearer()}`], basic: true },
      { lines: [`${bearer()}, ${BASIC}`] },
      { lines: [`,${bearer()}`] },
      { lines: [` , ${BASIC}`], basic: true },
      { lines: ['Bearer realm=AUTH/token,service=registry'] },
      { lines: ['Bearer realm="AUTH/token",service=registry'] },
      { lines: ['Bearer service="registry"'] },
      { lines: [bearer('')] },
      { lines: [bearer('/token')] },
      { lines: [bearer('token')] },
      { lines: ['Bearer realm="AUTH/token'] },
      { lines: ['Bearer'] },
      { lines: [`${bearer()},error="insufficient_scope"`] },
      { lines: [`${bearer()},error="invalid_token"`] },
    ),
  },
);

const first: fc.Arbitrary<readonly Fault[]> = fc.oneof(
  { weight: 14, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<readonly Fault[]>([503], [429], [500], [504], [408], ['reset'], [502], [503, 503]),
  },
);
const firstHeaders = usually<Record<string, string>>(
  4,
  {},
  { 'retry-after': '0' },
  { 'retry-after': '3600' },
  { 'retry-after': 'x' },
);
const redirect: fc.Arbitrary<Place['redirect']> = usually<Place['redirect']>(
  16,
  undefined,
  ...[301, 302, 303, 307, 308].flatMap((status) => [
    { status, to: 'here' } as const,
    { status, to: 'elsewhere' } as const,
  ]),
);

const place = (statuses: readonly number[]): fc.Arbitrary<Omit<Place, 'challenge' | 'basic'>> =>
  fc.record({
    refusal: usually(12, 401, 403, 404, 200, 429, 500),
    wrong: usually(8, 401, 403, 404, 400),
    answer: usually(8, 200, ...statuses),
    open: usually(12, false, true),
    first,
    headers: firstHeaders,
    redirect,
  });

const tokens: fc.Arbitrary<TokenServer> = fc.record({
  get: usually<'works' | number>(8, 'works', 400, 401, 403, 404, 405, 429, 500, 501, 503),
  post: usually<'works' | number>(2, 'works', 400, 401, 403, 404, 404, 405, 405, 429, 500, 501, 503),
  wrong: usually<TokenServer['wrong']>(3, 401, 403, 400, 404, 429, 500, 503, 'anonymous token', 'anonymous token'),
  anonymous: usually<TokenServer['anonymous']>(3, 'token', 'empty', 400, 401, 403, 404, 429, 500, 503),
  strict: usually(3, false, true),
  kind: fc.constantFrom('jwt', 'opaque'),
  form: usually(6, ...TOKEN_FORMS),
  first,
  headers: firstHeaders,
  redirect,
});

const types = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json; charset=utf-8',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/json',
  'text/html',
  'text/plain',
  'APPLICATION/VND.OCI.IMAGE.INDEX.V1+JSON',
];

const programs: fc.Arbitrary<RegistryProgram> = fc
  .record({
    atV2: fc.option(challenge, { freq: 2 }),
    atManifest: challenge,
    v2: fc
      .tuple(place([401, 403, 404, 429, 500]), usually<Place['always']>(10, undefined, 'reset', 'loop'))
      .map(([v2, always]) => ({ ...v2, always })),
    manifest: place([401, 403, 404, 404, 404, 407, 429, 500, 502, 503, 504]),
    head: usually<number | undefined>(12, undefined, 405, 405, 404, 500, 200, 403),
    get: usually<number | undefined>(16, undefined, 403, 404, 500),
    isPublic: usually(5, false, true),
    type: usually(8, 'application/vnd.oci.image.manifest.v1+json', ...types),
    digest: usually<RegistryProgram['digest']>(10, 'right', 'none', 'broken'),
    tokens,
    tls: usually(6, false, true),
  })
  .map(({ atV2, atManifest, v2, manifest, ...rest }) => {
    const { lines: challenge, basic = false, scope = SCOPE, service = 'registry', realm = '/token' } = atManifest;
    const greeting = atV2 ?? atManifest;
    return program({
      ...rest,
      ...{ scope, service, realm },
      v2: { ...v2, challenge: greeting.lines, basic: greeting.basic ?? false },
      manifest: { ...manifest, challenge, basic },
    });
  });

export const registryCase: fc.Arbitrary<RegistryCase> = fc.record({
  program: programs,
  login: fc.constantFrom<LoginName>('right', 'right', 'right', 'wrong', 'wrong', 'stranger', 'none'),
  withImage: usually(4, true, false),
});
