/** The npm package, as npm packs it, and as a project has it that lets no package run scripts. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { execute } from '../runtime.ts';
import type { CheckedWay, Part } from './release.ts';
import type { ReleaseInfo } from './release-info.ts';

export const npm: Part = { make, check };

/** `regsecret-0.1.0.tgz`, which is how npm calls it. */
function tarballName({ version }: ReleaseInfo): string {
  return `regsecret-${version}.tgz`;
}

async function make(release: ReleaseInfo): Promise<void> {
  // It is built already. npm itself sees to it that equal files make an equal tarball.
  execute('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', release.folder]);
}

/** What each name in `bin` is asked, and how its answer begins. */
function questions({ version, commit }: ReleaseInfo): [name: string, args: readonly string[], answer: string][] {
  const said = `${version} (${commit.slice(0, 12)}`;
  return [
    ['regsecret', ['--version'], said],
    ['kubectl-regsecret', ['--version'], said],
    // What kubectl asks it for `kubectl regsecret cr`.
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
