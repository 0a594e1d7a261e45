import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { formatSafeYaml, formatYaml } from '../../src/codec/yaml.ts';
import { fc } from '../support/fast-check.ts';
import { misprinted } from '../support/shown.ts';

describe('texts that kubectl writes in quotes', () => {
  test.each([
    '123',
    '1e3',
    '1.5',
    'true',
    'yes',
    'y',
    'no',
    'on',
    'null',
    '0777',
    '0o7',
    '0x1f',
    '2024-01-01',
    '2024-1-1',
    '2024-02-29',
    '0000-1-1',
  ])('%s', async (text) => {
    expect(await formatYaml({ name: text })).toBe(`name: "${text}"\n`);
  });
});

describe('texts that it does not', () => {
  test.each(['1.2.3', 'nan', 'infinity', '1-2', '2024-13-40', '2024-2-30', '2023-2-29', '20240-1-1', '0o8', '0x'])(
    '%s',
    async (text) => {
      expect(await formatYaml({ name: text })).toBe(`name: ${text}\n`);
    },
  );
});

test("YAML for a terminal, or GitHub's runner, holds the same value and acts on neither", async () => {
  const piece = fc.constantFrom(
    '::',
    '##[',
    '#',
    '"',
    "'",
    ' ',
    '\n',
    '\t',
    '\\',
    '\u001b',
    '\u202e',
    '\u{e0041}',
    'a: b',
  );
  const nasty = fc.array(piece).map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(nasty, fc.array(nasty)), async (value) => {
      const yaml = await formatSafeYaml(value);
      expect(misprinted(yaml, true)).toEqual([]);
      expect(load(yaml)).toEqual(value);
    }),
  );
});
