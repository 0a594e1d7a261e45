/** The image's layers have the same bytes for the same files, and its configuration describes them. */
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { baseEntries } from '../../build/release/image/base.ts';
import { digest, type LayerEntry, layer, withFolders } from '../../build/release/image/layer.ts';
import { imageConfig, ociLayout } from '../../build/release/image/oci.ts';
import { imageArchive, imageName } from '../../build/release/release-info.ts';

const described = { version: '1.2.3', commit: 'c'.repeat(40), time: 1_700_000_000 };
const file = (path: string, content = path): LayerEntry => ({ path, content: Buffer.from(content) });

test('a layer has each file after its folders, and the same bytes in whatever order it is told of them', async () => {
  const entries = [
    file('usr/bin/tool'),
    { path: 'lib', link: 'usr/lib' },
    { path: 'usr', folder: true, mode: 0o700 },
  ] as const;
  expect(withFolders(entries).map(({ path }) => path)).toEqual(['lib', 'usr', 'usr/bin', 'usr/bin/tool']);
  expect(withFolders(entries)[1]).toEqual(entries[2]);
  const one = await layer('tools', entries, 5);
  const other = await layer('tools', entries.toReversed(), 5);
  expect(one.compressed.equals(other.compressed)).toBe(true);
  expect(one.diffId).toBe(digest(gunzipSync(one.compressed)));
  expect((await layer('tools', entries, 6)).diffId).not.toBe(one.diffId);
});

test('an image runs regsecret as a user without rights, and says what it is and where it is from', async () => {
  const layers = [await layer('base', [file('a')], 5), await layer('regsecret', [file('b')], 5)];
  expect(imageConfig({ architecture: 'arm64', layers, env: { MORE: 'x' } }, described)).toEqual({
    created: '2023-11-14T22:13:20Z',
    architecture: 'arm64',
    variant: 'v8',
    os: 'linux',
    config: {
      User: '65532:65532',
      Env: ['PATH=/usr/local/bin:/usr/bin', 'HOME=/home/nonroot', 'MORE=x'],
      Entrypoint: ['/usr/local/bin/regsecret'],
      WorkingDir: '/home/nonroot',
      Labels: {
        'org.opencontainers.image.title': 'regsecret',
        'org.opencontainers.image.description':
          'Kubernetes image pull secrets, from the login on your machine to the pod that runs',
        'org.opencontainers.image.url': 'https://github.com/regsecret/regsecret',
        'org.opencontainers.image.source': 'https://github.com/regsecret/regsecret',
        'org.opencontainers.image.documentation': 'https://github.com/regsecret/regsecret#readme',
        'org.opencontainers.image.version': '1.2.3',
        'org.opencontainers.image.revision': 'c'.repeat(40),
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: [
      { created: '2023-11-14T22:13:20Z', created_by: 'base' },
      { created: '2023-11-14T22:13:20Z', created_by: 'regsecret' },
    ],
  });
});

test('a layout leads from its index to both architectures, and every part lies under its sum', async () => {
  const layers = [await layer('base', [file('a')], 5)];
  const entries = ociLayout(
    [
      { architecture: 'amd64', layers },
      { architecture: 'arm64', layers },
    ],
    imageName('1.2.3', '-helpers'),
    described,
  );
  const content = (path: string): Buffer => {
    const found = entries.find((entry) => entry.path === path);
    if (found === undefined || !('content' in found)) throw new Error(`no ${path}`);
    return found.content;
  };
  const blob = (name: string) => JSON.parse(`${content(`blobs/${name.replace(':', '/')}`)}`);
  for (const { path } of entries.filter((entry) => entry.path.startsWith('blobs/sha256/'))) {
    expect(path).toBe(`blobs/${digest(content(path)).replace(':', '/')}`);
  }
  const { manifests } = JSON.parse(`${content('index.json')}`);
  expect(manifests).toHaveLength(1);
  expect(manifests[0].annotations).toEqual({
    'io.containerd.image.name': 'ghcr.io/regsecret/regsecret:1.2.3-helpers',
    'org.opencontainers.image.ref.name': '1.2.3-helpers',
  });
  const index = blob(manifests[0].digest);
  const platforms = index.manifests.map(
    ({ platform }: { platform: { architecture: string } }) => platform.architecture,
  );
  expect(platforms).toEqual(['amd64', 'arm64']);
  for (const manifest of index.manifests) {
    const { config, layers: described } = blob(manifest.digest);
    expect(blob(config.digest).architecture).toBe(manifest.platform.architecture);
    expect(described).toHaveLength(1);
  }
  expect(imageArchive('1.2.3', '-helpers')).toBe('regsecret_1.2.3_image-helpers.tar');
});

test('the base has the libraries, the authorities and who Debian is: no program, and no table of character sets', () => {
  const authorities = Array.from({ length: 60 }, (_, index) => file(`usr/share/ca-certificates/mozilla/${index}.crt`));
  const entries = baseEntries([
    {
      name: 'libc6',
      control: 'Package: libc6',
      files: [
        file('usr/lib/x86_64-linux-gnu/libc.so.6'),
        file('usr/lib/x86_64-linux-gnu/gconv/BIG5.so'),
        { path: 'usr/lib64/ld-linux-x86-64.so.2', link: '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
        file('usr/share/doc/libc6/copyright'),
        file('usr/share/doc/libc6/NEWS.gz'),
      ],
    },
    {
      name: 'ca-certificates',
      control: 'Package: ca-certificates',
      files: [...authorities, file('usr/sbin/update-ca-certificates')],
    },
    {
      name: 'base-files',
      control: 'Package: base-files',
      files: [
        { path: 'lib64', link: 'usr/lib64' },
        { path: 'bin', link: 'usr/bin' },
        file('usr/lib/os-release'),
        file('etc/issue'),
      ],
    },
  ]);
  expect(entries.map(({ path }) => path).toSorted()).toEqual([
    'etc/group',
    'etc/nsswitch.conf',
    'etc/passwd',
    'etc/ssl/certs/ca-certificates.crt',
    'home/nonroot',
    'lib64',
    'tmp',
    'usr/lib/os-release',
    'usr/lib/x86_64-linux-gnu/libc.so.6',
    'usr/lib64/ld-linux-x86-64.so.2',
    'usr/share/doc/libc6/copyright',
    'var/lib/dpkg/status.d/base-files',
    'var/lib/dpkg/status.d/ca-certificates',
    'var/lib/dpkg/status.d/libc6',
  ]);
});
