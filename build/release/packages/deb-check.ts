/** Checks the debs in a separate minimal Debian: installed, run, upgraded and removed. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { arch as hostArch } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../runtime.ts';
import { toolFolder } from '../go-tool.ts';
import type { CheckedWay } from '../release.ts';
import type { ReleaseInfo } from '../release-info.ts';
import { linuxArchitectures, makePackages, packageName } from './linux-packages.ts';

const SUITE = 'bookworm';

/** Checks the debs. Needs lintian, debootstrap, and root. */
export function checkDebs(release: ReleaseInfo, work: string): CheckedWay[] {
  const architectures = linuxArchitectures(release);
  for (const arch of architectures) {
    execute('lintian', ['--fail-on', 'error,warning', join(release.folder, packageName('deb', release.version, arch))]);
  }
  const arch = hostArch() === 'x64' ? 'amd64' : 'arm64';
  if (!architectures.includes(arch)) return [];
  const name = packageName('deb', release.version, arch);
  const root = unpackDebian(work);
  const before = filesOf(root);
  copyFileSync(join(release.folder, name), join(root, name));
  const began = performance.now();
  inDebian(root, `dpkg --install /${name}`);
  const said = inDebian(root, 'regsecret --version');
  const seconds = (performance.now() - began) / 1000;
  if (!said.startsWith(`${release.version} `)) throw new Error(`regsecret --version says ${said}`);
  runsUnderEachName(root);
  const installed = filesOf(root);
  upgrade(release, arch, root);
  if (filesOf(root).join() !== installed.join()) throw new Error('the next version does not have the same files');
  inDebian(root, 'dpkg --remove regsecret');
  const left = filesOf(root).filter((path) => !before.includes(path));
  if (left.length > 0) throw new Error(`dpkg --remove leaves ${left.join(', ')}`);
  const { size: bytes } = statSync(join(release.folder, name));
  const acceptedBy = `lintian; dpkg of Debian ${SUITE}: installed, run, upgraded, removed, nothing left`;
  return [{ way: 'deb', command: `apt install ./${name}`, acceptedBy, bytes, seconds }];
}

/** Checks that the program runs under the names by which kubectl starts the plugin and its completer. */
function runsUnderEachName(root: string): void {
  const login = '--docker-server=r.io --docker-username=u --docker-password=p';
  const secret = inDebian(root, `kubectl-regsecret create x ${login} --dry-run=client -o yaml`);
  if (!secret.includes('type: kubernetes.io/dockerconfigjson')) throw new Error(`create printed ${secret}`);
  const proposed = inDebian(root, 'kubectl_complete-regsecret create --server-');
  if (!proposed.includes('--server')) throw new Error(`behind "create" the completer proposes ${proposed}`);
}

/** Upgrades to a pre-release and then to the final version, which dpkg must treat as newer. */
function upgrade(release: ReleaseInfo, arch: 'amd64' | 'arm64', root: string): void {
  const [major, minor, patch] = release.version.split(/[.-]/).map(Number);
  const next = `${major}.${minor}.${(patch ?? 0) + 1}`;
  for (const version of [`${next}-rc.1`, next]) {
    makePackages(release, arch, { folder: root, version, formats: ['deb'] });
    const file = `/${packageName('deb', version, arch)}`;
    // dpkg refuses a downgrade only with this flag.
    inDebian(root, `dpkg --refuse-downgrade --install ${file} && rm ${file}`);
    inDebian(root, 'regsecret --version');
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: of dpkg.
  const installed = inDebian(root, "dpkg-query --show --showformat='${Version}' regsecret");
  if (installed !== next) throw new Error(`after the upgrade to ${next} dpkg has ${installed}`);
}

/** Unpacks a minimal Debian below `work`, and returns its root. It is downloaded once and kept. */
function unpackDebian(work: string): string {
  const kept = join(toolFolder(), `debian-${SUITE}.tar`);
  const root = join(work, 'debian');
  if (!existsSync(kept)) {
    process.stderr.write(`downloading a minimal Debian ${SUITE} (a minute or two, once)\n`);
    mkdirSync(toolFolder(), { recursive: true });
    execute('debootstrap', ['--variant=minbase', SUITE, root]);
    execute('tar', ['-cf', `${kept}.part`, '-C', root, '--exclude=./proc/*', '--exclude=./sys/*', '.']);
    renameSync(`${kept}.part`, kept);
    rmSync(root, { recursive: true });
  }
  mkdirSync(root);
  execute('tar', ['-xpf', kept, '-C', root]);
  return root;
}

/** Runs a script in the Debian, in a separate mount namespace, so that its /proc is unmounted at the end. */
function inDebian(root: string, script: string): string {
  const inside = 'mount -t proc proc "$0/proc" && exec chroot "$0" /bin/sh -ec "$1"';
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
  };
  return execute('unshare', ['--mount', 'sh', '-c', inside, root, script], env);
}

/** All files in the Debian except dpkg's own data, caches and logs. */
function filesOf(root: string): string[] {
  const found = execute('find', [root, '-xdev', '-path', `${root}/proc`, '-prune', '-o', '-printf', '/%P\n']);
  const own = /^\/var\/(lib\/dpkg|log|cache)\/|^\/regsecret_[^/]*\.deb$/;
  return found
    .split('\n')
    .filter((path) => !own.test(path))
    .sort();
}
