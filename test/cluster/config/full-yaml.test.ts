import { expect, test } from 'vitest';
import { parseFullYaml } from '../../../src/cluster/config/full-yaml.ts';

test('an error names the line and shows nothing of it', async () => {
  await expect(parseFullYaml('a: 1\ntoken: "s3cret\n')).rejects.toThrow(/^yaml: line [23]: [^\n]*$/);
  await expect(parseFullYaml('a: 1\ntoken: "s3cret\n')).rejects.not.toThrow('s3cret');
});
