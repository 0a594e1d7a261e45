/** Servers (keys of `auths`): some match an image or nearly do, others are made to be misread. */
import { fc } from './fast-check.ts';
import type { ImageParts } from './image-texts.ts';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
/** Mostly `text`, sometimes one of `others`. */
const mostly = (text: string, ...others: string[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: pick(...others) });

const scheme = mostly('', 'https://', 'http://', 'https://', 'HTTPS://', 'ftp://', '//', 'https:', 'http:///');
const userInfo = mostly(
  ...(['', 'u@', 'u:p@', 'u:p:q@', 'u%41@', 'u%@', 'ü@', 'u@v@', 'a b@', '@', "a!$&'()*+,;=~@", 'a/b@'] as const),
);
const ending = mostly('', '?x', '?', '#f', '#', '#%zz', '#%41', '?#%zz', '\u0000', '\x7f', ' ', '%', '%4', ':v1', '@x');
const noise = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);

const hostileHost = pick(
  ...['r.io', 'R.io', 'F', 'localhost', 'docker.io', 'index.docker.io', 'registry-1.docker.io', 'é.io', '%C3%A9.io'],
  ...['*.io', '*', '*.*', 'r*.io', '*r.io', 'r.i*o', '**.io', 'r.*', 'a.r.io', '*.r.io', 'r..io', '.io', 'r.io.', ''],
  ...['127.0.0.1', '127.*.0.1', '[::1]', '[F::1]', '[fe80::1%25e]', '[fe80::1%25%65-z]', '[::ffff:1.2.3.4]'],
  ...['[1.2.3.4]', '[r.io', 'r]io', 'r[a-z].io', '[::1', '[]', '[::1]x', 'a[::1]', '%41.io', '%25.io', '%zz.io'],
  ...['r io', 'a"b.io', 'a<b>.io', 'a\\b.io', 'a^b', 'a|b', 'a`b', 'r.io\n', '\tr.io', 'r\u00a0io', 'r_r.io', '-r.io'],
);
const hostilePort = pick('', '', '', ':', ':5000', ':443', ':*', ':05000', ':x', ':50 0', '::5000', ':5000:', ':５');
const hostilePath = pick(
  ...['', '', '', '/', '/v1/', '/v2/', '/v1', '/v2', '/v1/v2/acme', '/v2/acme/', '//', '//acme', '/v1//acme', '/é'],
  ...['/acme', '/acme/', '/acme/app', '/ac', '/library', '/library/', '/acm%65', '/%61cme/app', '/acme%2Fapp', '/%2e'],
  ...['/A', '/acme%3Fx', '/acme%23x', '/acme%25', '/%2561cme', '/a%', '/a%4', '/a%zz', '/*', '/acme:v1', '/acme@x'],
  ...['/acme?x', '/acme#f', '/acme?#%zz', '/acme\u0000', '/acme\x7f', '/acme/../x', '/%ff', '/a%00'],
);

/** An odd server, mostly from many odd parts. */
export const hostileServer = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(scheme, userInfo, hostileHost, hostilePort, hostilePath, noise).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);

/** A server that is likely to match the image, or to miss it narrowly. */
export function serverFor(image: ImageParts): fc.Arbitrary<string> {
  return fc
    .tuple(scheme, userInfo, hostFor(image.host), portFor(image.port), pathFor(image), ending, noise)
    .map((parts) => parts.join(''));
}

function hostFor(host: string): fc.Arbitrary<string> {
  const hub = ['', 'docker.io', 'index.docker.io'].includes(host);
  if (hub) return pick('docker.io', 'docker.io', 'index.docker.io', '*.io', 'index.*.io', 'registry-1.docker.io');
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(host) },
    { weight: 4, arbitrary: fc.tuple(fc.nat(5), glob).map(([index, change]) => changeLabel(host, index, change)) },
    {
      weight: 1,
      arbitrary: pick(`x.${host}`, `${host}.`, `*.${host}`, host.toUpperCase(), host.toLowerCase(), '*', '*.*'),
    },
  );
}

type Change = (label: string) => string;
const glob: fc.Arbitrary<Change> = pick<Change>(
  () => '*',
  (label) => `${label.slice(0, 1)}*`,
  (label) => `*${label.slice(1)}`,
  (label) => `${label.slice(0, 1)}*${label.slice(-1)}`,
  (label) => `${label}*`,
  (label) => `*${label}*`,
  (label) => `**${label}`,
  (label) => `${label}x`,
  (label) => label.replace(/./, (first) => `%${first.charCodeAt(0).toString(16)}`),
  (label) => `\\${label}`,
  (label) => label.replace(/./, '[a-z]'),
);

function changeLabel(host: string, index: number, change: Change): string {
  const labels = host.split('.');
  return labels.map((label, at) => (at === index % labels.length ? change(label) : label)).join('.');
}

function portFor(port: string): fc.Arbitrary<string> {
  return mostly(port, '', ':', ':443', ':5000', ':*', `${port}0`, ':x');
}

/** A path that begins like the image's, cut at any place, sometimes escaped or after a prefix that the kubelet removes. */
function pathFor({ host, path }: ImageParts): fc.Arbitrary<string> {
  const repository = host === '' && !path.includes('/') ? `library/${path}` : path;
  const prefix = fc.nat(repository.length).map((length) => `/${repository.slice(0, length)}`);
  return fc.oneof(
    { weight: 4, arbitrary: pick('', '', '/', '/v1/', '/v2/') },
    { weight: 4, arbitrary: prefix },
    { weight: 1, arbitrary: fc.tuple(prefix, fc.nat(20)).map(([text, at]) => escapeAt(text, at)) },
    { weight: 1, arbitrary: fc.tuple(pick('/v1', '/v2', '/v1/v2'), prefix).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: pick(`/${repository}/`, `/${repository}x`, '/v1', '//', `//${repository}`, '/*') },
  );
}

function escapeAt(text: string, at: number): string {
  const index = 1 + (at % Math.max(1, text.length - 1));
  const character = text.charAt(index);
  return character === ''
    ? text
    : `${text.slice(0, index)}%${character.charCodeAt(0).toString(16)}${text.slice(index + 1)}`;
}
