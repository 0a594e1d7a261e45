/**
 * Runs the commands in the console blocks of `docs/`, and compares their output with the document. With
 * REGSECRET_DOCUMENTS=write the documents are rewritten with the actual output; review the diff.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

/** The order matters: a document may use objects that an earlier one created. */
const DOCUMENTS = [
  'docs/create.md',
  'docs/inspect.md',
  'docs/attach.md',
  'docs/troubleshoot.md',
  'docs/sync.md',
  'docs/rotate-remove-delete.md',
  'docs/pipelines.md',
  'docs/permissions.md',
];

interface Document {
  readonly path: string;
  readonly lines: readonly string[];
}

interface Example {
  readonly document: Document;
  /** The line of the command, and the line after its output, counted from 0. */
  readonly line: number;
  readonly end: number;
  readonly command: string;
}

export interface Shell {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Replaces the names in a documented command with the real ones of this run. */
  readonly real: (command: string) => string;
  /** Replaces values in the output that differ from run to run with those in the document. */
  readonly shown: (output: string) => string;
}

/**
 * Declares a test for every command, either in the blocks with a `why`, which need a node, or in all others. Returns the number
 * of tests.
 */
export function testDocuments(need: 'node' | 'cluster', shell: () => Shell): number {
  const blocks = DOCUMENTS.flatMap((path) => findBlocks(readDocument(path)));
  const chosen = blocks.filter(
    (block) => block.some(({ command }) => command.startsWith('regsecret why ')) === (need === 'node'),
  );
  return testExamples(chosen.flat(), shell);
}

/** Declares a test for every command of one document that tells a story of its own. Returns the number of tests. */
export function testDocument(path: string, shell: () => Shell): number {
  return testExamples(findBlocks(readDocument(path)).flat(), shell);
}

function testExamples(examples: readonly Example[], shell: () => Shell): number {
  const printed = new Map<Example, string>();
  afterAll(() => {
    if (process.env.REGSECRET_DOCUMENTS === 'write') write(printed);
  });
  test.each(
    examples.map((example) => ({ ...example, path: example.document.path, number: example.line + 1, example })),
  )('$path line $number: $command', ({ command, document, line, end, example }) => {
    const { cwd, env, real, shown } = shell();
    const { stdout } = spawnSync('/bin/sh', ['-c', `exec 2>&1; ${real(command)}`], { cwd, env, encoding: 'utf8' });
    const plain = shown(stdout);
    printed.set(example, plain);
    if (process.env.REGSECRET_DOCUMENTS === 'write') return;
    const said = document.lines.slice(line + 1, end).map((text) => `${text}\n`);
    expect(plain).toBe(said.join(''));
  });
  return examples.length;
}

function readDocument(path: string): Document {
  return { path, lines: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').split('\n') };
}

/** The commands after `$` in blocks fenced as `console`. */
function findBlocks(document: Document): Example[][] {
  const { lines } = document;
  const blocks: Example[][] = [];
  for (const [start, text] of lines.entries()) {
    if (text !== '```console') continue;
    const end = lines.indexOf('```', start);
    const starts = lines.flatMap((line, index) => (index > start && index < end && line.startsWith('$ ') ? index : []));
    blocks.push(
      starts.map((line, index) => {
        const command = lines[line]?.slice(2) ?? '';
        return { document, line, end: starts[index + 1] ?? end, command };
      }),
    );
  }
  return blocks;
}

function write(printed: ReadonlyMap<Example, string>): void {
  for (const [{ path, lines }, examples] of Map.groupBy(printed, ([{ document }]) => document)) {
    const text = [...lines];
    for (const [{ line, end }, output] of examples.toReversed()) {
      text.splice(
        line + 1,
        end - line - 1,
        ...output
          .replace(/\n$/, '')
          .split('\n')
          .filter((_, __, all) => all[0] !== ''),
      );
    }
    writeFileSync(new URL(`../../${path}`, import.meta.url), text.join('\n'));
  }
}

/** `text` with each of `pairs` replaced. */
export function replaceEach(text: string, pairs: readonly (readonly [string | RegExp, string])[]): string {
  return pairs.reduce((result, [real, stand]) => result.replaceAll(real, stand), text);
}

/** Makes a folder in `home` with programs, each of which runs the given command. */
export function prepareBin(home: string, programs: Readonly<Record<string, readonly string[]>>): string {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const [name, words] of Object.entries(programs)) {
    const command = words.map((word) => `'${word}'`).join(' ');
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  }
  return bin;
}
