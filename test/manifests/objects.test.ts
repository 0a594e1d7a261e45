/** Which objects a manifest has, where they are, and what merge keys and aliases add. */
import { describe, expect, test } from 'vitest';
import {
  MAX_DEPTH,
  type MapNode,
  mergedValue,
  nodeBudget,
  spend,
  TooManyNodes,
  toValue,
  valueIn,
  type YamlNode,
} from '../../src/codec/go/yaml-node.ts';
import { parseTree } from '../../src/codec/yaml-tree.ts';
import { type ManifestObject, placedObjects, pullObjects } from '../../src/manifests/objects.ts';

async function placedIn(text: string) {
  const { documents } = await parseTree(text);
  return placedObjects({ name: 'a.yaml', text, documents }, nodeBudget(text));
}

async function objectsIn(text: string): Promise<ManifestObject[]> {
  return pullObjects(await placedIn(text), nodeBudget(text));
}

/** A ServiceAccount inside `depth` nested lists. */
function nested(depth: number): string {
  let value: object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } };
  for (let level = 0; level < depth; level += 1) value = { apiVersion: 'v1', kind: 'List', items: [value] };
  return JSON.stringify(value);
}

test.each([
  [0, 1],
  [1, 1],
  [20, 1],
  [21, 0],
])('in %i lists, one in the other, there are %i objects', async (depth, count) => {
  const placed = await placedIn(nested(depth));
  expect(placed.map(({ path }) => path?.length)).toEqual(count === 0 ? [] : [2 * depth]);
});

const shape = ({ ref, path, serviceAccountName, imagePullSecrets }: ManifestObject) => ({
  ref: `${ref.kind} ${ref.namespace}/${ref.name}`,
  path: path?.join('.'),
  serviceAccountName,
  names: imagePullSecrets,
});

describe('what has a list of pull secrets, or may have one', () => {
  test.each<[situation: string, text: string, shapes: readonly object[]]>([
    [
      'a service account',
      '{apiVersion: v1, kind: ServiceAccount, metadata: {name: ci, namespace: team}, imagePullSecrets: [{name: a}]}',
      [{ ref: 'ServiceAccount team/ci', path: '', serviceAccountName: 'ci', names: [{ name: 'a' }] }],
    ],
    [
      'a pod, whose service account is another',
      '{apiVersion: v1, kind: Pod, metadata: {generateName: web-}, spec: {serviceAccountName: ci, containers: []}}',
      [{ ref: 'Pod /web-', path: 'spec', serviceAccountName: 'ci', names: undefined }],
    ],
    [
      'a kind that makes pods and is not one of Kubernetes',
      '{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}, spec: {template: {spec: {containers: []}}}}',
      [
        {
          ref: 'Rollout.argoproj.io /web',
          path: 'spec.template.spec',
          serviceAccountName: 'default',
          names: undefined,
        },
      ],
    ],
    [
      'a kind that makes no pods',
      '{apiVersion: example.com/v1, kind: Website, metadata: {name: web}, spec: {template: {}}}',
      [],
    ],
    ['no kind', '{apiVersion: v1, metadata: {name: web}, spec: {containers: []}}', []],
    ['a Deployment without a template', '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: 5}', []],
    [
      'the second of a list',
      '{apiVersion: v1, kind: List, items: [{kind: ConfigMap}, {apiVersion: v1, kind: ServiceAccount, metadata: {name: ci}}]}',
      [{ ref: 'ServiceAccount /ci', path: 'items.1', serviceAccountName: 'ci', names: undefined }],
    ],
    [
      'a spec that a merge key brings along',
      'b: &b {spec: {containers: []}}\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\n<<: *b\n',
      [{ ref: 'Pod /web', path: undefined, serviceAccountName: 'default', names: undefined }],
    ],
    [
      'items that a merge key brings along',
      'b: &b {items: [{apiVersion: v1, kind: ServiceAccount, metadata: {name: ci}}]}\nkind: List\n<<: *b\n',
      [{ ref: 'ServiceAccount /ci', path: undefined, serviceAccountName: 'ci', names: undefined }],
    ],
  ])('%s', async (_, text, shapes) => {
    expect((await objectsIn(text)).map(shape)).toEqual(shapes);
  });
});

describe('merge keys', () => {
  test.each<[situation: string, text: string, merged: object]>([
    ['of several maps the first wins', '<<: [{x: 1}, {x: 2, y: 3}]', { x: 1, y: 3 }],
    ['what the map has itself wins', '<<: {x: 1, y: 2}\nx: 5', { x: 5, y: 2 }],
    ['a merged map has a merge key of its own', '<<: {<<: {x: 1, y: 2}, y: 3}', { x: 1, y: 3 }],
    ['what is no map brings nothing along', '<<: [5, {x: 1}]', { x: 1 }],
  ])('%s', async (_, text, merged) => {
    const { documents } = await parseTree(text);
    const map = documents[0] as MapNode;
    expect(mergedValue(map, nodeBudget(text))).toEqual(merged);
    const read = Object.keys(merged).map((key) => [key, toValue(valueIn(map, key), nodeBudget(text))]);
    expect(Object.fromEntries(read)).toEqual(merged);
    // With a repeated key its other value would be found.
    const names = map.merge?.inherited.map(({ key }) => toValue(key, nodeBudget(text)));
    expect(new Set(names).size).toBe(names?.length);
  });
});

test('a budget of two nodes allows for two', () => {
  const budget = { left: 2 };
  spend(budget);
  spend(budget);
  expect(() => spend(budget)).toThrow(TooManyNodes);
});

test('each node that is built is paid for', async () => {
  const { documents } = await parseTree('a: [1, 2]\n');
  expect(toValue(documents[0], { left: 4 })).toEqual({ a: [1, 2] });
  expect(() => toValue(documents[0], { left: 3 })).toThrow(TooManyNodes);
});

test('a thousand levels are built, and no more', () => {
  const nested = (levels: number) => {
    let node: YamlNode = { kind: 'seq', flow: true, start: 0, end: 0, items: [] };
    for (let level = 0; level < levels; level += 1) node = { kind: 'seq', flow: true, start: 0, end: 0, items: [node] };
    return toValue(node, { left: 10_000 });
  };
  expect(JSON.stringify(nested(MAX_DEPTH))).toHaveLength(2 * (MAX_DEPTH + 1));
  expect(() => nested(MAX_DEPTH + 1)).toThrow('too many levels');
});
