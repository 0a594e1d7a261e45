/** Builds programs of one Go module into a folder: each appears complete or not at all, and only one build runs at a time. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { startChild } from './child.ts';
import { patchFlag } from './go-patch.ts';
import { lock } from './lock.ts';
import type { GoModule, ProgramName, Programs } from './programs.ts';
import type { Report } from './report.ts';

/** Builds the programs that do not exist yet at their paths, all of which are in `folder`. */
export async function build(module: GoModule, paths: Programs, folder: string, report: Report): Promise<void> {
  if (absentOf(paths).length === 0) return;
  mkdirSync(folder, { recursive: true });
  const held = await lock(join(folder, '.lock'), () => report(`waiting for another build in ${folder}`));
  const temporary = join(folder, '.building');
  try {
    const absent = absentOf(paths); // another process may have been faster
    if (absent.length === 0) return;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
    const names = absent.map(([name]) => name);
    await goBuild(module, names, temporary, report);
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

const reportEveryMs = 15_000;
const tailLines = 40;

async function goBuild(module: GoModule, names: readonly ProgramName[], into: string, report: Report): Promise<void> {
  const start = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const packages = names.map((name) => module.packages[name] ?? name);
  const patch = module.patch ? [await patchFlag(module.patch, module.folder, join(into, 'patch'))] : [];
  const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-gcflags=all=-dwarf=false', ...module.flags, ...patch];
  report(`building ${names.join(', ')} with go (minutes the first time, once per version)`);
  const go = startChild('go', [...args, '-o', `${into}/`, ...packages], {
    cwd: module.folder,
    // Without cgo no C compiler is needed, and the programs run wherever they are copied.
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOOS: '', GOARCH: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });

  let compiled = 0;
  const tail: string[] = [];
  if (go.stderr) {
    createInterface(go.stderr).on('line', (line) => {
      if (/^[^\s:#]+$/.test(line)) compiled++;
      else if (!line.startsWith('go: downloading') && tail.push(line) > tailLines) tail.shift();
    });
  }
  const progress = setInterval(() => {
    const linked = readdirSync(into); // go puts each program there as soon as it is linked
    const done = names.filter((name) => linked.includes(outputName(module, name)));
    const which = done.length > 0 ? ` (${done.join(', ')})` : '';
    report(`built ${done.length} of ${names.length}${which}, ${compiled} packages compiled, ${seconds()}`);
  }, reportEveryMs);
  const code = await new Promise<number | string>((resolve) => {
    go.once('error', (error) => resolve(error.message));
    go.once('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
  clearInterval(progress);
  if (code !== 0) throw new Error(`go build of ${names.join(', ')} failed (${code}):\n${tail.join('\n')}`);
  report(`built ${names.join(', ')} in ${seconds()}`);
}

/** The file name that `go build -o folder/` gives a program: the last element of its package path that is not a major version. */
function outputName(module: GoModule, name: ProgramName): string {
  return basename((module.packages[name] ?? name).replace(/\/v\d+$/, ''));
}
