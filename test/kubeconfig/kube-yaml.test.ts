/** Kubeconfigs in every form of YAML that kubectl accepts, and in forms that it refuses. */
import { describe, expect, test } from 'vitest';
import { parsePlainYaml } from '../../src/codec/plain-yaml.ts';
import { type KubeFile, parseKubeFile } from '../../src/kubeconfig/kube-file.ts';

const user = (file: KubeFile, name = 'u') => file.users.get(name);
const one = (content: string): string => `users: [{name: u, user: ${content}}]`;

describe('as kubectl, of a user we take', () => {
  test.each([
    ['what a merge key adds', `base: &d {as: limited}\n${one('{token: T, <<: *d}')}`, { token: 'T', as: 'limited' }],
    ['what a merge key overrides above it', `base: &d {token: D}\n${one('{token: T, <<: *d}')}`, { token: 'D' }],
    ['what stands below a merge key', `base: &d {token: D}\n${one('{<<: *d, token: T}')}`, { token: 'T' }],
    ['the first of several merged maps', one('{<<: [{token: A}, {token: B, as: b}]}'), { token: 'A', as: 'b' }],
    ['a merge key in quotes as nothing', one('{"<<": {token: D}}'), { token: undefined }],
    ['the last of a key that stands twice', one('{token: A, token: B}'), { token: 'B' }],
    ['the first document', `${one('{token: A}')}\n---\n${one('{token: B}')}`, { token: 'A' }],
    ['a document before an end that is followed by rubbish', `${one('{token: A}')}\n---\na: [`, { token: 'A' }],
    ['a document that ends in a marker', `${one('{token: A}')}\n---\n`, { token: 'A' }],
    ['a flow value with a text behind it', `{${one('{token: A}')}} rest`, { token: 'A' }],
    ['a block that ends where a line is indented less', ` ${one('{token: A}')}\nx: y`, { token: 'A' }],
    ['a scalar with a tag of an application', one('{token: !secret abc}'), { token: 'abc' }],
    ['a number with a tag that makes it a text', one('{token: !!str 12}'), { token: '12' }],
    ['a binary scalar', one('{token: !!binary aGFsbG8=}'), { token: 'hallo' }],
    ['a date as a text', one('{token: 2024-01-01}'), { token: '2024-01-01' }],
  ])('%s', async (_title, content, expected) => {
    expect(user(await parseKubeFile(content, '/c'))).toMatchObject(expected);
  });

  test.each(['yes', 'on', 'Y', 'TRUE', '!!bool "true"'])('%s as true', async (word) => {
    const content = `clusters: [{name: c, cluster: {insecure-skip-tls-verify: ${word}}}]`;
    expect((await parseKubeFile(content, '/c')).clusters.get('c')?.insecureSkipTlsVerify).toBe(true);
  });
});

describe('as kubectl, we refuse', () => {
  const bomb = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`);
  test.each([
    ['no where a text belongs', one('{token: no}')],
    ['1_000 where a text belongs', one('{token: 1_000}')],
    ['a number in octal where a text belongs', one('{token: 0777}')],
    ['preferences that are a list', 'preferences: []'],
    ['preferences with a colour that is no boolean', 'preferences: {colors: 1}'],
    ['extensions that are a map', 'extensions: {}'],
    ['extensions with one name', 'extensions: [{name: a, extension: 1}, {name: a, extension: 2}]'],
    ['a kind that is a number', 'kind: 5'],
    ['a kind in other letters', 'Kind: Secret'],
    ['a control character', one('{token: "a\x07"}')],
    ['a delete character in JSON', '{"users": [{"name": "u\x7f"}]}'],
    ['an indentation with a tab', 'users:\n\t- name: u'],
    ['a tab behind a dash', 'users:\n-\tname: u'],
    ['an escape that is half a character', '{"current-context": "\\ud83d"}'],
    ['an escaped slash', '{"current-context": "a\\/b"}'],
    ['a merge of a text', one('{<<: text}')],
    ['an alias without an anchor', one('*gone')],
    ['an anchor within itself', 'a: &a [*a]'],
    ['aliases that stand for a billion nodes', `a0: &a0 [x]\n${bomb.join('\n')}`],
    ['a map as a key', '{[a]: b}'],
    ['null as a key', 'null: a'],
  ])('%s', async (_title, content) => {
    await expect(parseKubeFile(content, '/c')).rejects.toThrow(
      expect.objectContaining({ constructor: expect.objectContaining({ name: 'FieldError' }) }),
    );
  });
});

test('aliases that lead to aliases end in a sentence', async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]`);
  await expect(parseKubeFile(`a0: &a0 x\n${lines.join('\n')}`, '/c')).rejects.toThrow(/^yaml: /);
});

test('a kubeconfig that is indented thousands of levels ends in a sentence', async () => {
  const deep = Array.from({ length: 20_000 }, (_, n) => `${' '.repeat(n % 2_000)}a:`).join('\n');
  const steps = Array.from({ length: 5_000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n');
  await expect(parseKubeFile(steps, '/c')).rejects.toThrow(/^yaml: /);
  await expect(parseKubeFile(deep, '/c')).rejects.toThrow(/^yaml: /);
});

test.each(['no: text', 'a:\n  yes: text', 'null:'])('a key that is no text is left to js-yaml: %o', (content) => {
  expect(parsePlainYaml(content)).toBeUndefined();
});
