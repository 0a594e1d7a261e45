/**
 * Fetches Debian packages, also for another architecture than this machine's. apt downloads them into a root of its own, and
 * checks the signature of the archive and the checksum of each package.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { execute } from '../../runtime.ts';
import type { LayerEntry } from './layer.ts';

export interface DebianPackage {
  readonly name: string;
  /** Its entry in dpkg's list of installed packages. */
  readonly control: string;
  readonly files: readonly LayerEntry[];
}

/** The Debian suite that images are based on. */
const SUITE = 'trixie';
/** Debian's older keys, which also exist on machines that do not know newer suites. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Downloads the newest version of each package for each architecture. */
export async function debianPackages<Architecture extends string>(
  names: readonly string[],
  architectures: readonly Architecture[],
): Promise<Readonly<Record<Architecture, readonly DebianPackage[]>>> {
  if (!existsSync(KEYRING)) throw new Error("Debian's keys are missing: install the package debian-archive-keyring");
  const root = mkdtempSync(join(tmpdir(), 'regsecret-debian-'));
  try {
    const env = { ...process.env, APT_CONFIG: writeConfig(root, architectures) };
    execute('apt-get', ['--quiet', '--error-on=any', 'update'], env);
    const found: [Architecture, readonly DebianPackage[]][] = [];
    for (const architecture of architectures) {
      const packages: DebianPackage[] = [];
      for (const name of names) packages.push(await download(root, name, architecture, env));
      found.push([architecture, packages]);
    }
    return Object.fromEntries(found) as Record<Architecture, readonly DebianPackage[]>;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Writes apt's configuration. This machine's settings for proxies and mirrors still apply; its package sources do not. */
function writeConfig(root: string, architectures: readonly string[]): string {
  for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'status'), '');
  const source = (uri: string, suites: string): string =>
    `Types: deb\nURIs: http://deb.debian.org/${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: ${KEYRING}\n`;
  writeFileSync(
    join(root, 'debian.sources'),
    `${source('debian', `${SUITE} ${SUITE}-updates`)}\n${source('debian-security', `${SUITE}-security`)}`,
  );
  const config = join(root, 'apt.conf');
  const settings = {
    'Dir::State': root,
    'Dir::State::lists': 'lists',
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': root,
    'Dir::Etc::sourcelist': join(root, 'debian.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'APT::Architecture': architectures[0],
    'APT::Sandbox::User': 'root', // apt's sandbox user cannot write to our temporary folder
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  const list = architectures.map((name) => `"${name}"; `).join('');
  writeFileSync(config, `${lines.join('')}APT::Architectures { ${list}};\n`);
  return config;
}

async function download(
  root: string,
  name: string,
  architecture: string,
  env: NodeJS.ProcessEnv,
): Promise<DebianPackage> {
  const folder = mkdtempSync(join(root, 'package-'));
  // Selects the architecture by option and not in the package name, because a package may exist only as `all`.
  const args = ['--quiet', '-o', `APT::Architecture=${architecture}`, 'download', name];
  execFileSync('apt-get', args, { cwd: folder, env, stdio: 'pipe' });
  const [file = ''] = globSync('*.deb', { cwd: folder });
  const path = join(folder, file);
  const archive = execFileSync('dpkg-deb', ['--fsys-tarfile', path], { maxBuffer: 2 ** 30 });
  return { name, control: execute('dpkg-deb', ['--field', path]), files: await filesOf(archive) };
}

/** The files and links of a tar archive. Folders are left out because they are created as needed. */
export async function filesOf(archive: Buffer): Promise<readonly LayerEntry[]> {
  const files: LayerEntry[] = [];
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const { name, type, mode = 0o644, linkname } = entry.header;
    const path = name.replace(/^\.\//, '');
    const content = await buffer(entry);
    if (type === 'file') files.push({ path, content, mode });
    else if (type === 'symlink') files.push({ path, link: linkname ?? '' });
  }
  return files;
}
