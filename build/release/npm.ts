/** Packs the npm package, and checks it in a project that allows no install scripts. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { execute } from '../runtime.ts';
import type { CheckedWay, Part } from './release.ts';
import type { ReleaseInfo } from './release-info.ts';

export const npm: Part = { make, check };

/** npm's name for the package file, such as `regsecret-0.1.0.tgz`. */
function tarballName({ version }: ReleaseInfo): string {
  return `regsecret-${version}.tgz`;
}

async function make(release: ReleaseInfo): Promise<void> {
  // dist/ is built already. npm itself makes equal tarballs from equal files.
  execute('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', release.folder]);
}

/** The arguments to run each name in `bin` with, and the beginning of its output. */
function questions({ version, commit }: ReleaseInfo): [name: string, args: readonly string[], answer: string][] {
  const said = `${version} (${commit.slice(0, 12)}`;
  return [
    ['regsecret', ['--version'], said],
    ['kubectl-regsecret', ['--version'], said],
    // kubectl runs this for `kubectl regsecret cr`.
    ['kubectl_complete-regsecret', ['cr'], 'create\t'],
  ];
}

async function check(release: ReleaseInfo): Promise<CheckedWay[]> {
  const name = tarballName(release);
  const tarball = resolve(release.folder, name);
  const home = mkdtempSync(join(tmpdir(), 'regsecret-npm-'));
  try {
    const project = join(home, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    const programs = join(project, 'node_modules', '.bin');
    const env = { PATH: `${programs}${delimiter}${process.env.PATH}`, HOME: home };
    const began = performance.now();
    execute('npm', ['install', '--ignore-scripts', '--offline', '--silent', '--prefix', project, tarball], env);
    let seconds: number | undefined;
    for (const [program, args, answer] of questions(release)) {
      const answered = execute(program, args, env);
      seconds ??= (performance.now() - began) / 1000;
      if (!answered.startsWith(answer)) throw new Error(`${program} ${args.join(' ')} of ${name} prints ${answered}`);
    }
    const command = `npm install --ignore-scripts ${name}`;
    return [
      { way: 'npm', command, acceptedBy: 'npm, and all three names run', bytes: statSync(tarball).size, seconds },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
