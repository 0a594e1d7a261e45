/** The npm package as npm packs it: which files it has, how it runs, and how programs import it. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute, type Ran } from '../support/program.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'regsecret-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

let packed: Packed;
let tarball = '';
/** A project that has installed the package, from nowhere but its tarball. */
const project = join(folder, 'project');

beforeAll(async () => {
  // `--ignore-scripts`, because packing would build again and change files that other tests use.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  [packed] = JSON.parse((await npm(args, root)).stdout);
  tarball = join(folder, packed.filename);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball], project);
});

async function npm(args: readonly string[], cwd: string, command = 'npm'): Promise<Ran> {
  const ran = await execute([command, ...args], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  return ran;
}

describe('the tarball', () => {
  test('holds the program, the library with its types, and what belongs to any package', () => {
    const kinds = packed.files.map(({ path }) => path.replace(/^dist\/(api|cli)\/[\w-]+\.js$/, 'dist/$1/*.js'));
    expect([...new Set(kinds.filter((path) => !/^dist\/api\/.*\.d\.ts$/.test(path)))].sort()).toEqual([
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'bin/kubectl_complete-regsecret.cjs',
      'bin/regsecret.cjs',
      'dist/api/*.js',
      'dist/cli/*.js',
      'dist/cli/LICENSES.txt',
      'dist/cli/package.json',
      'package.json',
    ]);
  });

  test('is small', () => {
    expect(packed.size).toBeLessThan(400_000);
    expect(packed.unpackedSize).toBeLessThan(1_300_000);
  });

  test('needs no other package and runs no script when it is installed', () => {
    const { dependencies, scripts } = JSON.parse(
      readFileSync(join(project, 'node_modules/regsecret/package.json'), 'utf8'),
    );
    expect(dependencies).toBeUndefined();
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  test('carries the licences of the libraries in it', () => {
    const licences = readFileSync(join(project, 'node_modules/regsecret/dist/cli/LICENSES.txt'), 'utf8');
    for (const name of ['commander', 'js-yaml', 'inquirer', 'chalk', 'https-proxy-agent']) {
      expect(licences).toMatch(new RegExp(`^${name} [\\d.]+: MIT$`, 'm'));
    }
    // The package's own files do not have this text.
    expect(licences).toMatch(/^smol-toml [\d.]+: BSD-3-Clause\n\nCopyright \(c\) Squirrel Chat/m);
    expect(licences).toContain('Redistributions in binary form must reproduce the above copyright notice');
    expect(licences).toMatch(
      /^@kubernetes\/client-node [\d.]+: Apache-2\.0\n\nIts text is in the file LICENSE of this package\.$/m,
    );
    expect(licences).not.toContain('TERMS AND CONDITIONS FOR USE');
  });
});

/** The names in `{a,b:c}` before `require("./file.js")`, and the one in `e=>e.name` behind it. */
const REQUIRED =
  /(?:\{([^{}]*)\}=(?:await )?)?require\(["'`]\.\/([\w-]+\.js)["'`]\)(?:\)\.then\((\w+)=>\3\.([\w$]+))?/g;

describe('the program', () => {
  test('has in each file what the others take from it', () => {
    const cli = join(project, 'node_modules/regsecret/dist/cli');
    const files = packed.files.flatMap(({ path }) => /^dist\/cli\/(.*\.js)$/.exec(path)?.[1] ?? []);
    const codes = new Map(files.map((file) => [file, readFileSync(join(cli, file), 'utf8')]));
    const namesIn = (list = '') => list.split(',').map((one) => one.replace(/:.*/, ''));
    const missing = [...codes].flatMap(([by, code]) =>
      [...code.matchAll(REQUIRED)].flatMap(([, list, file = '', , name]) => {
        const exported = namesIn(/module\.exports=\{([^}]*)\};?\s*$/.exec(codes.get(file) ?? '')?.[1]);
        const taken = [...(list === undefined ? [] : namesIn(list)), ...(name === undefined ? [] : [name])];
        return taken.filter((one) => !exported.includes(one)).map((one) => `${by}: ${one} of ${file}`);
      }),
    );
    expect(codes.size).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  const version = expect.stringMatching(/^\d+\.\d+\.\d+ \([0-9a-f]{12}(-dirty)?\)\n$/);

  // npm puts programs beside its folder on Windows.
  test.skipIf(process.platform === 'win32')('is installed from a clone, as the README says', async () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('npm run build && npm install --global .`');
    const prefix = mkdtempSync(join(folder, 'global-'));
    await npm(['install', '--global', '--offline', '--no-audit', '--no-fund', '--prefix', prefix, '.'], root);
    const ran = await execute([join(prefix, 'bin/regsecret'), '--version']);
    expect(ran).toMatchObject({ code: 0, stdout: version, stderr: '' });
  });

  test('runs with npx from the tarball, in an empty folder', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    const ran = await npm(['--yes', '--offline', `--package=${tarball}`, 'regsecret', '--version'], empty, 'npx');
    expect(ran.stdout).toEqual(version);
  });

  test.each(['regsecret', 'kubectl-regsecret'])('is installed as %s', async (name) => {
    const ran = await execute([join(project, 'node_modules/.bin', name), '--version']);
    expect(ran).toMatchObject({ code: 0, stdout: version, stderr: '' });
  });

  test('completes the plugin of kubectl, which asks a program of another name', async () => {
    const ran = await execute([join(project, 'node_modules/.bin/kubectl_complete-regsecret'), 'completion', 'z']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^bash\nzsh\n(.*\n)*:\d+\n$/), stderr: '' });
  });

  test('knows that it is a plugin of kubectl', async () => {
    const ran = await execute([join(project, 'node_modules/.bin/kubectl-regsecret'), '--nonsense']);
    expect(ran.stderr).toContain('hint: kubectl regsecret --help');
  });
});

/** An import of a part that only some calls need. */
const LAZY = /\bimport\(["'`]([^"'`]+)["'`]\)/g;

describe('the library', () => {
  test('has the documented functions and errors, and nothing else', async () => {
    const script = "process.stdout.write(Object.keys(await import('regsecret')).sort().join())";
    const ran = await execute([process.execPath, '--input-type=module', '--eval', script], { cwd: project });
    expect(ran.stdout.split(',')).toEqual([
      'DockerConfigError',
      'ImageReferenceError',
      'KeyringError',
      'buildKeyring',
      'buildPullSecret',
      'decodeDockerConfig',
      'diagnose',
      'formatFinding',
      'lookup',
      'parseImage',
      'readContents',
    ]);
  });

  test.each([
    ['index.js', []],
    ['cluster.js', ['node:crypto', 'node:util']],
  ])('imports with %s only what is in the package or in Node, and Node only for a cluster', (entry, imported) => {
    const files = filesFrom(entry);
    const code = Object.values(files).join('\n');
    expect(importedBy(code).filter((name) => !(name.replace('./', '') in files))).toEqual(imported);
    expect(code.replace(LAZY, '')).not.toMatch(/\bimport\(|\brequire\(|\bprocess\b/);
  });

  /** The code of `file` and of all files that it imports. */
  function filesFrom(file: string, files: Record<string, string> = {}): Record<string, string> {
    if (file in files) return files;
    const code = readFileSync(join(project, 'node_modules/regsecret/dist/api', file), 'utf8');
    files[file] = code;
    for (const name of importedBy(code)) if (name.startsWith('./')) filesFrom(name.slice(2), files);
    return files;
  }

  function importedBy(code: string): string[] {
    const all = [...code.matchAll(/(?:^|;)(?:import|export)\b[^;]*?from["'`]([^"'`]+)/gm), ...code.matchAll(LAZY)];
    const names = all.map(([, name = '']) => name);
    return [...new Set(names)].sort();
  }

  const consumer = readFileSync(join(import.meta.dirname, 'consumer.ts'), 'utf8');
  const [, example = ''] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(root, 'docs/library.md'), 'utf8')) ?? [];

  test.each([
    { title: 'a strict program', text: consumer, module: 'nodenext', stdout: 'ghcr.io/acme opened, 1 finding\n' },
    { title: 'a bundler', text: consumer, module: 'preserve', stdout: 'ghcr.io/acme opened, 1 finding\n' },
    {
      title: 'the example of the documents',
      text: example,
      module: 'nodenext',
      stdout: 'ghcr.io/acme/ of ci matches, as ci\n',
    },
  ])('has types for $title, which runs', async ({ title, text, module, stdout }) => {
    const program = join(project, `${title.replaceAll(' ', '-')}.ts`);
    writeFileSync(program, text);
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--types', '', '--lib', 'es2024,dom'];
    const tsc = join(root, 'node_modules/.bin/tsc');
    const checked = await execute([tsc, ...strict, '--module', module, program], { cwd: project });
    expect(checked, checked.stdout).toMatchObject({ code: 0, stdout: '' });
    expect(await execute([process.execPath, program], { cwd: project })).toMatchObject({ code: 0, stdout });
  });

  test('for a cluster has its functions without the client, which is no dependency', async () => {
    const script = "process.stdout.write(Object.keys(await import('regsecret/cluster')).sort().join())";
    const ran = await execute([process.execPath, '--input-type=module', '--eval', script], { cwd: project });
    expect(ran).toMatchObject({ code: 0, stdout: 'PullSecretError,applyPullSecret,attachPullSecret' });
  });

  test('for a cluster has types for a program with the client', async () => {
    const client = 'node_modules/@kubernetes';
    mkdirSync(join(project, client), { recursive: true });
    symlinkSync(join(root, client, 'client-node'), join(project, client, 'client-node'));
    const program = join(project, 'cluster.ts');
    copyFileSync(join(import.meta.dirname, 'consumer-cluster.ts'), program);
    // The client's own types need those of Node, and are not all sound.
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--skipLibCheck', '--lib', 'es2024,dom'];
    const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node', '--module', 'nodenext'];
    const checked = await execute([join(root, 'node_modules/.bin/tsc'), ...strict, ...types, program], {
      cwd: project,
    });
    expect(checked, checked.stdout).toMatchObject({ code: 0, stdout: '' });
    const ran = await execute([process.execPath, program], { cwd: project });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'function, true\n' });
  });

  test('runs in Bun as well', async () => {
    const bun = join(root, 'node_modules/.bin/bun');
    const ran = await execute(
      [bun, '-e', "import { parseImage } from 'regsecret'; process.stdout.write(parseImage('a').path)"],
      {
        cwd: project,
      },
    );
    expect(ran.stdout).toBe('library/a');
  });
});
