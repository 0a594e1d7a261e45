/** New entries get the style of the existing ones: the whole text before and after. */
import { describe, expect, test } from 'vitest';
import { editManifest, readPullManifest } from '../../src/manifests/edit-manifest.ts';
import { changedList, type Verb } from '../../src/workloads/list-change.ts';

async function edit(text: string, verb: Verb, name: string): Promise<string> {
  const manifest = await readPullManifest({ name: 'a.yaml', text });
  return (await editManifest(manifest, ({ imagePullSecrets: list }) => changedList(verb, list, [name]))).text;
}

const account = (rest: string): string => `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n${rest}`;

describe('attach to a block', () => {
  test.each<[situation: string, before: string, after: string]>([
    [
      'dashes stand as far to the right as those of another map',
      account('  finalizers:\n    - a/b\n'),
      account('  finalizers:\n    - a/b\nimagePullSecrets:\n  - name: regsecret\n'),
    ],
    [
      'dashes stand below the key, as those of another map do',
      account('  finalizers:\n  - a/b\n'),
      account('  finalizers:\n  - a/b\nimagePullSecrets:\n- name: regsecret\n'),
    ],
    [
      'a list in brackets shows nothing about dashes',
      account('  finalizers: [a/b]\n'),
      account('  finalizers: [a/b]\nimagePullSecrets:\n- name: regsecret\n'),
    ],
    [
      'a key that is quoted makes no JSON',
      '"apiVersion": v1\n"kind": ServiceAccount\n"metadata": {name: web}\n',
      '"apiVersion": v1\n"kind": ServiceAccount\n"metadata": {name: web}\nimagePullSecrets:\n- name: regsecret\n',
    ],
    [
      'a key behind a question mark is further to the right',
      '? apiVersion\n: v1\nkind: ServiceAccount\nmetadata: {name: web}\n',
      '? apiVersion\n: v1\nkind: ServiceAccount\nmetadata: {name: web}\nimagePullSecrets:\n- name: regsecret\n',
    ],
    [
      'the last entry quotes its key',
      account(`imagePullSecrets:\n- "name": 'quay'\n`),
      account(`imagePullSecrets:\n- "name": 'quay'\n- "name": 'regsecret'\n`),
    ],
    [
      'the last entry has its name from elsewhere',
      account('  labels: {a: &a quay}\nimagePullSecrets:\n- "name": *a\n'),
      account('  labels: {a: &a quay}\nimagePullSecrets:\n- "name": *a\n- name: regsecret\n'),
    ],
    [
      'the last entry names an anchor',
      account('imagePullSecrets:\n- "name": &a quay\n'),
      account('imagePullSecrets:\n- "name": &a quay\n- name: regsecret\n'),
    ],
    [
      'the last entry has another key',
      account('imagePullSecrets:\n- server: quay.io\n'),
      account('imagePullSecrets:\n- server: quay.io\n- name: regsecret\n'),
    ],
    [
      'the last entry has more than its name',
      account('imagePullSecrets:\n-   name: quay\n    x: y\n'),
      account('imagePullSecrets:\n-   name: quay\n    x: y\n-   name: regsecret\n'),
    ],
  ])('%s', async (_, before, after) => {
    expect(await edit(before, 'attach', 'regsecret')).toBe(after);
  });
});

const ENTRY = '{name: regsecret}';

describe('attach to a list in brackets', () => {
  test.each<[situation: string, before: string, after: string]>([
    ['empty', '[]', `[${ENTRY}]`],
    ['in one line', '[{name: quay}]', `[{name: quay}, ${ENTRY}]`],
    ['without spaces', '[{name: a},{name: b}]', `[{name: a},{name: b},${ENTRY}]`],
    ['over lines', '[\n  {name: quay}\n]', `[\n  {name: quay},\n  ${ENTRY}\n]`],
    ['a comment behind the last entry', '[\n  {name: quay} # c\n]', `[\n  {name: quay}, # c\n  ${ENTRY}\n]`],
    [
      'a comma and a comment behind the last entry',
      '[\n  {name: quay}, # c\n]',
      `[\n  {name: quay}, # c\n  ${ENTRY},\n]`,
    ],
  ])('%s', async (_, before, after) => {
    const text = await edit(account(`imagePullSecrets: ${before}\n`), 'attach', 'regsecret');
    expect(text).toBe(account(`imagePullSecrets: ${after}\n`));
  });
});

describe('attach to braces', () => {
  test.each<[situation: string, before: string, after: string]>([
    [
      'a pod spec that is empty',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {}\n',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {imagePullSecrets: [{name: regsecret}]}\n',
    ],
    [
      'JSON in one line with spaces',
      '{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web"}}',
      '{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web"}, "imagePullSecrets": [{"name": "regsecret"}]}',
    ],
    [
      'JSON in one line without spaces',
      '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web"}}',
      '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web"},"imagePullSecrets":[{"name":"regsecret"}]}',
    ],
    [
      'JSON with null, and no space before it',
      '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web"},"imagePullSecrets":null}',
      '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web"},"imagePullSecrets": [{"name":"regsecret"}]}',
    ],
    [
      'a comment before the last pair',
      '{"apiVersion":"v1","kind":"ServiceAccount", # c\n"metadata":{"name":"web"}}\n',
      '{"apiVersion":"v1","kind":"ServiceAccount", # c\n"metadata":{"name":"web"}, "imagePullSecrets":[{"name":"regsecret"}]}\n',
    ],
    [
      'JSON with an empty line behind its first brace',
      '{\n\n  "apiVersion": "v1",\n  "kind": "ServiceAccount",\n  "metadata": {"name": "web"}\n}\n',
      '{\n\n  "apiVersion": "v1",\n  "kind": "ServiceAccount",\n  "metadata": {"name": "web"},\n  "imagePullSecrets": [\n    {\n      "name": "regsecret"\n    }\n  ]\n}\n',
    ],
    [
      'JSON whose last brace has no line of its own',
      '{\n  "apiVersion": "v1",\n  "kind": "ServiceAccount",\n  "metadata": {"name": "web"}}\n',
      '{\n  "apiVersion": "v1",\n  "kind": "ServiceAccount",\n  "metadata": {"name": "web"},\n  "imagePullSecrets": [\n    {\n      "name": "regsecret"\n    }\n  ]}\n',
    ],
  ])('%s', async (_, before, after) => {
    expect(await edit(before, 'attach', 'regsecret')).toBe(after);
  });
});

describe('detach', () => {
  test.each<[situation: string, before: string, after: string]>([
    [
      'an entry with a text that keeps the empty line behind it',
      account('imagePullSecrets:\n- name: quay\n  x: |+\n    y\n\n- name: other\n'),
      account('imagePullSecrets:\n- name: other\n'),
    ],
    [
      'the first of two in brackets',
      account('imagePullSecrets: [{name: quay}, {name: other}]\n'),
      account('imagePullSecrets: [{name: other}]\n'),
    ],
    [
      'the last of two in brackets',
      account('imagePullSecrets: [{name: other}, {name: quay}]\n'),
      account('imagePullSecrets: [{name: other}]\n'),
    ],
    [
      'all that are called so',
      account('imagePullSecrets: [{name: quay}, {name: other}, {name: quay}, {name: quay}]\n'),
      account('imagePullSecrets: [{name: other}]\n'),
    ],
    ['the only one', account('imagePullSecrets:\n- name: quay\n'), account('')],
    [
      'the only one, with a comment',
      account('imagePullSecrets: # c\n- name: quay\n'),
      account('imagePullSecrets: [] # c\n'),
    ],
    [
      'the only one, with a space before the colon',
      account('imagePullSecrets : # c\n- name: quay\n'),
      account('imagePullSecrets : [] # c\n'),
    ],
  ])('%s', async (_, before, after) => {
    expect(await edit(before, 'detach', 'quay')).toBe(after);
  });
});

test.each([
  ['[{name: a}, {name: b}]', '[{name: b}, {name: c}]'],
  ['[{name: a}, {name: b}, {name: x}]', '[{name: b}, {name: c}]'],
  ['\n- name: a\n- name: b', '\n- name: b\n- name: c'],
])('one is taken out of %j and one is added', async (before, after) => {
  const manifest = await readPullManifest({ name: 'a.yaml', text: account(`imagePullSecrets: ${before}\n`) });
  const { text } = await editManifest(manifest, () => [{ name: 'b' }, { name: 'c' }]);
  expect(text).toBe(account(`imagePullSecrets: ${after}\n`));
});
