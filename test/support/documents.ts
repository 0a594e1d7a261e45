/**
 * The commands in the console blocks of the README and of `docs/`, and what these say that they print. With
 * REGSECRET_DOCUMENTS=write the documents are made to say what the commands print; read the difference.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, expect, test } from 'vitest';

/** In this order, for what one makes the next may use. */
const DOCUMENTS = [
  'README.md',
  'docs/create.md',
  'docs/inspect.md',
  'docs/attach.md',
  'docs/why.md',
  'docs/fleet.md',
  'docs/ci.md',
  'docs/rights.md',
];

interface Document {
  readonly path: string;
  readonly lines: readonly string[];
}

interface Example {
  readonly document: Document;
  /** Where the command is, and where its output ends; counted from 0. */
  readonly line: number;
  readonly end: number;
  readonly command: string;
}

export interface Shell {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What a command has to say instead of what is in the document. */
  readonly real: (command: string) => string;
  /** What the document says instead of what was printed, which differs from run to run. */
  readonly shown: (output: string) => string;
  /** Gets what was printed as it is shown, with the escapes of colours where `env` asks for them. */
  readonly printed?: (command: string, output: string) => void;
}

/** A test for every command of the blocks with a `why`, which need a node, or of all others; returns how many there are. */
export function testDocuments(need: 'node' | 'cluster', shell: () => Shell): number {
  const examples = DOCUMENTS.map(readDocument)
    .flatMap(findBlocks)
    .filter((block) => block.some(({ command }) => command.startsWith('regsecret why ')) === (need === 'node'))
    .flat();
  const printed = new Map<Example, string>();
  afterAll(() => {
    if (process.env.REGSECRET_DOCUMENTS === 'write') write(printed);
  });
  test.each(
    examples.map((example) => ({ ...example, path: example.document.path, number: example.line + 1, example })),
  )('$path line $number: $command', ({ command, document, line, end, example }) => {
    const { cwd, env, real, shown, printed: pass } = shell();
    const { stdout } = spawnSync('/bin/sh', ['-c', `exec 2>&1; ${real(command)}`], { cwd, env, encoding: 'utf8' });
    pass?.(command, shown(stdout));
    const plain = stripVTControlCharacters(shown(stdout));
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

/** A folder of programs in `home`, each of which runs the words of a command. */
export function prepareBin(home: string, programs: Readonly<Record<string, readonly string[]>>): string {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const [name, words] of Object.entries(programs)) {
    const command = words.map((word) => `'${word}'`).join(' ');
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  }
  return bin;
}
