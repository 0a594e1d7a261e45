/** Builds both artefacts so that they report which modules a run has loaded. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type OutputOptions, type RolldownOptions, rolldown } from 'rolldown';
import { compile } from '../../build/compile.ts';
import { executableName, hostName } from '../../build/targets.ts';
import config from '../../rolldown.config.ts';
import { atFileEnd } from '../environment/file-end.ts';
import { execute, type RunOptions } from '../support/program.ts';

export interface Loaded {
  /** Files of src/ without extension, sorted; those of the pure rooms are in `pure`. */
  readonly files: readonly string[];
  readonly pure: readonly string[];
  /** Packages of npm, sorted. */
  readonly packages: readonly string[];
  /** Node's built-in modules, sorted. Known only for the npm package. */
  readonly builtins: readonly string[];
}

const PURE = /^(text|line|codec\/go|secret|verify|workloads|findings|diagnosis)\//;

let folder: string | undefined;
let built: { [artefact in Artefact]?: Promise<string[]> } = {};
atFileEnd(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
  built = {};
});

export const artefacts = ['npm package', 'executable'] as const;
export type Artefact = (typeof artefacts)[number];

/** The modules that a run with `args` loads. Throws if the run fails. */
export async function loadedBy(artefact: Artefact, args: readonly string[], options: RunOptions = {}): Promise<Loaded> {
  folder ??= mkdtempSync(join(tmpdir(), 'regsecret-loaded-'));
  built[artefact] ??= build(artefact, folder);
  const report = join(folder, 'report.json');
  const ran = await execute([...(await built[artefact]), ...args], {
    ...options,
    env: { ...options.env, REGSECRET_LOADED: report },
  });
  if (ran.code !== 0) throw new Error(`exit code ${ran.code}: ${ran.stderr}`);
  const { modules, list } = JSON.parse(readFileSync(report, 'utf8')) as { modules: string[]; list: string[] };
  const ids = modules.map((id) => relative(root, id).replaceAll('\\', '/'));
  const files = ids.flatMap((id) => /^src\/(.*)\.ts$/.exec(id)?.[1] ?? []).sort();
  return {
    files: files.filter((file) => !PURE.test(file)),
    pure: files.filter((file) => PURE.test(file)),
    packages: [...new Set(ids.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []))].sort(),
    builtins: list.flatMap((name) => /^NativeModule ([a-z_]+)$/.exec(name)?.[1] ?? []).sort(),
  };
}

const root = join(import.meta.dirname, '..', '..');

async function build(artefact: Artefact, folder: string): Promise<string[]> {
  const options = (config as RolldownOptions[])[artefact === 'npm package' ? 0 : 1];
  const { output, ...input } = options as RolldownOptions & { output: OutputOptions };
  const dir = join(folder, artefact.replace(' ', '-'));
  const bundle = await rolldown({ ...input, cwd: root });
  await bundle.write({ ...output, dir, banner: ({ moduleIds }) => reporting(moduleIds) });
  if (artefact === 'npm package') return [process.execPath, join(dir, 'main.js')];
  const program = join(folder, executableName(hostName()));
  compile(join(dir, 'main.js'), program);
  return [program];
}

/** Code for the beginning of a chunk with `modules`, which reports them. */
function reporting(modules: readonly string[]): string {
  return `globalThis.loaded ??= process.on('exit', () => {
    const report = { modules: globalThis.loaded.modules, list: process.moduleLoadList ?? [] };
    process.getBuiltinModule('node:fs').writeFileSync(process.env.REGSECRET_LOADED, JSON.stringify(report));
  });
  (globalThis.loaded.modules ??= []).push(...${JSON.stringify(modules)});`;
}
