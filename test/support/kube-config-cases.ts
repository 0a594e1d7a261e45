/** Generates kubeconfigs with flags and an environment. Most of them allow a request. */
import { fc } from './fast-check.ts';
import { damage, type Style, type Tree, write } from './kube-text.ts';
import * as values from './kube-values.ts';

export interface KubeConfigCase {
  /** The contents of the files config-1 and config-2. `@/` in the environment and the flags stands for their folder. */
  readonly files: readonly Uint8Array[];
  readonly env: Readonly<Record<string, string>>;
  /** As kubectl spells them, such as `--context=a`. */
  readonly flags: readonly string[];
}

/** Files beside the kubeconfigs, some of which do not exist. */
const NEIGHBOURS = ['ca.crt', 'client.crt', 'client.key', 'token', 'empty', 'missing', 'client.crt/below'];

type Pairs = readonly (readonly [string, Tree])[];

const text = (value: string): Tree => ({ text: value });
const raw = (value: string): Tree => ({ raw: value });
const map = (pairs: Pairs, anchor?: string): Tree => ({ map: pairs, anchor });
const list = (...items: readonly Tree[]): Tree => ({ list: items });
const texts = (...items: readonly string[]): Tree => list(...items.map(text));
const pairs = (members: Readonly<Record<string, Tree>>): Tree => map(Object.entries(members));

/** A value once in `many` times, and null otherwise. */
function sometimes<T>(value: fc.Arbitrary<T>, many: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: many - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

function often<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 25): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const rawOf = (...texts: readonly string[]) => fc.constantFrom(...texts).map(raw);
const odd = rawOf(...values.ODD_SCALARS);
const scalar = (...texts: readonly string[]) => often(fc.constantFrom(...texts).map(text), odd, 200);
const boolean = often(rawOf(...values.FLAGS), rawOf(...values.ODD_FLAGS));

/** Some of the members in any order. Each is present with its chance in percent. */
function members(choices: Readonly<Record<string, readonly [chance: number, value: fc.Arbitrary<Tree>]>>) {
  const all = Object.entries(choices).map(([key, [chance, value]]) =>
    fc.tuple(fc.nat(99), fc.nat(), value).map(([dice, order, tree]) => ({ key, order, tree, used: dice < chance })),
  );
  return fc.tuple(...all).map(
    (found): Pairs =>
      found
        .filter(({ used }) => used)
        .sort((one, other) => one.order - other.order)
        .map(({ key, tree }) => [key, tree]),
  );
}

const data = (usual: string) =>
  often(fc.constant(text(usual)), fc.constantFrom('@CA', '@CERT', 'bm8=', '!', '').map(text));
const neighbour = fc.constantFrom(...NEIGHBOURS).map(text);
const file = (usual: string) => often(fc.constant(text(usual)), neighbour);

const extension = members({
  name: [95, scalar('client.authentication.k8s.io/exec', 'other')],
  extension: [
    95,
    fc.constantFrom(pairs({ b: raw('1'), a: raw('[yes, 1.0, <b>]') }), text('x'), raw('null'), raw('[1, {c: 0x10}]')),
  ],
}).map((all) => map(all));
const extensions = often(fc.array(extension, { maxLength: 1 }), fc.array(extension, { maxLength: 2 })).map((items) =>
  list(...items),
);

const cluster = members({
  server: [98, often(scalar(...values.SERVERS), fc.constantFrom(...values.ODD_SERVERS).map(text))],
  'tls-server-name': [15, scalar('other.example')],
  'insecure-skip-tls-verify': [12, boolean],
  'certificate-authority': [5, file('ca.crt')],
  'certificate-authority-data': [25, data('@CA')],
  'proxy-url': [12, often(scalar(...values.PROXIES), fc.constantFrom(...values.ODD_PROXIES).map(text), 4)],
  'disable-compression': [5, boolean],
  extensions: [8, extensions],
  unknown: [3, scalar('x')],
});

const versions = ['v1', 'v1', 'v1beta1', 'v1beta1', 'v1beta1', 'v1alpha1'];
const exec = members({
  command: [99, scalar('plugin', './plugin', '/opt/plugin', 'bin/plugin')],
  apiVersion: [99, scalar(...versions.map((version) => `client.authentication.k8s.io/${version}`))],
  args: [30, fc.constantFrom(texts('get', 'token'), raw('[--x, "y z", no]'), raw('null'), list())],
  env: [
    30,
    often(fc.constant(list(pairs({ name: text('A'), value: text('b') }))), rawOf('[{value: b}]', '[]', 'null'), 4),
  ],
  installHint: [10, scalar('install it')],
  provideClusterInfo: [50, boolean],
  interactiveMode: [93, often(scalar('Never', 'IfAvailable', 'Always'), scalar('Sometimes'))],
}).map((all) => map(all));

const issuer = pairs({ 'idp-issuer-url': text('https://127.0.0.1:1'), 'client-id': text('c') });
const authProvider = members({
  name: [98, often(scalar('oidc'), scalar('gcp', 'azure', 'none'), 3)],
  config: [98, often(fc.constant(issuer), rawOf('{a: b}', '{a: 1}', 'null'))],
}).map((all) => map(all));

/** The credentials of a user. */
const identity = fc.oneof(
  members({ token: [98, scalar('t0ken', 't0ken', 'tök', 'a b')] }),
  members({ token: [98, scalar('t0ken')] }),
  members({ tokenFile: [98, file('token')], token: [20, scalar('t0ken')] }),
  members({ username: [95, scalar('jane', 'jürgen')], password: [95, scalar('p:w', 'ß', '')] }),
  members({ 'client-certificate': [98, file('client.crt')], 'client-key': [98, file('client.key')] }),
  members({ 'client-certificate-data': [98, data('@CERT')], 'client-key-data': [98, data('@KEY')] }),
  members({ exec: [99, exec] }),
  members({ 'auth-provider': [99, authProvider] }),
  fc.constant<Pairs>([]),
);

const scopes = {
  map: [
    ['Scopes', texts('a')],
    ['scopes.x', texts('b')],
    ['acme.com/é x', texts('c')],
  ],
} as const;
const impersonated = members({
  as: [95, scalar('limited', 'jürgen', 'system:serviceaccount:a:b')],
  'as-uid': [20, scalar('123e')],
  'as-groups': [30, often(fc.constant(texts('g1', 'g2')), rawOf('[no]', '[null, a]', 'null', 'g', '[]'))],
  'as-user-extra': [
    30,
    often(fc.constantFrom<Tree>(pairs({ scopes: texts('a', 'b') }), scopes), rawOf('{a: null}', '{a: [1]}', '{}')),
  ],
});

/** Fields of a second identity beside the first. */
const more = members({
  token: [15, scalar('t0ken', 'line\nbreak', '')],
  tokenFile: [15, neighbour],
  username: [15, scalar('jane', '')],
  password: [15, scalar('p:w', '')],
  'client-certificate': [10, file('client.crt')],
  'client-certificate-data': [10, data('@CERT')],
  'client-key': [10, file('client.key')],
  exec: [10, exec],
  'auth-provider': [10, authProvider],
  extensions: [10, extensions],
  'as-uid': [5, scalar('123e', '')],
});

const user = fc.tuple(identity, sometimes(impersonated, 3), sometimes(more, 8)).map((parts): Pairs => {
  const all = parts.flatMap((part) => part ?? []);
  return all.filter(([key], index) => all.findIndex(([other]) => other === key) === index);
});

const context = members({
  cluster: [98, often(scalar('c1', 'c1', 'c2'), scalar('none', ''))],
  user: [98, often(scalar('u1', 'u1', 'u2'), scalar('none', ''))],
  namespace: [40, often(scalar('team-a', 'default'), scalar('Team_B', ''))],
  extensions: [3, extensions],
});

const NAMES = { clusters: ['c1', 'c2', ''], users: ['u1', 'u2', ''], contexts: ['x1', 'x2', ''] };

/** A list of named items. A later value may merge or alias the first one, or contain a key twice. */
function named(kind: keyof typeof NAMES, key: string, value: fc.Arbitrary<Pairs>): fc.Arbitrary<Tree> {
  const anchor = `base-${kind}`;
  const inline = pairs({ as: text('merged'), namespace: text('merged') });
  const merges = [...[`*${anchor}`, `[*${anchor}]`, `*${anchor}`].map(raw), inline, list(inline, raw(`*${anchor}`))];
  const merge = sometimes(often(fc.constantFrom<Tree>(...merges), rawOf('none', '*gone', 'null')), 8);
  const reuse = sometimes(fc.constantFrom('alias', 'twice'), 25);
  const item = fc.record({ value, merge, reuse, at: fc.nat(5), name: sometimes(odd, 200) });
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((items) =>
    list(
      ...items.map((one, index) => {
        const name = one.name ?? text(NAMES[kind][index] ?? '');
        const own = [...one.value];
        if (one.merge !== null && index > 0) own.splice(one.at % (own.length + 1), 0, ['<<', one.merge]);
        if (one.reuse === 'twice' && own[0] !== undefined) own.push(own[0]);
        const isAlias = one.reuse === 'alias' && index > 0;
        const tree = isAlias ? raw(`*${anchor}`) : map(own, index === 0 ? anchor : undefined);
        return one.at % 2 === 0 ? pairs({ name, [key]: tree }) : pairs({ [key]: tree, name });
      }),
    ),
  );
}

const preferences = rawOf('[]', 'x', '{colors: yes}', '{colors: 1}', '{extensions: {}}', 'null');
const document = members({
  apiVersion: [85, often(fc.constant(text('v1')), scalar('v2', 'apps/v1', '/v1', ''), 50)],
  kind: [85, often(fc.constant(text('Config')), scalar('Secret', 'config', ''), 50)],
  Kind: [1, scalar('Config', 'Other')],
  preferences: [20, often(fc.constant(map([])), preferences)],
  extensions: [3, extensions],
  clusters: [99, named('clusters', 'cluster', cluster)],
  users: [99, named('users', 'user', user)],
  contexts: [99, named('contexts', 'context', context)],
  'current-context': [98, often(scalar('x1', 'x1', 'x2'), scalar('gone', ''))],
}).map((all) => map(all));

const styles = fc.constantFrom<Style>('json', 'flow', 'block', 'block', 'compact block');
const content = fc.tuple(document, styles, fc.nat(5), sometimes(damage, 6));

const flags = fc.oneof(
  { weight: 2, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...values.COMMAND_LINE_FLAGS), { maxLength: 3 }) },
);
const lists = often(fc.constantFrom(...values.USUAL_LISTS), fc.constantFrom(...values.ODD_LISTS));
const env = fc
  .tuple(lists, sometimes(fc.array(fc.constantFrom(...values.ENVIRONMENT), { maxLength: 3 }), 4))
  .map(([KUBECONFIG, others]) => ({ ...Object.fromEntries(others ?? []), KUBECONFIG }));

/** Generates cases. `fill` inserts base64 certificates and keys into a text. */
export function kubeConfigCase(fill: (text: string) => string): fc.Arbitrary<KubeConfigCase> {
  return fc.record({ contents: fc.tuple(content, content), env, flags }).map(({ contents, env, flags }) => ({
    files: contents.map(([tree, style, quote, damaged]) => {
      const written = fill(write(tree, style, quote));
      return damaged === null ? Buffer.from(written) : damaged(written);
    }),
    env,
    flags,
  }));
}
