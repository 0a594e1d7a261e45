/** Code makes commands only with `command` and the like. A command in a plain text would not get the user's flags, nor quotes. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const sources = globSync('src/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  // These files contain help texts, and messages for a program that cannot start.
  .filter((file) => !['src/command-table.ts', 'src/commands/shared-flags.ts'].includes(file))
  .map((file) => ({
    file,
    code: readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
  }));

const COMMAND =
  '(?:kubectl|regsecret (?:create|attach|detach|inspect|list|verify|doctor|why)|docker log(?:in|out)|podman log(?:in|out)|curl -|helm template)';
const TAGS = '(?:command|clusterCommand|configCommand|words)';

/** Names of programs and of field managers, which are no commands. */
const NAMES = ["'kubectl'", "'kubectl regsecret'", "'kubectl apply'"];

function matches(pattern: RegExp): string[] {
  return sources.flatMap(({ file, code }) => [...code.matchAll(pattern)].map(([text]) => `${file}: ${text}`));
}

test('no text begins with a command, and none has one in it', () => {
  const quoted = new RegExp(`'${COMMAND}(?: [^']*)?'`, 'g');
  const template = new RegExp(`(?<!\\b${TAGS})\`(?:[^\`$]*[ (])?${COMMAND} [^\`]*\``, 'g');
  expect(matches(quoted).filter((text) => !NAMES.includes(text.slice(text.indexOf(': ') + 2)))).toEqual([]);
  expect(matches(template)).toEqual([]);
});

test('a namespace in a command is a word of its own, which keeps another one away', () => {
  expect(matches(new RegExp(`\\b${TAGS}\`[^\`]* (?:-n|-A|--namespace|--all-namespaces)\\b[^\`]*\``, 'g'))).toEqual([]);
});

test('what is put into a command is not quoted or escaped before', () => {
  expect(matches(new RegExp(`\\b${TAGS}\`[^\`]*(?:printable|displayServer|JSON\\.stringify)\\([^\`]*\``, 'g'))).toEqual(
    [],
  );
});

test('a command is changed nowhere once it is made, and read by its printer only', () => {
  const changed = /\b(?:command|fix|hint)\??\.(?:command\??\.)?(?:replace|replaceAll|split|match|startsWith|trim)\(/g;
  expect(matches(changed)).toEqual([]);
  expect(matches(/\basks: '/g).filter((text) => !text.startsWith('src/line/'))).toEqual([]);
});

test('a create that takes a login of this machine is a deed, whose reach is checked where it is printed', () => {
  const lines = matches(new RegExp(`\\b${TAGS}\`[^\`]*\\bregsecret create\\b[^\`]*\``, 'g'));
  const carried = lines.filter(
    (text) => !/--(?:password-(?:stdin|file|env)|from-file|dry-run=client|help)\b/.test(text),
  );
  const own = /^src\/line\/deed\.ts:/;
  expect(carried.filter((text) => !own.test(text))).toEqual([]);
});

test('no finding proposes to rotate a login', () => {
  const lines = matches(new RegExp(`\\b${TAGS}\`[^\`]*\\bregsecret rotate\\b[^\`]*\``, 'g'));
  expect(lines.filter((text) => !text.startsWith('src/commands/rotate/'))).toEqual([]);
});
