/** Checks whether an image exists without downloading it (distribution docs/content/spec/api.md). */
import type { ImageReference } from '../secret/image.ts';
import { isSameHost, urlHost } from '../verify/destination.ts';
import { tagsNear } from '../verify/near-tags.ts';
import type { Verdict } from '../verify/verdict.ts';
import { errorCodes } from './answer.ts';
import { type Ask, type Exchange, type RegistryResponse, send, TargetRefused, unanswered } from './exchange.ts';
import type { Registry } from './ping.ts';

/** Registries answer 404 to a client that does not accept the manifest type they have. */
const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
];

/** As containerd core/remotes/docker/resolver.go `MaxManifestSize`. */
const MAX_MANIFEST_BYTES = 4 * 1048 * 1048;

/**
 * Asks with HEAD, which Docker Hub does not count as a pull. Asks with GET when the registry does not support HEAD, or its answer
 * lacks something that containerd needs (resolver.go `retryRequest`, `Resolve`). Throws NetworkError and TargetRefused.
 */
export async function askManifest(
  exchange: Exchange,
  { base }: Pick<Registry, 'base'>,
  image: ImageReference,
  { method = 'HEAD', credential }: Partial<Pick<Ask, 'method' | 'credential'>>,
): Promise<ManifestResponse> {
  const url = manifestUrl(base, image);
  const accept = [...MANIFEST_TYPES, '*/*'].join(', ');
  const answer = await send(exchange, { method, url, credential, accept, elsewhere: 'follow' });
  if (credential !== undefined) checkHost(base, answer);
  const isEnough = answer.status !== 405 && !(isThere(answer) && lacksDescriptor(answer, image));
  if (method === 'HEAD' && !isEnough) return askManifest(exchange, { base }, image, { method: 'GET', credential });
  return { ...answer, method };
}

/** Throws TargetRefused if another host asks for a credential, which gets none. */
export function checkHost(base: URL, { status, from: { url } }: RegistryResponse): void {
  if (status !== 401 || isSameHost(base, url)) return;
  throw new TargetRefused(`it redirects to ${urlHost(url)}, which does not get the login`);
}

export interface ManifestResponse extends RegistryResponse {
  /** The method that got this answer. */
  readonly method: Ask['method'];
}

function lacksDescriptor({ headers }: RegistryResponse, { digest }: ImageReference): boolean {
  const isNamed = digest !== undefined || headers['docker-content-digest'] !== undefined;
  return !isNamed || headers['content-length'] === undefined;
}

/** Whether the answer is the manifest. */
export function isThere({ status }: RegistryResponse): boolean {
  return status >= 200 && status <= 299;
}

/**
 * Why no node accepts a manifest that exists, as a phrase after "it"; undefined when nodes do. A missing digest is no reason:
 * containerd then fetches the whole manifest (core/remotes/docker/resolver.go `Resolve`; core/images/mediatypes.go).
 */
export function manifestProblem({ headers }: RegistryResponse, { digest }: ImageReference): string | undefined {
  const { 'content-type': type = '', 'content-length': length } = headers;
  const given = [headers['docker-content-digest'] ?? ''].flat()[0] ?? '';
  if (digest === undefined && length !== undefined && given !== '' && !DIGEST.test(given)) {
    return 'gives the manifest a digest that is none';
  }
  if (Number(length) > MAX_MANIFEST_BYTES) return 'has a manifest that is too large for any node';
  const [kind = ''] = type.split(';', 1);
  if (MANIFEST_TYPES.includes(kind)) return undefined;
  return kind === ''
    ? 'does not report the type of its manifest'
    : `has a manifest of a kind that no node pulls (${kind.slice(0, 100)})`;
}

/** As github.com/opencontainers/go-digest `Validate`. */
const DIGEST = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/**
 * Explains a 404. The error code in its body does not help: distribution answers MANIFEST_UNKNOWN for a missing repository too.
 * The list of tags tells the two apart, and shows which tags exist.
 */
export async function explainNotFound(
  exchange: Exchange,
  { base }: Registry,
  image: ImageReference,
  credential: Ask['credential'],
): Promise<Verdict> {
  const url = new URL(`${image.path}/tags/list?n=${MAX_TAGS}`, base);
  const answer = await send(exchange, { method: 'GET', url, credential }).catch(unanswered);
  const missing =
    answer?.status === 200
      ? 'tag'
      : answer?.status === 404 && errorCodes(answer.body).includes('NAME_UNKNOWN')
        ? 'repository'
        : undefined;
  const { tag = 'latest', digest } = image;
  const tags =
    answer === undefined || missing !== 'tag' || digest !== undefined
      ? undefined
      : tagsNear(tag, new TextDecoder().decode(answer.body), answer.headers.link !== undefined);
  return { kind: 'not found', repository: image.path, missing, ...(tags === undefined ? {} : { tags }) };
}

/** The number of tags on one page. If the registry does not support pages, the answer is cut off at the size limit. */
const MAX_TAGS = 500;

function manifestUrl(base: URL, { path, tag, digest }: ImageReference): URL {
  return new URL(`${path}/manifests/${digest ?? tag ?? 'latest'}`, base);
}
