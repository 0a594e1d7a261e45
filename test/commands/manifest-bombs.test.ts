/** Manifests that expand to more than fits in memory: each command soon reports that, and does not fail in another way. */
import { describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';
import { YAML_BOMBS } from '../support/yaml-bombs.ts';

const SITUATIONS = [
  ...YAML_BOMBS.map(([situation, text]) => [situation, text, 'has aliases that stand for too much'] as const),
  [
    'brackets, many levels deep',
    `kind: Pod\na: ${'['.repeat(300_000)}`,
    'is not valid YAML in line 2 (nesting exceeded',
  ],
  [
    'dashes, many levels deep',
    `- {kind: Pod}\n- ${'- '.repeat(300_000)}`,
    'is not valid YAML in line 2 (nesting exceeded',
  ],
] as const;

describe.each(SITUATIONS)('%s', (_, text, says) => {
  test.each(['attach', 'inspect'])('%s', async (command) => {
    const { code, stdout, stderr } = await here([command, '-f', '-'], { stdin: text });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error: stdin ${says}`);
    expect(stderr).toMatch(/^hint: kubectl \S/m);
  });

  test('doctor', async () => {
    const { code, stdout } = await here(['doctor', '-f', '-'], { stdin: text });
    expect(code).toBe(1);
    expect(stdout).toContain(says);
  });
});
