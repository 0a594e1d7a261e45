/** Whether an image is there, asked for without downloading any of it (distribution docs/content/spec/api.md). */
import type { ImageReference } from '../domain/keyring/image.ts';
import type { Verdict } from '../domain/verify/verdict.ts';
import { NetworkError } from '../http/network-error.ts';
import { errorCodes } from './answer.ts';
import { type Ask, type Exchange, type RegistryResponse, send } from './exchange.ts';
import type { Registry } from './ping.ts';

/** Registries say 404 to a client that does not accept the kind of manifest they have. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** HEAD, which Docker Hub does not count as a pull. */
export function headManifest(
  exchange: Exchange,
  { base }: Registry,
  image: ImageReference,
  credential: Ask['credential'],
): Promise<RegistryResponse> {
  const url = manifestUrl(base, image);
  return send(exchange, { method: 'HEAD', url, credential, accept: [MANIFEST_TYPES.join(', ')] });
}

/**
 * What a 404 means. The code in its body does not tell: distribution says MANIFEST_UNKNOWN of a repository that it does not
 * have, too. The list of tags does.
 */
export async function explainNotFound(
  exchange: Exchange,
  { base }: Registry,
  image: ImageReference,
  credential: Ask['credential'],
): Promise<Verdict> {
  const url = new URL(`${image.path}/tags/list?n=1`, base);
  const answer = await send(exchange, { method: 'GET', url, credential }).catch(noAnswer);
  const missing =
    answer?.status === 200
      ? 'tag'
      : answer?.status === 404 && errorCodes(answer.body).includes('NAME_UNKNOWN')
        ? 'repository'
        : undefined;
  return { kind: 'not found', repository: image.path, missing };
}

function manifestUrl(base: URL, { path, tag, digest }: ImageReference): URL {
  return new URL(`${path}/manifests/${digest ?? tag ?? 'latest'}`, base);
}

function noAnswer(error: unknown): undefined {
  if (error instanceof NetworkError) return undefined;
  throw error;
}
