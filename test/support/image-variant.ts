/** Pushes images that differ from the test image only in their configuration or in one layer, through the registry API. */
import { createHash, randomBytes } from 'node:crypto';
import { tar } from '../environment/tar.ts';
import { janedoe } from '../environment/use.ts';

const ACCEPT = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';
const REPOSITORY = 'janedoe/jdoe-private';

/**
 * Pushes the private image of a Basic registry again as `tag`, for one platform only if `architecture` is given, and with another
 * `user`. Returns its name.
 */
export async function pushVariant(host: string, tag: string, architecture?: string, user?: string): Promise<string> {
  const base = `http://${host}/v2/${REPOSITORY}`;
  const original = await ask(`${base}/manifests/v1`, { headers: { accept: ACCEPT } });
  const manifest = (await original.json()) as Manifest;
  const known = (await (await ask(`${base}/blobs/${manifest.config.digest}`)).json()) as Config;
  const config = user === undefined ? known.config : { ...known.config, User: user };
  const changed = JSON.stringify({ ...known, author: tag, config });
  const digest = await pushBlob(base, Buffer.from(changed));
  const type = original.headers.get('content-type') ?? '';
  const body = JSON.stringify({ ...manifest, config: { ...manifest.config, digest, size: changed.length } });
  await ask(`${base}/manifests/${tag}`, { method: 'PUT', body, headers: { 'content-type': type } });
  if (architecture !== undefined) await pushIndex(`${base}/manifests/${tag}`, { type, body, architecture });
  return `${host}/${REPOSITORY}:${tag}`;
}

/** Pushes it with one more layer of this size, which no node has. */
export async function pushLarge(host: string, tag: string, bytes = 2_000_000): Promise<string> {
  const base = `http://${host}/v2/${REPOSITORY}`;
  const original = await ask(`${base}/manifests/v1`, { headers: { accept: ACCEPT } });
  const manifest = (await original.json()) as Manifest;
  const config = (await (await ask(`${base}/blobs/${manifest.config.digest}`)).json()) as Config;
  const layer = tar([{ path: 'large', content: randomBytes(bytes) }]);
  const digest = await pushBlob(base, layer);
  const { rootfs } = config;
  const changed = JSON.stringify({ ...config, rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, digest] } });
  const [first] = manifest.layers;
  const mediaType = first?.mediaType.replace(/[.+]gzip$/, '');
  const body = JSON.stringify({
    ...manifest,
    config: { ...manifest.config, digest: await pushBlob(base, Buffer.from(changed)), size: changed.length },
    layers: [...manifest.layers, { mediaType, digest, size: layer.length }],
  });
  const type = original.headers.get('content-type') ?? '';
  await ask(`${base}/manifests/${tag}`, { method: 'PUT', body, headers: { 'content-type': type } });
  return `${host}/${REPOSITORY}:${tag}`;
}

interface Manifest {
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly { readonly mediaType: string }[];
}

interface Config {
  readonly config: object;
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

/** Pushes a blob and returns its digest. */
async function pushBlob(base: string, content: Buffer): Promise<string> {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const upload = await ask(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(upload.headers.get('location') ?? '', base);
  place.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await ask(place.href, { method: 'PUT', body: new Uint8Array(content), headers });
  return digest;
}

/** Replaces the manifest by an index that refers to it. */
async function pushIndex(
  url: string,
  { type, body, architecture }: { readonly type: string; readonly body: string; readonly architecture: string },
): Promise<void> {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const platform = { os: 'linux', architecture };
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = { schemaVersion: 2, mediaType, manifests: [{ mediaType: type, digest, size: body.length, platform }] };
  await ask(url, { method: 'PUT', body: JSON.stringify(index), headers: { 'content-type': mediaType } });
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const { username, password } = janedoe;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(url, { ...init, headers: { ...init.headers, authorization } });
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`);
  return response;
}
