/** Code writes only text to streams that text/printable.ts has made printable. */
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
    ['text/printable.ts'],
  ],
  [
    'makes a text printable, where it is written',
    /\bprintable(?:Lines|Json|Yaml)?\(/,
    [
      ...[
        'cli.ts',
        'kubeconfig/exec-plugin.ts',
        'cluster/transport.ts',
        'commands/completion/complete.ts',
        'credentials/collect.ts',
      ],
      'text/printable.ts',
      ...[
        'http/http-client.ts',
        'manifests/manifest-files.ts',
        'commands/doctor/annotations.ts',
        'commands/doctor/doctor-printer.ts',
        'commands/doctor/lint-printer.ts',
        'commands/doctor/report-page.ts',
        'commands/doctor/report-ticket.ts',
      ],
      ...['commands/doctor/scope-printer.ts', 'changes/run-contexts.ts', 'commands/show/inspection-printer.ts'],
      ...['commands/show/list-printer.ts', 'output/printer.ts', 'output/progress.ts', 'output/structured.ts'],
      ...['output/style.ts', 'output/table.ts', 'system/prompt.ts', 'codec/yaml.ts'],
    ],
  ],
  ['colours', /\bpainted\b/, ['text/printable.ts', 'output/style.ts']],
  ['opens streams of the process', /\bprocess\.std(?:out|err)\b|\bwriteSync\b|\bconsole\.|_rawDebug/, ['system/io.ts']],
  ['has the Node stream, for inquirer', /\b(?:output|std(?:out|err))\.stream\b/, ['system/prompt.ts']],
  [
    'writes a manifest as it is',
    /\.writeManifest\b/,
    [
      ...['commands/attach/attach.ts', 'commands/completion/completion.ts', 'commands/create/create-printer.ts'],
      'commands/doctor/annotations.ts',
    ],
  ],
])('only a home file %s', (_, pattern, homes) => {
  const found = sources.filter(([, text]) => pattern.test(text)).map(([file]) => file);
  expect(found.sort()).toEqual(homes.toSorted());
});
