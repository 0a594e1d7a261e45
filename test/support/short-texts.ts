/**
 * Short texts for parsers, generated so fast that a parser can read ten million of them: valid ones with mistakes, and random
 * pieces.
 */
import { PIECES } from './long-texts.ts';
import { randomNumbers } from './random.ts';

/** Texts that at least one parser accepts. */
const SOUND = [
  ...['ghcr.io/acme/app:v1', 'app', 'localhost:5000/a/b@sha256:0123456789abcdef', '[::1]:5000/app', 'docker.io/a/b'],
  ...['https://index.docker.io/v1/', 'http://a:b@r.io:5000/v2/', '*.r.io/acme', 'r[0-9].io', 'fe80::1%eth0', '1::'],
  ...['{"auths":{"ghcr.io":{"auth":"amFuZTpwdw==","email":"j@x.org"}},"credsStore":"pass"}', '{"auths":{"r.io":{}}}'],
  ...['{"r.io":{"username":"jane","password":"p\\u00e4","auth":""}}', '[1,-2.5e3,"a\\n",null,true,{"a":[[]]}]'],
  ...[
    '{"ServerURL":"https://r.io","Username":"jane","Secret":"pw"}',
    '{"https://r.io":"jane"}',
    'amFuZTpwdw==',
    'YTpw',
  ],
  ...[
    'Bearer realm="https://a.io/token",service="a.io",scope="repository:a/b:pull"',
    'Basic realm=x, Bearer realm="y"',
  ],
  ...['1h30m', '1.5s', '-2us', '2026-11-25T11:00:00Z', '{"r.io":"2026-11-25T11:00:00Z"}'],
  ...['eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTU2MDAwMDB9.x', 'regcred', 'a.b-c', 'caf\u00e9', '\u202eab\u200b'],
  'apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user: {token: "x", as: y}\n',
  'a: &b |\n  text\nc: *b\nd:\n  <<: *b\n  - "e"\n  - 0x1F # f\n',
] as const;

/**
 * A seeded generator of texts. Of three texts, two are valid ones with up to four mistakes, and one is made of pieces. None is
 * longer than about 400 characters.
 */
export function shortTexts(seed: number): () => string {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = (texts: readonly string[]): string => texts[below(texts.length)] ?? '';
  const change = (text: string): string => {
    const from = below(text.length + 1);
    const to = from + below(4);
    const kind = below(5);
    if (kind === 0) return text.slice(0, from) + text.slice(to);
    if (kind === 1) return text.slice(0, from) + pick(PIECES) + text.slice(to);
    if (kind === 2) return text.slice(0, from) + text.slice(from, from + below(40)).repeat(2) + text.slice(from);
    if (kind === 3)
      return text.slice(0, from) + String.fromCharCode(below(random() < 0.9 ? 256 : 65_536)) + text.slice(to);
    return text.slice(0, from) + pick(PIECES) + text.slice(from);
  };
  return () => {
    let text = '';
    if (random() < 1 / 3) for (let left = below(24); left >= 0; left -= 1) text += pick(PIECES);
    else {
      text = pick(SOUND);
      for (let left = below(5); left > 0; left -= 1) text = change(text);
    }
    return text;
  };
}
