import { expect, test } from 'vitest';
import { parseFullYaml } from '../../src/codec/full-yaml.ts';

test('an error names the line and shows nothing of it', () => {
  expect(() => parseFullYaml('a: 1\ntoken: "s3cret\n')).toThrow(/^yaml: line [23]: [^\n]*$/);
  expect(() => parseFullYaml('a: 1\ntoken: "s3cret\n')).not.toThrow('s3cret');
});
