/**
 * Builds the release image for the tests, from the executable for this machine and with the same layers and configuration. Its
 * base contains this machine's libc in place of Debian's packages, which would have to be downloaded.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { users } from '../../build/release/image/base.ts';
import { type LayerEntry, layer } from '../../build/release/image/layer.ts';
import { EXECUTABLE, ociLayout } from '../../build/release/image/oci.ts';
import { executableName, hostName } from '../../build/targets.ts';
import { pushImage } from '../environment/image.ts';
import { cluster, type RegistryUser, sharedRegistries } from '../environment/use.ts';

/**
 * Pushes the image under a name such as `HOST/janedoe/regsecret:v1`, which takes a few seconds. It runs `regsecret` as user
 * 65532, and needs exe/ to be built, as .ci/run does.
 */
export async function pushControllerImage(image: string, user?: RegistryUser): Promise<void> {
  const folder = mkdtempSync(join(cluster().home, 'image-'));
  await pushImage(sharedRegistries().crane, await writeLayout(join(folder, 'layout')), image, folder, user);
}

async function writeLayout(folder: string): Promise<string> {
  const executable = resolve('exe', executableName(hostName()));
  const time = 1_700_000_000;
  const layers = [
    await layer('base', [...libraries(executable), ...authorities(), ...users()], time, 0),
    await layer('app', [{ path: EXECUTABLE, content: readFileSync(executable), mode: 0o755 }], time, 0),
  ];
  const image = { architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', layers } as const;
  for (const entry of ociLayout([image], 'regsecret:test', { version: '0.0.0', commit: '0'.repeat(40), time })) {
    const path = join(folder, entry.path);
    mkdirSync(dirname(path), { recursive: true });
    if ('content' in entry) writeFileSync(path, entry.content);
  }
  return folder;
}

/** The loader and the libc libraries that `ldd` finds, each at the path where the loader looks for it. */
function libraries(executable: string): readonly LayerEntry[] {
  const said = execFileSync('ldd', [executable], { encoding: 'utf8' });
  const paths = new Set(said.match(/(?<=\s)\/\S+/g));
  // libc loads these libraries for host name lookups at run time; `ldd` does not list them.
  const [libc = ''] = [...paths].filter((path) => /\/libc\.so/.test(path));
  for (const name of ['libnss_dns.so.2', 'libresolv.so.2']) {
    if (existsSync(join(dirname(libc), name))) paths.add(join(dirname(libc), name));
  }
  return [...paths].map((path) => ({ path: path.slice(1), content: readFileSync(realpathSync(path)), mode: 0o755 }));
}

function authorities(): readonly LayerEntry[] {
  const path = '/etc/ssl/certs/ca-certificates.crt';
  return existsSync(path) ? [{ path: path.slice(1), content: readFileSync(path) }] : [];
}
