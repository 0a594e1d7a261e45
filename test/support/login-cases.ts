/** Generates machines with logins: docker and podman files, helpers and variables, with one registry under many spellings. */
import { CANARY } from './canary.ts';
import { fc } from './fast-check.ts';
import type { HelperAnswer } from './machine.ts';

export interface LoginCase {
  /** The file contents by path. `$HOME` and `$XDG_RUNTIME_DIR` stand for folders. */
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly helpers: Readonly<Record<string, Readonly<Record<string, HelperAnswer>>>>;
  /** Registries, and namespaces of them. */
  readonly names: readonly string[];
}

export const CONFIG = '$HOME/.docker/config.json';
const HUB = 'https://index.docker.io/v1/';
const HELPERS = ['h1', 'h2', 'missing'];

/** Replaces each `PW` with a unique password, and `AUTH<…>` with base64. */
function numbered(one: LoginCase): LoginCase {
  let count = 0;
  const password = (): string => `${CANARY}${(count++).toString().padStart(3, '0')}`;
  const plain = (form: string): string => form.replaceAll('PW', password).replaceAll('NUL', '\0');
  const text = JSON.stringify(one).replace(/AUTH<([^>]*)>|PW/g, (match, form?: string) =>
    form === undefined ? plain(match) : btoa(plain(form)),
  );
  return JSON.parse(text) as LoginCase;
}

const pick = <T>(...weighted: (readonly [weight: number, value: T])[]): fc.Arbitrary<T> =>
  fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

function keyOf(registry: string): fc.Arbitrary<string> {
  if (registry === 'docker.io') {
    const rare = ['www.docker.io', 'docker.io/org', 'index.docker.io/org', `${HUB}access-token`, `${HUB}refresh-token`];
    const usual = ['docker.io', 'index.docker.io', HUB.slice(0, -1), 'https://docker.io', 'registry-1.docker.io'];
    return fc.oneof(
      { weight: 5, arbitrary: fc.constant(HUB) },
      { weight: 6, arbitrary: fc.constantFrom(...usual, 'https://index.docker.io', 'https://registry-1.docker.io') },
      { weight: 2, arbitrary: fc.constantFrom(...rare) },
    );
  }
  const urls = ['/', '/v1/', '/v2/', '/v2', '/org', ''].map((path) => `https://${registry}${path}`);
  const paths = ['/org', '/org', '/org/', '/org/app', '/other', '/'].map((path) => registry + path);
  const odd = [
    `http://${registry}`,
    `https://u:PW@${registry}`,
    `//${registry}`,
    registry.toUpperCase(),
    `oci://${registry}`,
  ];
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(registry) },
    { weight: 4, arbitrary: fc.constantFrom(...urls) },
    { weight: 3, arbitrary: fc.constantFrom(...paths) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const good = { auth: 'AUTH<u:PW>' };
const entry: fc.Arbitrary<unknown> = pick<unknown>(
  [24, good],
  [4, {}],
  [2, { username: 'u', password: 'PW' }],
  [2, { identitytoken: 'PW' }],
  [1, { auth: 'AUTH<00000000-0000-0000-0000-000000000000:>', identitytoken: 'PW' }],
  [1, { ...good, identitytoken: 'PW' }],
  [1, { registrytoken: 'PW' }],
  [1, { ...good, registrytoken: 'PW' }],
  [1, { ...good, email: 7 }],
  [1, { ...good, email: 'u@example.com', more: { x: 1 } }],
  [1, { AUTH: 'AUTH<u:PW>' }],
  [1, { auth: 'AUTH<PW:>' }],
  [1, { auth: 'AUTH<u:PWNUL>' }],
  [1, null],
);
/** An entry for which docker refuses the whole file. */
const refused = pick<unknown>([1, { auth: 'AUTH<PW>' }], [1, { auth: 'AUTH<:PW>' }], [1, { auth: 'pants' }], [1, 5]);

const broken = fc.constantFrom(
  '',
  '{',
  '[]',
  '{"auths":[]}',
  '{"auths":{}} x',
  'null',
  '\ufeff{}',
  '{"credHelpers":5}',
);

const maybe = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { freq: weight, nil: undefined });

/** A value once in `weight + 1` times, and undefined otherwise: the opposite of `maybe`. */
const rarely = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

function answers(key: fc.Arbitrary<string>): fc.Arbitrary<Record<string, HelperAnswer>> {
  const answer = pick<HelperAnswer>(
    [8, { Username: 'u', Secret: 'PW' }],
    [1, { Username: '<token>', Secret: 'PW' }],
    [1, { Username: '', Secret: '' }],
    [1, { error: 'the store is locked' }],
    [1, { raw: 'PW' }],
    [1, { raw: '{"ServerURL":5,"Username":"u","Secret":"PW"}' }],
    [1, { raw: 'null' }],
  );
  return fc.dictionary(key, answer, { maxKeys: 3 });
}

interface Parts {
  readonly key: fc.Arbitrary<string>;
  readonly helped: boolean;
}

function authFile({ key, helped }: Parts): fc.Arbitrary<string> {
  const auths = fc
    .tuple(
      fc.uniqueArray(fc.tuple(key, entry), { selector: ([name]) => name, maxLength: 5 }),
      rarely(12, fc.tuple(key, refused)),
    )
    .map(([usual, bad]) => Object.fromEntries(bad === undefined ? usual : [...usual, bad]));
  const file = fc.record({
    auths,
    credHelpers: helped
      ? rarely(1, fc.dictionary(key, fc.constantFrom(...HELPERS, ''), { maxKeys: 2 }))
      : fc.constant(undefined),
    credsStore: helped ? rarely(2, fc.constantFrom(...HELPERS)) : fc.constant(undefined),
  });
  return fc.oneof(
    { weight: 20, arbitrary: file.map((content) => JSON.stringify(content)) },
    { weight: 1, arbitrary: broken },
  );
}

function registriesConf(helped: boolean): fc.Arbitrary<string> {
  const helper = fc.constantFrom('containers-auth.json', ...(helped ? HELPERS : []));
  const list = fc.uniqueArray(helper, { maxLength: 3 }).map((all) => `credential-helpers = ${JSON.stringify(all)}`);
  return fc.oneof(
    { weight: 12, arbitrary: list },
    { weight: 2, arbitrary: fc.constantFrom('', 'unqualified-search-registries = ["docker.io"]') },
    { weight: 1, arbitrary: fc.constantFrom('credential-helpers = [', 'credential-helpers = "h1"') },
  );
}

function variable(key: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const auth = fc.constant({ auth: 'AUTH<u:PW>' });
  const valid = fc.dictionary(key, auth, { minKeys: 1, maxKeys: 3 }).map((auths) => JSON.stringify({ auths }));
  const wrong = fc.constantFrom(
    '{',
    '{"auths":{"r.example.com":{"username":"u"}}}',
    '{"auths":{"r.example.com":{}}}',
    '{} {}',
  );
  return fc.oneof({ weight: 8, arbitrary: valid }, { weight: 1, arbitrary: wrong });
}

function caseFor(registries: readonly string[], helped: boolean): fc.Arbitrary<LoginCase> {
  const key = fc.oneof(...registries.map(keyOf));
  const auth = authFile({ key, helped });
  const files = fc.record({
    [CONFIG]: maybe(6, auth),
    '$XDG_RUNTIME_DIR/containers/auth.json': rarely(1, auth),
    '$HOME/.config/containers/auth.json': rarely(2, auth),
    '$HOME/.dockercfg': rarely(
      4,
      fc.dictionary(key, entry, { maxKeys: 3 }).map((content) => JSON.stringify(content)),
    ),
    '$HOME/.config/containers/registries.conf': rarely(helped ? 2 : 9, registriesConf(helped)),
    '$HOME/.config/containers/registries.conf.d/1.conf': rarely(12, registriesConf(helped)),
    '$HOME/x/containers/auth.json': rarely(12, auth),
    '$HOME/only/config.json': rarely(4, auth),
  });
  const env = fc.record({
    DOCKER_AUTH_CONFIG: rarely(3, variable(key)),
    DOCKER_CONFIG: rarely(9, fc.constant('$HOME/only')),
    REGISTRY_AUTH_FILE: rarely(12, fc.constant('$HOME/only/config.json')),
    XDG_CONFIG_HOME: rarely(12, fc.constant('$HOME/x')),
    CONTAINERS_REGISTRIES_CONF: rarely(30, fc.constantFrom('$HOME/.config/containers/registries.conf', '$HOME/typo')),
  });
  const helpers = helped
    ? fc.record({ h1: answers(key), h2: answers(key), secretservice: rarely(9, answers(key)) })
    : fc.constant({});
  return fc.record({ files, env, helpers }).map((one) =>
    numbered({
      files: defined(one.files),
      env: defined(one.env),
      helpers: defined(one.helpers),
      names: registries.flatMap((registry) => [registry, `${registry}/org`]),
    }),
  );
}

function defined<T>(record: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter((pair): pair is [string, T] => pair[1] !== undefined));
}

/** One case in four has helpers, because each helper call starts a process. */
export const loginCase: fc.Arbitrary<LoginCase> = fc
  .tuple(
    fc.subarray(['r.example.com', 'r.example.com:5000', 'docker.io'], { minLength: 1, maxLength: 2 }),
    fc.nat(3).map((one) => one === 0),
  )
  .chain(([registries, helped]) => caseFor(registries, helped));
