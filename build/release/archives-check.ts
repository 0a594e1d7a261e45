/** Checks the archives as users get them: unpacks each, and runs the one for this machine. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { execute } from '../runtime.ts';
import { hostName } from '../targets.ts';
import { machineOf } from './machine-code.ts';
import { neededGlibc } from './packages/glibc.ts';
import type { CheckedWay } from './release.ts';
import { archiveName, executableIn, type Platform, type ReleaseInfo } from './release-info.ts';

const MAX_ARCHIVE = 45e6;
/** The minor version of glibc 2. */
const MAX_GLIBC = 17;
const MAX_EXECUTABLE = { linux: 124e6, darwin: 124e6, windows: 130e6 } as const;

/** Throws when an archive is too large, is not for its platform, or does not run on this machine although it should. */
export async function checkArchives(release: ReleaseInfo): Promise<CheckedWay[]> {
  const rows: CheckedWay[] = [];
  for (const { platform, target } of release.platforms) {
    const name = archiveName(release.version, platform);
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-archive-'));
    try {
      const began = performance.now();
      unpack(join(release.folder, name), folder);
      const runs = target.name === hostName();
      if (runs) runExecutable(folder, release);
      const seconds = runs ? (performance.now() - began) / 1000 : undefined;
      inspect(folder, platform, name);
      if (runs) {
        sourceCompletion(folder);
        lintManPages(folder);
      }
      const { size: bytes } = statSync(join(release.folder, name));
      if (bytes > MAX_ARCHIVE) throw new Error(`${name} has ${bytes} bytes`);
      const acceptedBy = runs ? 'tar, bash, mandoc' : 'format, processor, modes and size are as they should be';
      rows.push({ way: 'archive', command: unpackLine(name), acceptedBy, bytes, seconds });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

function unpackLine(name: string): string {
  return name.endsWith('.zip') ? `Expand-Archive ${name}` : `tar -xzf ${name} && ./regsecret --version`;
}

function unpack(archive: string, folder: string): void {
  if (!archive.endsWith('.zip')) {
    execute('tar', ['-xzf', archive, '-C', folder]);
    return;
  }
  for (const [path, content] of Object.entries(unzipSync(readFileSync(archive)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function inspect(folder: string, platform: Platform, name: string): void {
  const executable = executableIn(platform);
  const program = readFileSync(join(folder, executable));
  const { os, arch, musl } = machineOf(program) ?? {};
  if (os !== platform.os || arch !== platform.arch || musl !== platform.musl) {
    throw new Error(`${name} has an executable for ${os} ${arch}${musl ? ' with musl' : ''}`);
  }
  if (program.length > MAX_EXECUTABLE[os]) throw new Error(`the executable in ${name} has ${program.length} bytes`);
  if (os === 'linux' && !musl && minorOf(neededGlibc(program)) > MAX_GLIBC) {
    throw new Error(
      `the executable in ${name} needs glibc ${neededGlibc(program)}, and docs/install.md says 2.${MAX_GLIBC}`,
    );
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path: path.replaceAll('\\', '/'), stats: statSync(join(folder, path)) }))
    .filter(({ stats }) => stats.isFile());
  const paths = files.map(({ path }) => path.replace(/^(man|completions)\/.*/, '$1/'));
  const expected = ['LICENSE', 'LICENSES.txt', 'completions/', 'man/', executable, 'regsecret.cdx.json'].sort();
  if ([...new Set(paths)].sort().join() !== expected.join()) throw new Error(`${name} holds ${paths.join(', ')}`);
  if (os === 'windows') return;
  const runnable = files.filter(({ stats }) => (stats.mode & 0o777) === 0o755).map(({ path }) => path);
  if (runnable.sort().join() !== `completions/kubectl_complete-regsecret,${executable}`) {
    throw new Error(`in ${name} these can be run: ${runnable.join(', ')}`);
  }
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** Only PATH of this machine's environment: no home, no kubeconfig. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: join(tmpdir(), 'regsecret-nobody') };

function runExecutable(folder: string, { version, commit }: ReleaseInfo): void {
  const program = join(folder, 'regsecret');
  const said = execute(program, ['--version'], ENVIRONMENT).trim();
  if (!said.startsWith(`${version} (${commit.slice(0, 12)}`)) throw new Error(`the executable is ${said}`);
  const login = ['--docker-server=r.io', '--docker-username=u', '--docker-password=p'];
  const manifest = execute(program, ['create', 'x', ...login, '--dry-run=client', '-o', 'yaml'], ENVIRONMENT);
  if (!manifest.includes('type: kubernetes.io/dockerconfigjson')) throw new Error(`create printed ${manifest}`);
}

/** Checks that Bash completes `regsecret cr` to `create`. */
function sourceCompletion(folder: string): void {
  const line = 'regsecret cr';
  const script = [
    `source ${join(folder, 'completions', 'regsecret.bash')}`,
    `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${line}) COMP_CWORD=1`,
    '_regsecret',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of Bash.
    'echo "${COMPREPLY[*]}"',
  ];
  const env = { ...ENVIRONMENT, PATH: `${folder}:${ENVIRONMENT.PATH}` };
  const proposed = execute('bash', ['--norc', '-c', script.join('\n')], env).trim();
  if (proposed !== 'create') throw new Error(`for "${line}" Bash proposes "${proposed}"`);
}

function lintManPages(folder: string): void {
  for (const name of readdirSync(join(folder, 'man'))) {
    const page = join(folder, 'man', name);
    execute('mandoc', ['-T', 'lint', '-W', 'warning', page]);
    // man exits with 0 even when it warns.
    const warnings = execute('sh', ['-c', 'man --warnings -E UTF-8 -l "$1" 2>&1 >/dev/null', 'sh', page]);
    if (warnings !== '') throw new Error(warnings);
  }
}
