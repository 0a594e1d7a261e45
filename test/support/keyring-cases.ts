/** Secrets and images made to be misunderstood. */
import fc from 'fast-check';
import type { Secret } from '../../src/domain/secret.ts';

export interface KeyringCase {
  readonly secrets: readonly Secret[];
  readonly image: string;
}

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

const host = pick(
  ...['r.io', 'r.io', 'r.io', 'R.io', 'F', 'localhost', 'docker.io', 'index.docker.io', 'registry-1.docker.io'],
  ...['*.io', '*', '*.*', 'r*.io', '*r.io', 'r.i*o', '**.io', 'r.*', 'a.r.io', '*.r.io', 'r..io', '.io', 'r.io.', ''],
  ...[
    '127.0.0.1',
    '127.*.0.1',
    '[::1]',
    '[F::1]',
    '[fe80::1%25e]',
    '[fe80::1%25%65-z]',
    '[::ffff:1.2.3.4]',
    '[1.2.3.4]',
  ],
  ...[
    '[r.io',
    'r]io',
    'r[a-z].io',
    '[::1',
    '[]',
    '[::1]x',
    'a[::1]',
    'é.io',
    '%C3%A9.io',
    '%41.io',
    '%25.io',
    '%zz.io',
  ],
  ...[
    'r io',
    'a"b.io',
    'a<b>.io',
    'a\\b.io',
    'a^b',
    'a|b',
    'a`b',
    'r.io\n',
    '\tr.io',
    'r\u00a0io',
    'r_r.io',
    'a__b.c',
    '-r.io',
  ],
);
const port = pick('', '', '', ':', ':5000', ':443', ':*', ':05000', ':x', ':50 0', '::5000', ':5000:', ':５');
const path = pick(
  ...['', '', '', '/', '/v1/', '/v2/', '/v1', '/v2', '/v1/v2/acme', '/v2/acme/', '//', '//acme', '/v1//acme'],
  ...[
    '/acme',
    '/acme/',
    '/acme/app',
    '/ac',
    '/library',
    '/library/',
    '/acm%65',
    '/%61cme/app',
    '/acme%2Fapp',
    '/%2e',
    '/A',
  ],
  ...['/acme%3Fx', '/acme%23x', '/acme%25', '/%2561cme', '/a%', '/a%4', '/a%zz', '/*', '/acme:v1', '/acme@sha256:0'],
  ...[
    '/acme?x',
    '/acme?',
    '?x',
    '/acme#f',
    '/acme#',
    '#%zz',
    '#%41',
    '/acme?#%zz',
    '/acme\u0000',
    '/acme\x7f',
    '/é',
    '/acme/../x',
  ],
);
const scheme = pick(
  '',
  '',
  '',
  '',
  'https://',
  'http://',
  'HTTPS://',
  'ftp://',
  '//',
  'https:',
  'http:///',
  'https://https://',
);
const userInfo = pick(
  '',
  '',
  '',
  '',
  '',
  'u@',
  'u:p@',
  'u:p:q@',
  'u%41@',
  'u%@',
  'ü@',
  'u@v@',
  'a b@',
  '@',
  'u:@',
  "a!$&'()*+,;=~@",
  'a/b@',
);
const noise = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);

const server = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(scheme, userInfo, host, port, path, noise).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const user = pick('ada', 'grace', 'rex', '', 'a\u0000', 'é', 'a b');
const auth = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(user, user).map(([name, password]) => base64(`${name}:${password}`)) },
  {
    weight: 2,
    arbitrary: fc.tuple(user, user).map(([name, password]) => base64(`${name}:${password}`).replace(/=+$/, '')),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 9 }).map((bytes) => base64(Uint8Array.of(...bytes, 0x3a, 0xff))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        pick('dTpw', 'dTpwcA==', 'dTpwcHA=', 'dTpwcHA', 'dTpwcHB', 'cGFudHM='),
        fc.nat(9),
        pick(' ', '\n', '\r\n', '=', '-', '_', 'é', '\u0000', '==', '\u00a0', 'A', '\t'),
      )
      .map(([text, index, insert]) => text.slice(0, index) + insert + text.slice(index)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);

const raw = pick(
  'null',
  '7',
  'true',
  '[]',
  '{}',
  '1e400',
  '-0',
  '"x"',
  '{"a":[1,{"b":null}]}',
  '',
  '01',
  'nul',
  '"\\ud800"',
  '"\\u00e9\\n"',
  '"\\x"',
  '"',
);
const fieldName = pick(
  'auth',
  'auth',
  'auth',
  'username',
  'password',
  'email',
  'Auth',
  'AUTH',
  'uſername',
  'UserName',
  'pa\u017fsword',
  'identitytoken',
  'x',
  '',
);
const field = fc
  .tuple(
    fieldName,
    fc.oneof({ weight: 9, arbitrary: auth.map((text) => JSON.stringify(text)) }, { weight: 1, arbitrary: raw }),
  )
  .map(([name, value]) => `${JSON.stringify(name)}:${value}`);
const goodEntry = fc.tuple(user, user, fc.boolean()).map(([name, password, pad]) => {
  const text = base64(`${name}:${password}`);
  return `{"auth":"${pad ? text : text.replace(/=+$/, '')}"}`;
});
const entry = fc.oneof(
  { weight: 12, arbitrary: goodEntry },
  { weight: 3, arbitrary: fc.array(field, { maxLength: 4 }).map((fields) => `{${fields.join(',')}}`) },
  { weight: 1, arbitrary: raw },
);
const map = fc.oneof(
  {
    weight: 14,
    arbitrary: fc
      .array(fc.tuple(server, entry), { maxLength: 4 })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  },
  { weight: 1, arbitrary: raw },
);
const top = fc.tuple(
  pick('auths', 'auths', 'auths', 'auths', 'Auths', 'AUTHS', 'auth\u017f', 'HttpHeaders', 'httpheaders', 'x'),
  fc.oneof({ weight: 6, arbitrary: map }, { weight: 1, arbitrary: raw }),
);
const config = fc.oneof(
  { weight: 10, arbitrary: map.map((value) => `{"auths":${value}}`) },
  {
    weight: 3,
    arbitrary: fc
      .array(top, { maxLength: 3 })
      .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`),
  },
  { weight: 1, arbitrary: raw },
);

/** Mostly left alone; else cut short, with a byte changed, or with something around it. */
function damage(payload: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(payload, fc.nat(40), fc.nat(), fc.nat(255)).map(([text, how, at, byte]) => {
    const bytes = new Uint8Array(Buffer.from(text));
    const index = bytes.length === 0 ? 0 : at % bytes.length;
    if (how === 0) return bytes.subarray(0, index);
    if (how === 1) return Uint8Array.of(...bytes.subarray(0, index), byte, ...bytes.subarray(index + 1));
    if (how === 2) return Uint8Array.of(...bytes.subarray(0, index), byte, ...bytes.subarray(index));
    if (how === 3) return Uint8Array.of(0x20, 0x0a, ...bytes, 0x0d, 0x09);
    return bytes;
  });
}

const type = fc.oneof(
  { weight: 8, arbitrary: fc.constant(['kubernetes.io/dockerconfigjson', '.dockerconfigjson'] as const) },
  { weight: 2, arbitrary: fc.constant(['kubernetes.io/dockercfg', '.dockercfg'] as const) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      pick('Opaque', 'kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson', ''),
      pick('.dockercfg', '.dockerconfigjson', 'x'),
    ),
  },
);
const secret = fc.tuple(type, damage(config), damage(map)).map(([[kind, key], json, legacy]) => ({
  type: kind,
  data: { [key]: base64(key === '.dockercfg' ? legacy : json) },
}));

const imageHost = pick(
  'r.io/',
  'r.io/',
  'r.io:5000/',
  'a.r.io/',
  'docker.io/',
  'index.docker.io/',
  'registry-1.docker.io/',
  '',
  'localhost/',
  'localhost:5000/',
  'F/',
  'R.io/',
  'a__b.c/',
  '127.0.0.1:5000/',
  '[::1]:5000/',
  '[::1]/',
  'r.io:443/',
  'xr.io/',
);
const imagePath = pick(
  'acme/app',
  'acme',
  'acme-evil/app',
  'app',
  'library/app',
  'v1/app',
  'v2/acme',
  'a/b/c',
  'Acme/app',
  '',
  'acme//app',
  'é',
);
const tag = pick(
  '',
  '',
  ':v1',
  ':latest',
  '@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  ':',
  '@x',
  ':v1@sha256:00',
);
const image = fc.tuple(imageHost, imagePath, tag, noise).map((parts) => parts.join(''));

export const keyringCase: fc.Arbitrary<KeyringCase> = fc
  .tuple(fc.array(secret, { minLength: 1, maxLength: 3 }), image)
  .map(([secrets, name]) => ({
    image: name.toWellFormed(),
    secrets: secrets.map((one, index) => ({
      apiVersion: 'v1' as const,
      kind: 'Secret' as const,
      metadata: { name: `secret-${index}` },
      ...one,
    })),
  }));
