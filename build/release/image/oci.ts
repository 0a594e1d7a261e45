/**
 * Writes images in the OCI format: https://github.com/opencontainers/image-spec. crane is not used because its `append`, `mutate`
 * and `index append` work only with a registry, which a release would then have to run.
 */
import { REPOSITORY, type ReleaseInfo } from '../release-info.ts';
import { digest, type Layer, type LayerEntry } from './layer.ts';

/** The user id that images without root commonly use. It is numeric so that `runAsNonRoot` can be checked. */
export const USER = 65532;
export const HOME = 'home/nonroot';
export const EXECUTABLE = 'usr/local/bin/regsecret';

const MEDIA = 'application/vnd.oci.image';

export interface Image {
  readonly architecture: 'amd64' | 'arm64';
  /** The layers, lowest first. */
  readonly layers: readonly Layer[];
  readonly env?: Readonly<Record<string, string>>;
}

type Described = Pick<ReleaseInfo, 'version' | 'commit' | 'time'>;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** The description of an image, as labels of each image and as annotations of their index, where ghcr.io reads it. */
export function labels({ version, commit, time }: Described): Readonly<Record<string, string>> {
  const about = {
    title: 'regsecret',
    description: 'Kubernetes image pull secrets, from the login on your machine to the pod that runs',
    url: REPOSITORY,
    source: REPOSITORY,
    documentation: `${REPOSITORY}#readme`,
    version,
    revision: commit,
    licenses: 'Apache-2.0',
    created: timestamp(time),
  };
  return Object.fromEntries(Object.entries(about).map(([name, value]) => [`org.opencontainers.image.${name}`, value]));
}

/** The configuration of an image. All files are readable, and none has to be writable, not even in the home folder. */
export function imageConfig({ architecture, layers, env = {} }: Image, described: Described): object {
  const variables = { PATH: '/usr/local/bin:/usr/bin', HOME: `/${HOME}`, ...env };
  const created = timestamp(described.time);
  return {
    created,
    architecture,
    os: 'linux',
    ...(architecture === 'arm64' ? { variant: 'v8' } : {}),
    config: {
      User: `${USER}:${USER}`,
      Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      Entrypoint: [`/${EXECUTABLE}`],
      WorkingDir: `/${HOME}`,
      Labels: labels(described),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ title }) => ({ created, created_by: title })),
  };
}

/** The files of an OCI layout with one entry, an index of the images. `name` is the name of the image. */
export function ociLayout(images: readonly Image[], name: string, described: Described): readonly LayerEntry[] {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, content: Buffer): Descriptor => {
    blobs.set(digest(content), content);
    return { mediaType, digest: digest(content), size: content.length };
  };
  const manifests = images.map((image) => {
    const manifest = {
      schemaVersion: 2,
      mediaType: `${MEDIA}.manifest.v1+json`,
      config: add(`${MEDIA}.config.v1+json`, json(imageConfig(image, described))),
      layers: image.layers.map(({ compressed }) => add(`${MEDIA}.layer.v1.tar+gzip`, compressed)),
    };
    const variant = image.architecture === 'arm64' ? { variant: 'v8' } : {};
    const platform = { architecture: image.architecture, os: 'linux', ...variant };
    return { ...add(manifest.mediaType, json(manifest)), platform };
  });
  const index = { schemaVersion: 2, mediaType: `${MEDIA}.index.v1+json`, manifests };
  const tag = name.slice(name.lastIndexOf(':') + 1);
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag };
  const entry = { ...add(index.mediaType, json({ ...index, annotations: labels(described) })), annotations };
  return [
    { path: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', content: json({ schemaVersion: 2, mediaType: index.mediaType, manifests: [entry] }) },
    ...[...blobs].map(([name, content]) => ({ path: `blobs/${name.replace(':', '/')}`, content })),
  ];
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function timestamp(time: number): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z');
}
