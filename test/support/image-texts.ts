/** Image references as pods write them: valid ones by the grammar of distribution/reference, and odd ones. */
import { fc } from './fast-check.ts';

/** A valid image in parts, from which matching keys can be made. */
export interface ImageParts {
  /** The host without port. Empty for an image of Docker Hub that names no registry. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly tag: string;
}

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

const DIGEST = '@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

const label = fc.oneof(pick('r', 'a', 'io', 'acme', 'x-y', 'R', '0', 'xn--e1a'), fc.stringMatching(/^[a-z0-9]{1,6}$/));
const host = fc.oneof(
  { weight: 6, arbitrary: fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.')) },
  { weight: 3, arbitrary: pick('r.io', 'a.r.io', 'R.io', '127.0.0.1', 'localhost') },
  { weight: 3, arbitrary: pick('', '', 'docker.io', 'index.docker.io', 'registry-1.docker.io') },
  { weight: 1, arbitrary: pick('[::1]', '[fe80::1]', 'F', 'Foo-1') },
);
const port = pick('', '', '', ':5000', ':443', ':80', ':05000', ':65536');
const word = fc.oneof(pick('acme', 'app', 'library', 'v1', 'v2', 'a', '0'), fc.stringMatching(/^[a-z0-9]{1,8}$/));
const component = fc
  .tuple(word, fc.oneof({ weight: 3, arbitrary: fc.constant('') }, pick('-evil', '.x', '_y', '__z', '---0')))
  .map((parts) => parts.join(''));
const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((components) => components.join('/'));
const tag = pick('', '', '', ':v1', ':latest', ':A_b.c-d', DIGEST, `:v1${DIGEST}`);

/** Mostly valid images. A port needs a host. */
export const imageParts: fc.Arbitrary<ImageParts> = fc
  .record({ host, port, path, tag })
  .map((parts) => (parts.host === '' ? { ...parts, port: '' } : parts));

export function imageOf({ host: registry, port: number, path: repository, tag: end }: ImageParts): string {
  return `${registry}${number}${registry === '' ? '' : '/'}${repository}${end}`;
}

const oddHost = pick(
  ...['r.io/', 'r.io:5000/', 'docker.io/', 'index.docker.io/', '', 'localhost/', 'F/', 'a__b.c/', '[::1]:5000/'],
  ...[
    '[::1]/',
    'r.io:443/',
    'xr.io/',
    '-r.io/',
    'r..io/',
    'é.io/',
    'r.io:/',
    'r.io:x/',
    'https://r.io/',
    '/',
    ' r.io/',
  ],
);
const oddPath = pick(
  ...['acme/app', 'acme', 'app', 'Acme/app', '', 'acme//app', 'é', 'acme/', 'a..b', 'a___b', 'a/b-', 'x'.repeat(256)],
  ...['0123456789abcdef'.repeat(4), 'acme/app:v1/x', 'acme%2Fapp', 'acme/APP', 'acme app'],
);
const oddTag = pick(
  '',
  ':v1',
  ':',
  '@x',
  ':v1@sha256:00',
  ':-',
  `:${'x'.repeat(129)}`,
  DIGEST.toUpperCase(),
  '@md5:00',
);

/** Mostly invalid image references. */
export const oddImage = fc
  .tuple(oddHost, oddPath, oddTag, fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.string({ unit: 'binary' })))
  .map((parts) => parts.join('').toWellFormed());
