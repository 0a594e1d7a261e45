/** Image references as written in a pod (github.com/distribution/reference v0.6.0: normalize.go, regexp.go). */

export interface ImageReference {
  /** Registry host, with its port; `docker.io` for Docker Hub. */
  readonly domain: string;
  /** Repository within the registry. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** The text is not an image reference. The message is upstream's. */
export class ImageReferenceError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImageReferenceError';
  }
}

const DEFAULT_DOMAIN = 'docker.io';
const LEGACY_DEFAULT_DOMAIN = 'index.docker.io';
const INVALID_FORMAT = 'invalid reference format';

/*
 * reference        = name [ ":" tag ] [ "@" digest ]
 * name             = [ domain "/" ] path-component *( "/" path-component )
 * domain           = host [ ":" 1*DIGIT ]
 * host             = domain-component *( "." domain-component ) / "[" 1*( HEXDIG / ":" ) "]"
 * path-component   = alpha-numeric *( separator alpha-numeric )
 * separator        = "." / "_" / "__" / 1*"-"
 */
const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = `(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])`;
const DOMAIN = `${HOST}(?::[0-9]+)?`;
const PATH_COMPONENT = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
const PATH = `${PATH_COMPONENT}(?:/${PATH_COMPONENT})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}';

const REFERENCE = new RegExp(`^((?:${DOMAIN}/)?${PATH})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const NAME = new RegExp(`^(?:(${DOMAIN})/)?(${PATH})$`);

/** github.com/opencontainers/go-digest: the registered algorithms and the number of their hexadecimal digits. */
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/** Reads an image as docker and Kubernetes do; throws {@link ImageReferenceError} (`ParseNormalizedNamed`). */
export function parseImage(text: string): ImageReference {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw new ImageReferenceError(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const { domain, remainder } = splitDomain(text);
  const [repository = ''] = remainder.split(':', 1);
  if (!isLowerCase(repository)) {
    throw new ImageReferenceError(`${INVALID_FORMAT}: repository name (${repository}) must be lowercase`);
  }
  return parseReference(`${domain}/${remainder}`);
}

/** {@link parseImage}, with the error as a value. */
export function readImage(text: string): ImageReference | ImageReferenceError {
  try {
    return parseImage(text);
  } catch (error) {
    if (error instanceof ImageReferenceError) return error;
    throw error;
  }
}

/** Why docker and Kubernetes refuse an image; undefined if they do not. */
export function imageError(image: string): string | undefined {
  const read = readImage(image);
  return read instanceof ImageReferenceError ? read.message : undefined;
}

/** Registry and repository, without tag and digest: what credentials are looked up for (`Named.Name`). */
export function imageName({ domain, path }: ImageReference): string {
  // A first component such as `a__b.c` counts as a registry, but no registry can have that form.
  return domain === '' ? path : `${domain}/${path}`;
}

/** The {@link imageName} of an image as it is written; undefined for a text that is no image. */
export function nameOfImage(text: string): string | undefined {
  const read = readImage(text);
  return read instanceof ImageReferenceError ? undefined : imageName(read);
}

/** normalize.go `splitDockerDomain`. */
function splitDomain(text: string): { domain: string; remainder: string } {
  const slash = text.indexOf('/');
  // A bare `localhost:5000` or `example.com` is an image of Docker Hub.
  if (slash < 0) return { domain: DEFAULT_DOMAIN, remainder: `library/${text}` };
  const first = text.slice(0, slash);
  if (first !== 'localhost' && !/[.:]/.test(first) && isLowerCase(first)) {
    return { domain: DEFAULT_DOMAIN, remainder: text };
  }
  const domain = first === LEGACY_DEFAULT_DOMAIN ? DEFAULT_DOMAIN : first;
  const rest = text.slice(slash + 1);
  return { domain, remainder: domain === DEFAULT_DOMAIN && !rest.includes('/') ? `library/${rest}` : rest };
}

/** reference.go `Parse`. */
function parseReference(text: string): ImageReference {
  const [, name, tag, digest] = REFERENCE.exec(text) ?? [];
  if (name === undefined) {
    const lower = REFERENCE.test(text.toLowerCase());
    throw new ImageReferenceError(lower ? 'repository name must be lowercase' : INVALID_FORMAT);
  }
  const [, domain = '', path = ''] = NAME.exec(name) ?? [];
  if (path.length > 255) {
    throw new ImageReferenceError('repository name must not be more than 255 characters');
  }
  if (digest !== undefined) checkDigest(digest);
  return { domain, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** go-digest `Digest.Validate`, of a text that reference's own pattern has accepted. */
function checkDigest(digest: string): void {
  const colon = digest.indexOf(':');
  const length = DIGEST_LENGTHS.get(digest.slice(0, colon));
  const encoded = digest.slice(colon + 1);
  if (length === undefined) {
    const wellFormed = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(digest);
    throw new ImageReferenceError(wellFormed ? 'unsupported digest algorithm' : 'invalid checksum digest format');
  }
  if (encoded.length !== length) throw new ImageReferenceError('invalid checksum digest length');
  if (/[^a-f0-9]/.test(encoded)) throw new ImageReferenceError('invalid checksum digest format');
}

/** Letters that have a lower case since Unicode 16 or 17. */
const CASED_LATER = /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/gu;

/** Whether Go's strings.ToLower leaves `text` as it is. */
function isLowerCase(text: string): boolean {
  if (text.toLowerCase() === text) return true;
  const known = text.replace(CASED_LATER, '');
  return known.toLowerCase() === known;
}
