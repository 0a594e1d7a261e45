/** Manifests as people write them: the whole text before and after each command. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { editManifest, readPullManifest } from '../../src/manifests/edit-manifest.ts';
import { ManifestError } from '../../src/manifests/read-objects.ts';
import { changedList, type Verb } from '../../src/workloads/list-change.ts';

const folder = join(import.meta.dirname, 'golden');
const inputs = readdirSync(folder).filter((file) => /^\d+-[a-z-]+\.(yaml|json)$/.test(file));

const edit = async (text: string, verb: Verb, name: string): Promise<string> =>
  (
    await editManifest(await readPullManifest({ name: 'a.yaml', text }), ({ imagePullSecrets: list }) =>
      changedList(verb, list, [name]),
    )
  ).text;

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

describe.each(inputs)('%s', (file) => {
  test('regsecret is attached', async () => {
    expect(await edit(read(file), 'attach', 'regsecret')).toBe(read(file.replace(/\.(\w+)$/, '.attached.$1')));
  });

  test('what is attached and detached again means what it meant', async () => {
    const text = read(file);
    const again = await edit(await edit(text, 'attach', 'regsecret'), 'detach', 'regsecret');
    const meaning = async (one: string) =>
      (await readPullManifest({ name: 'a.yaml', text: one })).objects.map(({ ref, imagePullSecrets: list }) => ({
        ref,
        list: list ?? [],
      }));
    expect(await meaning(again)).toEqual(await meaning(text));
  });
});

const detached = (file: string): string => file.replace(/\.(\w+)$/, '.detached.$1');

test.each(inputs.filter((file) => existsSync(join(folder, detached(file)))))(
  'quay is detached from %s',
  async (file) => {
    expect(await edit(read(file), 'detach', 'quay')).toBe(read(detached(file)));
  },
);

test('a list that cannot be emptied without touching anything else is left to people', async () => {
  const text = read('22-keys-that-readers-differ-about.yaml');
  await expect(edit(text, 'detach', 'quay')).rejects.toThrow(ManifestError);
  await expect(edit(text, 'detach', 'quay')).rejects.toThrow(
    'needs a change by hand in line 5: the imagePullSecrets of pod a',
  );
});
