/** Contents of pull secrets: valid ones, and ones that are broken in JSON, in base64 or in their values. */
import { fc } from './fast-check.ts';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const word = fc.oneof(
  { weight: 5, arbitrary: pick('ada', 'grace', 'rex', 'linus', 'edsger') },
  { weight: 1, arbitrary: pick('', 'a\u0000', 'é', 'a b', 'p:q', 'p\n', '\u2028', '😀', '<&>', '"\\') },
);
const login = fc.tuple(word, word).map(([name, password]) => `${name}:${password}`);

/** An entry that the kubelet decodes: `auth` with or without padding, `auth` with line breaks, separate fields, or both. */
const soundEntry = fc
  .tuple(login, word, pick('auth', 'auth', 'unpadded', 'broken lines', 'fields', 'both'))
  .map(([text, email, form]) => {
    const auth = base64(text);
    const [username, password] = text.split(':');
    switch (form) {
      case 'unpadded':
        return JSON.stringify({ auth: auth.replace(/=+$/, '') });
      case 'broken lines':
        return JSON.stringify({ auth: `${auth.slice(0, 3)}\r\n${auth.slice(3)}`, email });
      case 'fields':
        return JSON.stringify({ username, password, email });
      case 'both':
        return JSON.stringify({ email, username: 'not me', password: 'nor me', auth });
      default:
        return JSON.stringify({ auth });
    }
  });
/** An entry without a login that does no harm. */
const idleEntry = pick('{}', 'null', '{"auth":""}', '{"auth":null}', '{"identitytoken":"x"}', '{"username":"ada"}');

const badAuth = fc.oneof(
  fc.uint8Array({ maxLength: 9 }).map((bytes) => base64(Uint8Array.of(...bytes, 0x3a, 0xff))),
  fc
    .tuple(
      pick('dTpw', 'dTpwcA==', 'dTpwcHA=', 'dTpwcHA', 'dTpwcHB', 'cGFudHM='),
      fc.nat(9),
      pick(' ', '\n', '\r\n', '=', '-', '_', 'é', '\u0000', '==', '\u00a0', '\u0085', '\ufeff', 'A', '\t'),
    )
    .map(([text, index, insert]) => text.slice(0, index) + insert + text.slice(index)),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const oddValue = pick(
  ...['null', '7', 'true', '[]', '{}', '1e400', '-0', '"x"', '{"a":[1,{"b":null}]}', '', '01', 'nul', '"\\ud800"'],
  ...['"\\u00e9\\n"', '"\\x"', '"', '[', '{"a"', '1.', '-', '"\\u12"', '{"a":1,}', '[1,]', '\u00a0null', '"\t"'],
);
const fieldName = pick(
  ...['auth', 'auth', 'auth', 'username', 'password', 'email', 'Auth', 'AUTH', 'u\u017fername', 'UserName', 'EMAIL'],
  ...['pa\u017fsword', 'identitytoken', 'x', '', 'aut\\u0068', 'Email\u0000'],
);
const field = fc
  .tuple(
    fieldName,
    fc.oneof(
      { weight: 6, arbitrary: login.map((text) => JSON.stringify(base64(text))) },
      { weight: 2, arbitrary: badAuth.map((text) => JSON.stringify(text)) },
      { weight: 2, arbitrary: oddValue },
    ),
  )
  .map(([name, value]) => `"${name}":${value}`);
const oddEntry = fc.oneof(
  fc.array(field, { maxLength: 4 }).map((fields) => `{${fields.join(',')}}`),
  badAuth.map((auth) => JSON.stringify({ auth })),
  oddValue,
);

/** An entry that is wrong with this chance in percent. */
function entry(wrong: number): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 90 - wrong, arbitrary: soundEntry },
    { weight: 10, arbitrary: idleEntry },
    { weight: wrong, arbitrary: oddEntry },
  );
}

/** A JSON object of servers. */
function map(server: fc.Arbitrary<string>, wrong: number): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(server, entry(wrong)), { maxLength: 4 })
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);
}

const topName = pick('auths', 'auths', 'Auths', 'AUTHS', 'auth\u017f', 'HttpHeaders', 'httpheaders', 'x', 'credsStore');

/** The bytes of one Secret of the type `kubernetes.io/dockerconfigjson`, or of the legacy one. */
export function payload(server: fc.Arbitrary<string>, legacy: boolean, wrong: number): fc.Arbitrary<Uint8Array> {
  const servers = map(server, wrong);
  const member = fc.tuple(topName, fc.oneof({ weight: 5, arbitrary: servers }, { weight: 1, arbitrary: oddValue }));
  const config = fc.oneof(
    { weight: 95 - wrong, arbitrary: servers.map((value) => `{"auths":${value}}`) },
    { weight: 5, arbitrary: servers.map((value) => `{"credsStore":"x","AUTHS":${value},"HttpHeaders":{"a":"b"}}`) },
    {
      weight: wrong,
      arbitrary: fc
        .array(member, { maxLength: 3 })
        .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`),
    },
  );
  const text = legacy ? servers : config;
  return fc.oneof(
    { weight: 97 - wrong, arbitrary: text.map((json) => new Uint8Array(Buffer.from(json))) },
    { weight: 3, arbitrary: text.map((json) => new Uint8Array(Buffer.from(` \n${json}\r\t`))) },
    { weight: wrong, arbitrary: damaged(text) },
    { weight: Math.ceil(wrong / 10), arbitrary: oddValue.map((json) => new Uint8Array(Buffer.from(json))) },
  );
}

/** The text cut short, or with one byte changed or added. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(text, pick('cut', 'change', 'insert'), fc.noBias(fc.nat()), fc.noBias(fc.nat(255)))
    .map(([json, how, at, byte]) => {
      const bytes = new Uint8Array(Buffer.from(json));
      const index = at % (bytes.length + 1);
      if (how === 'cut') return bytes.subarray(0, index);
      const rest = bytes.subarray(how === 'change' ? index + 1 : index);
      return Uint8Array.of(...bytes.subarray(0, index), byte, ...rest);
    });
}
