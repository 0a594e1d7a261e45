/** The floors of src/: who may import what. CONTRIBUTING.md explains them. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

/** What `file` imports, statically or lazily; targets in the project begin with `src/`. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /(?:^|\n)(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/g;
  return [...text.matchAll(pattern)].map(([, typeOnly, statically, lazily]) => {
    const specifier = statically ?? lazily ?? '';
    const target = specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier;
    return { target: target.replaceAll('\\', '/'), typeOnly: typeOnly !== undefined };
  });
}

/** Every outside package and the only file (or folder) that may import it. */
const HOMES: Readonly<Record<string, string>> = {
  commander: 'src/(cli|run).ts',
  inquirer: 'src/credentials/prompt.ts',
  chalk: 'src/output/style.ts',
  'js-yaml': 'src/yaml.ts',
  yaml: 'src/manifests/yaml-tree.ts',
  'https-proxy-agent': 'src/http/route.ts',
  'socks-proxy-agent': 'src/http/route.ts',
  'zod/mini': 'src/registry/answer.ts',
};

const EDGES = ['credentials', 'registry', 'cluster', 'manifests', 'output'];
/** Shared by all edges: the one transport, YAML, programs on PATH, and what is about the process. */
const BASE = /^src\/(errors\.ts|io\.ts|look-path\.ts|yaml\.ts|version\.ts|http\/.*)$/;

function floorOf(file: string): string {
  return file.split('/').length === 2 ? 'base' : (file.split('/')[1] ?? '');
}

/** Why `file` may not import `target`, undefined when it may. */
function violation(file: string, { target, typeOnly }: Import): string | undefined {
  const floor = floorOf(file);
  if (target.startsWith('node:')) {
    return floor === 'domain' || floor === 'commands' ? `${floor}/ may not import ${target}` : undefined;
  }
  if (!target.startsWith('src/')) {
    if (target === 'package.json') return undefined;
    const home = HOMES[target];
    return home !== undefined && new RegExp(`^${home}`).test(file) ? undefined : `${target} has its home in ${home}`;
  }
  const other = floorOf(target);
  if (other === floor && floor !== 'commands' && floor !== 'base') return undefined;
  if (BASE.test(file) && BASE.test(target)) return undefined;
  if (other === 'domain') return undefined;
  if (floor === 'domain') return target === 'src/errors.ts' ? undefined : 'domain/ may import domain/ and errors.ts';
  if (BASE.test(target)) {
    return target === 'src/io.ts' && !typeOnly && !/^src\/(main|run)\.ts$/.test(file)
      ? 'io.ts is imported as a type'
      : undefined;
  }
  if (floor === 'commands') return EDGES.includes(other) ? undefined : `commands/ may not import ${target}`;
  if (EDGES.includes(floor)) return `${floor}/ may not import ${target}`;
  const wiring = /^src\/(cli|run|main)\.ts$/.test(file);
  return wiring ? undefined : `${file} may not import ${target}`;
}

describe('each file imports only what its floor allows', () => {
  test.each(files)('%s', (file) => {
    expect(importsOf(file).flatMap((entry) => violation(file, entry) ?? [])).toEqual([]);
  });
});

test('the process is touched only in io.ts and main.ts, and nothing is written to the console', () => {
  const offenders = files.filter((file) => {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '');
    return /\bconsole\./.test(code) || (/\bprocess\./.test(code) && !/^src\/(io|main)\.ts$/.test(file));
  });
  expect(offenders).toEqual([]);
});

test('domain/ is synchronous and knows no clock', () => {
  const offenders = files.filter(
    (file) =>
      floorOf(file) === 'domain' &&
      /\basync\b|\bawait\b|Date\.now|new Date\(\)|Math\.random/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(offenders).toEqual([]);
});
