/** What the documents show and no test of theirs runs: blocks of YAML are read, and command lines are understood. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';

interface Snippet {
  readonly path: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const root = join(import.meta.dirname, '../..');
const snippets = globSync(['README.md', 'docs/*.md'], { cwd: root }).sort().flatMap(snippetsIn);

function snippetsIn(path: string): Snippet[] {
  const page = readFileSync(join(root, path), 'utf8');
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ index, 1: language = '', 2: text = '' }) => {
    const line = page.slice(0, index).split('\n').length + 1;
    return { path: path.replaceAll('\\', '/'), line, language, text };
  });
}

/** Of GitHub Actions, GitLab CI, pre-commit and Kubernetes. */
const yaml = snippets.filter(({ language }) => language === 'yaml');

describe('YAML', () => {
  test.each(yaml)('$path line $line is of a kind that we know, and its objects are read', async ({ text }) => {
    const objects = loadAll(text) as (Record<string, unknown> | readonly Record<string, unknown>[])[];
    for (const object of objects) {
      const isSteps = Array.isArray(object) && object.every((step) => 'run' in step || 'uses' in step);
      const isJob = Object.values(object).every((job) => Array.isArray((job as { script?: unknown } | null)?.script));
      const isHooks = 'repos' in object;
      const isObject = 'kind' in object && 'apiVersion' in object;
      expect([isSteps, isJob, isHooks, isObject].filter(Boolean)).toHaveLength(1);
      if (!isObject) continue;
      const { stdout, stderr } = await here(['doctor', '-f', '-', '-o', 'json'], { stdin: text });
      expect(stderr).toBe('');
      const { manifests, findings } = JSON.parse(stdout);
      expect(manifests).toEqual({ files: 1, objects: objects.length });
      expect(findings.map(({ code }: { code: string }) => code)).not.toContain('unreadable-file');
    }
  });

  test('a hook of pre-commit is one that this repository has', () => {
    const used = yaml.flatMap(({ text }) => [...text.matchAll(/^ *- id: (\S+)$/gm)].map(([, id]) => id));
    const hooks = load(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as { id: string }[];
    expect(used.length).toBeGreaterThan(0);
    expect(hooks.map(({ id }) => id)).toEqual(expect.arrayContaining(used));
  });
});

describe('a command line of regsecret is understood', () => {
  const lines = snippets.flatMap(({ path, language, text }) => {
    const source = language === 'yaml' ? commandsOf(text) : language === 'sh' ? text.split('\n') : [];
    return source
      .flatMap(programsOf)
      .flatMap(([program, ...words]) => (program === 'regsecret' ? [{ path, words }] : []));
  });

  test('there are many', () => expect(lines.length).toBeGreaterThan(40));

  test.each(lines.map((line) => ({ ...line, typed: line.words.join(' ') })))('$path: $typed', async ({ words }) => {
    const known = words.map((word) => word.replace(/^\$\w+$/, 'r.example'));
    const env = { HOME: '/nowhere', PULL_TOKEN: 't0ken', CI_DEPLOY_PASSWORD: 't0ken' };
    const { code, stderr } = await here(known, { env, stdin: 't0ken' });
    // Without a cluster, its contexts and files, this is as far as it can come.
    if (code !== 0)
      expect(stderr).toMatch(
        /^(error: (no kubeconfig|docker and podman have no login|context "\w+" does not exist|cannot read deploy)|warning: no pull secret in there)/m,
      );
  });
});

/** Lines of shell in steps, scripts and arguments. */
function commandsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown, key = ''): void => {
    if (typeof value === 'string' && (key === 'run' || key === 'script')) found.push(value);
    else if (key === 'args' && Array.isArray(value)) found.push(['regsecret', ...value].join(' '));
    else if (Array.isArray(value)) for (const item of value) visit(item, key);
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) visit(item, name);
  };
  for (const object of loadAll(text)) visit(object);
  return found;
}

/** The words of each program of a line, without what is redirected. */
function programsOf(line: string): string[][] {
  const words = [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|<>&;]|&(?!&))+|[|<>;]|&&/g)].map(([word]) => word);
  const programs: string[][] = [[]];
  for (const [index, word] of words.entries()) {
    if (['|', ';', '&&'].includes(word)) programs.push([]);
    else if (!['<', '>'].includes(word) && !['<', '>'].includes(words[index - 1] ?? '')) {
      programs.at(-1)?.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, one, two) => one ?? two));
    }
  }
  return programs;
}
