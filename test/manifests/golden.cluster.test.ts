/** kubectl reads the changed manifests, too: its YAML library differs from ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPullManifest } from '../../src/manifests/edit-manifest.ts';
import { fieldOf } from '../../src/workloads/api-object.ts';
import { pullKindOf } from '../../src/workloads/kind.ts';
import { kubectl } from '../environment/use.ts';

const folder = join(import.meta.dirname, 'golden');
/** Manifest 19 has kinds that the cluster does not know. */
const files = readdirSync(folder).filter((file) => /\.(attached|detached)\./.test(file) && !/^19-/.test(file));

interface Read {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The printed objects. kubectl prints several as a list or one after another. */
function objectsOf(stdout: string): Read[] {
  const values = stdout.trim() === '' ? [] : JSON.parse(`[${stdout.trim().replaceAll(/^}\n{/gm, '},\n{')}]`);
  return values.flatMap((value: Read & { items?: Read[] }) => value.items ?? [value]);
}

test.each(files)('%s', async (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const ran = await kubectl(['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', '-'], {
    stdin: text,
  });
  expect(ran.code, ran.stderr).toBe(0);
  const theirs = objectsOf(ran.stdout).flatMap((object) => {
    const kind = pullKindOf(object.apiVersion, object.kind);
    if (kind === undefined) return [];
    const list = fieldOf(object, ...kind.specPath, 'imagePullSecrets');
    return [{ name: object.metadata.name, list: Array.isArray(list) ? list : [] }];
  });
  const { objects } = await readPullManifest({ name: 'a.yaml', text });
  const ours = objects.map(({ ref, imagePullSecrets: list }) => ({ name: ref.name, list: list ?? [] }));
  expect(theirs).toEqual(ours);
});
