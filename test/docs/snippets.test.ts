/** Examples in the documents that no other test runs: blocks of YAML are valid, and regsecret understands the command lines. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { ACTION } from '../support/action-runner.ts';
import { here } from '../support/here.ts';

interface Snippet {
  readonly path: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const root = join(import.meta.dirname, '../..');
const snippets = globSync(['README.md', 'docs/**/*.md'], { cwd: root }).sort().flatMap(snippetsIn);

function snippetsIn(path: string): Snippet[] {
  const page = readFileSync(join(root, path), 'utf8');
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ index, 1: language = '', 2: text = '' }) => {
    const line = page.slice(0, index).split('\n').length + 1;
    return { path: path.replaceAll('\\', '/'), line, language, text };
  });
}

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** Objects without pull secrets: namespaces, and those of Argo CD, Kustomize and Tekton. */
const PULLS_NOTHING = /^((argoproj\.io|kustomize\.config\.k8s\.io|tekton\.dev)\/\w+ |v1 Namespace$)/;

/** The kinds of objects in blocks of YAML. Each object must be of one of them. */
const KINDS: Readonly<Record<string, (object: Readonly<Record<string, unknown>>) => boolean>> = {
  'steps of GitHub Actions': (object) =>
    Array.isArray(object) && object.every((step) => 'run' in step || 'uses' in step),
  'workflow of GitHub Actions': (object) => 'on' in object && 'jobs' in object && 'permissions' in object,
  'jobs of GitLab CI': (object) =>
    Object.values(object).every((job) => Array.isArray((job as { script?: unknown } | null)?.script)),
  'hooks of pre-commit': (object) => 'repos' in object,
  'plugins of k9s': (object) => Object.keys(object).join() === 'plugins',
  'object that pulls nothing': (object) =>
    'kind' in object && 'apiVersion' in object && PULLS_NOTHING.test(`${object.apiVersion} ${object.kind}`),
  'object of Kubernetes': (object) =>
    'kind' in object && 'apiVersion' in object && !PULLS_NOTHING.test(`${object.apiVersion} ${object.kind}`),
};

function kindsOf(object: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(KINDS).filter((kind) => KINDS[kind]?.(object));
}

/** The steps of a workflow, or the list of steps itself. */
function stepsIn(object: unknown): Step[] {
  if (Array.isArray(object)) return object;
  const { jobs = {} } = object as { jobs?: Readonly<Record<string, { readonly steps: Step[] }>> };
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

const yaml = snippets.filter(({ language }) => language === 'yaml');

describe('YAML', () => {
  test.each(yaml)('$path line $line is of a kind that we know, and its objects are read', async ({ text }) => {
    const objects = loadAll(text) as Record<string, unknown>[];
    for (const object of objects) {
      const kinds = kindsOf(object);
      expect(kinds).toHaveLength(1);
      if (kinds[0] !== 'object of Kubernetes') continue;
      const { stdout, stderr } = await here(['doctor', '-f', '-', '-o', 'json'], { stdin: text });
      expect(stderr).toBe('');
      const { manifests, findings } = JSON.parse(stdout);
      expect(manifests).toMatchObject({ files: 1, objects: objects.length });
      expect(findings.map(({ code }: { code: string }) => code)).not.toContain('unreadable-file');
    }
  });

  test('the Action is used with inputs that it has', () => {
    const steps = yaml.flatMap(({ text }) => loadAll(text).flatMap(stepsIn));
    const used = steps.filter(({ uses = '' }) => uses.startsWith('regsecret/regsecret@'));
    expect(used.length).toBeGreaterThan(1);
    expect(used.flatMap((step) => Object.keys(step.with ?? {}))).toContain('doctor');
    for (const { with: given = {} } of used)
      expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
    const page = readFileSync(join(root, 'docs/pipelines.md'), 'utf8');
    for (const input of Object.keys(ACTION.inputs)) expect(page).toContain(`| \`${input}\` |`);
  });

  test('a hook of pre-commit is one that this repository has', () => {
    const used = yaml.flatMap(({ text }) => [...text.matchAll(/^ *- id: (\S+)$/gm)].map(([, id]) => id));
    const hooks = load(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as { id: string }[];
    expect(used.length).toBeGreaterThan(0);
    expect(hooks.map(({ id }) => id)).toEqual(expect.arrayContaining(used));
  });
});

/** A variable of a shell, Tekton or k9s. */
const VARIABLE = /\$(\w+|\([\w.]+\))/g;

describe('a command line of regsecret is understood', () => {
  const lines = snippets.flatMap(({ path, language, text }) => {
    const source = language === 'yaml' ? commandsOf(text) : language === 'sh' ? text.split('\n') : [];
    return source
      .flatMap(programsOf)
      .flatMap(([program, ...words]) => (program === 'regsecret' ? [{ path, words }] : []));
  });

  test('there are many', () => expect(lines.length).toBeGreaterThan(30));

  test.each(lines.map((line) => ({ ...line, typed: line.words.join(' ') })))('$path: $typed', async ({ words }) => {
    // It would write into deploy/ of this repository.
    expect(words).not.toContain('--write');
    const known = words.map((word) =>
      word.replace(VARIABLE, (name) => (/REGISTRY|server/i.test(name) ? 'r.example' : 'deploy')),
    );
    const env = { HOME: '/nowhere', PULL_TOKEN: 't0ken', CI_DEPLOY_PASSWORD: 't0ken' };
    const { code, stdout, stderr } = await here(known, { env, stdin: 't0ken' });
    // Without a cluster, contexts and files the command fails here. `deploy` is also a folder of this repository.
    if (code !== 0)
      expect(`${stderr}${stdout}`).toMatch(
        /^(stdin:1: error: stdin cannot be read|.*file deploy\/kustomization\.yaml cannot be read|error: (no kubeconfig|docker and podman have no login|context "[^"]+" does not exist|cannot read (?:deploy|secret)|there is no file deploy)|warning: no pull secret in there)/m,
      );
  });
});

/** Command lines in steps, scripts and arguments. */
function commandsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown, key = ''): void => {
    if (typeof value === 'string' && (key === 'run' || key === 'script')) found.push(value);
    else if (isShell(value)) found.push(value.args[1].replace('"$@"', value.args.slice(3).join(' ')));
    else if (key === 'args' && Array.isArray(value)) found.push(['regsecret', ...value].join(' '));
    else if (Array.isArray(value)) for (const item of value) visit(item, key);
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) visit(item, name);
  };
  for (const object of loadAll(text)) visit(object);
  return found;
}

/** Whether `value` is a container that runs `sh -c SCRIPT sh ARG…`. */
function isShell(value: unknown): value is { readonly args: readonly [string, string, string, ...string[]] } {
  return typeof value === 'object' && value !== null && 'command' in value && value.command === 'sh';
}

/** The words of each program in a command line, without redirections and a comment. */
function programsOf(line: string): string[][] {
  const words = [...line.replace(/ # .*/, '').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|<>&;]|&(?!&))+|[|<>;]|&&/g)].map(
    ([word]) => word,
  );
  const programs: string[][] = [[]];
  for (const [index, word] of words.entries()) {
    if (['|', ';', '&&'].includes(word)) programs.push([]);
    else if (!['<', '>'].includes(word) && !['<', '>'].includes(words[index - 1] ?? '')) {
      programs.at(-1)?.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, one, two) => one ?? two));
    }
  }
  return programs;
}
