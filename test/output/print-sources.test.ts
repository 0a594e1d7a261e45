/** Code writes only text to streams that domain/text/printable.ts has made printable. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const COMMENT = /\/\*[\s\S]*?\*\/|\s\/\/.*$/gm;
const root = fileURLToPath(new URL('../../src', import.meta.url));
const sources = globSync('**/*.ts', { cwd: root }).map(
  (file) => [file.replaceAll('\\', '/'), readFileSync(join(root, file), 'utf8').replace(COMMENT, '')] as const,
);

test.each([
  [
    'casts to Printable',
    /\bas (?:readonly )?Printable\b|(?<!\w)<Printable>|\bany\b[^\n]*Printable|is Printable\b/,
    ['domain/text/printable.ts'],
  ],
  [
    'makes a text printable, where it is written',
    /\bprintable(?:Lines|Json|Yaml)?\(/,
    [
      ...[
        'cli.ts',
        'cluster/auth/exec-plugin.ts',
        'cluster/client/transport.ts',
        'commands/complete.ts',
        'credentials/collect.ts',
      ],
      'domain/text/printable.ts',
      ...[
        'http/http-client.ts',
        'manifests/manifest-files.ts',
        'output/doctor/annotations.ts',
        'output/doctor/doctor-printer.ts',
        'output/doctor/lint-printer.ts',
      ],
      ...['output/doctor/scope-printer.ts', 'output/fleet/run-contexts.ts', 'output/inspection-printer.ts'],
      ...['output/list-printer.ts', 'output/printer.ts', 'output/progress.ts', 'output/structured.ts'],
      ...['output/style.ts', 'output/table.ts', 'prompt.ts', 'yaml.ts'],
    ],
  ],
  ['colours', /\bpainted\b/, ['domain/text/printable.ts', 'output/style.ts']],
  ['opens streams of the process', /\bprocess\.std(?:out|err)\b|\bwriteSync\b|\bconsole\.|_rawDebug/, ['io.ts']],
  ['has the Node stream, for inquirer', /\b(?:output|std(?:out|err))\.stream\b/, ['prompt.ts']],
  [
    'writes a manifest as it is',
    /\.writeManifest\b/,
    [...['commands/attach.ts', 'commands/completion.ts', 'output/create-printer.ts'], 'output/doctor/annotations.ts'],
  ],
])('only a home file %s', (_, pattern, homes) => {
  const found = sources.filter(([, text]) => pattern.test(text)).map(([file]) => file);
  expect(found.sort()).toEqual(homes);
});
