/** Builds programs of one Go module into a folder: each appears complete or not at all, and only one build runs at a time. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { BuildProgress } from './build-progress.ts';
import { startChild } from './child.ts';
import { patchFlag } from './go-patch.ts';
import { lock } from './lock.ts';
import type { GoModule, ProgramName, Programs } from './programs.ts';
import type { Report } from './report.ts';

/** Programs of one module, all of which are in `folder`. */
export interface Wanted {
  readonly module: GoModule;
  readonly paths: Programs;
  readonly folder: string;
}

/**
 * Builds the programs that do not exist yet at their paths. With `caches`, a folder, Go keeps there what it downloads and compiles,
 * and the user's own caches stay as they are.
 */
export async function buildAll(wanted: readonly Wanted[], report: Report, caches?: string): Promise<void> {
  const missing = wanted.filter(({ paths }) => absentOf(paths).length > 0);
  if (missing.length === 0) return;
  const env = goEnvironment(caches);
  const progress = new BuildProgress();
  await Promise.all(missing.map((one) => plan(one, env, progress, report)));
  report(progress.estimate(availableParallelism()));
  const start = performance.now();
  // One after another, because they share packages, such as those of Go itself.
  for (const one of missing) await build(one, { report, env, progress, start });
}

interface Circumstances {
  readonly report: Report;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: BuildProgress;
  readonly start: number;
}

async function build({ module, paths, folder }: Wanted, circumstances: Circumstances): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const held = await lock(join(folder, '.lock'), () => circumstances.report(`waiting for another build in ${folder}`));
  const temporary = join(folder, '.building');
  try {
    const absent = absentOf(paths); // another process may have been faster
    if (absent.length === 0) return;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
    const names = absent.map(([name]) => name);
    await goBuild(module, names, temporary, circumstances);
    for (const [name, path] of absent) renameSync(join(temporary, outputName(module, name)), path);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    held.release();
  }
}

function absentOf(paths: Programs): [ProgramName, string][] {
  const entries = Object.entries(paths) as [ProgramName, string][];
  return entries.filter(([, path]) => !existsSync(path));
}

/** With less garbage collected, Go's compiler takes 12 % less of the processors: up to half of the memory is for it. */
function goEnvironment(caches: string | undefined): NodeJS.ProcessEnv {
  const limit = Math.floor(totalmem() / 2 ** 20 / 2 / availableParallelism());
  const own =
    caches === undefined
      ? {}
      : { GOCACHE: join(caches, 'build'), GOMODCACHE: join(caches, 'modules'), GOFLAGS: '-modcacherw' };
  const collector = { GOGC: 'off', GOMEMLIMIT: `${limit}MiB` };
  // Without cgo no C compiler is needed, and the programs run wherever they are copied.
  const fixed = { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOOS: '', GOARCH: '' };
  return { ...process.env, ...fixed, ...collector, ...own };
}

const COMMON_FLAGS = ['-trimpath', '-buildvcs=false', '-gcflags=all=-dwarf=false'];
const reportEveryMs = 15_000;
const tailLines = 40;

/** What `go build -v` prints for each package that it compiles. */
const PACKAGE = /^[^\s:#]+$/;

/** Asks Go which packages it has to compile. It first downloads their modules. */
async function plan(
  { module, paths }: Wanted,
  env: NodeJS.ProcessEnv,
  progress: BuildProgress,
  report: Report,
): Promise<void> {
  const names = absentOf(paths).map(([name]) => name);
  const format = '{{if .Stale}}{{.ImportPath}}{{end}}';
  const args = ['list', '-deps', ...COMMON_FLAGS, ...module.flags, '-f', format, ...packagesOf(module, names)];
  let downloads = 0;
  const what = names.join(', ');
  report(`reading what ${what} consist of`);
  const timer = setInterval(() => report(`${downloads} modules downloaded for ${what}`), reportEveryMs);
  const stdout = await go(module, args, env, (line) => {
    if (line.startsWith('go: downloading')) downloads++;
  }).finally(() => clearInterval(timer));
  const packages = stdout.split('\n').filter(Boolean);
  progress.plan(
    packages.map((name) => keyOf(module, name)),
    names.length,
  );
}

async function goBuild(
  module: GoModule,
  names: readonly ProgramName[],
  into: string,
  { report, env, progress, start }: Circumstances,
): Promise<void> {
  const patch = module.patch ? [await patchFlag(module.patch, module.folder, join(into, 'patch'))] : [];
  const args = ['build', '-v', ...COMMON_FLAGS, ...module.flags, ...patch, '-o', `${into}/`];
  report(`building ${names.join(', ')} with go`);
  const timer = setInterval(() => {
    const present = readdirSync(into); // go puts each program there as soon as it is linked
    for (const name of names.filter((one) => present.includes(outputName(module, one)))) progress.links(name);
    report(progress.line(performance.now() - start));
  }, reportEveryMs);
  await go(module, [...args, ...packagesOf(module, names)], env, (line) => {
    if (PACKAGE.test(line)) progress.compiles(keyOf(module, line));
  }).finally(() => clearInterval(timer));
  for (const name of names) progress.links(name);
  report(`built ${names.join(', ')}`);
}

/** Runs Go in a module and returns its stdout. Throws with the end of its stderr, of which `onLine` gets each line. */
async function go(
  { folder }: GoModule,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<string> {
  const child = startChild('go', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const tail: string[] = [];
  createInterface(child.stderr as Readable).on('line', (line) => {
    onLine(line);
    const expected = PACKAGE.test(line) || line.startsWith('go: downloading');
    if (!expected && tail.push(line) > tailLines) tail.shift();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
  const [code, stdout] = await Promise.all([ended, text(child.stdout as Readable)]);
  if (code !== 0) throw new Error(`go ${args.slice(0, 2).join(' ')} failed (${code}):\n${tail.join('\n')}`);
  return stdout;
}

/** Modules have different versions of a package, except of Go's own. */
function keyOf(module: GoModule, name: string): string {
  return name.slice(0, name.indexOf('/')).includes('.') ? `${module.name} ${name}` : name;
}

function packagesOf(module: GoModule, names: readonly ProgramName[]): string[] {
  return names.map((name) => module.packages[name] ?? name);
}

/** The file name that `go build -o folder/` gives a program: the last element of its package path that is not a major version. */
function outputName(module: GoModule, name: ProgramName): string {
  return basename((module.packages[name] ?? name).replace(/\/v\d+$/, ''));
}
