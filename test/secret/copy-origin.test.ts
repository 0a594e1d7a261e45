/** The source that a copy's mark names. A mark that `sync` cannot have written is ignored. */
import { expect, test } from 'vitest';
import { copiedContent, copySourceOf, isCopyOf, markedSource, newCopy } from '../../src/secret/copy.ts';
import type { Secret } from '../../src/secret/secret.ts';

const OURS = { 'app.kubernetes.io/managed-by': 'regsecret' };

function marked(source: string, labels: Record<string, string> = OURS): Secret {
  const metadata = { namespace: 'team-a', name: 'pull', labels, annotations: { 'regsecret/source': source } };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'kubernetes.io/dockercfg',
    data: { '.dockercfg': 'e30=' },
  };
}

const SOURCE: Secret = { ...marked(''), metadata: { namespace: 'prod', name: 'pull' } };

test('what sync writes is marked with its source', () => {
  const copy = newCopy(copySourceOf(SOURCE), 'team-a');
  expect(markedSource(copy)).toEqual({ namespace: 'prod', name: 'pull' });
  expect(copiedContent(copy)).toBe(copiedContent(SOURCE));
});

test('a copy of a login from the machine of sync has no Secret as its source', () => {
  expect(markedSource(newCopy({ ...copySourceOf(SOURCE), madeFrom: 'login' }, 'team-a'))).toBeUndefined();
});

test('a source in another cluster may be in a namespace of the same name', () => {
  const source = { ...copySourceOf(SOURCE), madeFrom: 'another-cluster' } as const;
  for (const namespace of ['team-a', 'prod']) {
    expect(markedSource(newCopy(source, namespace))).toEqual({ namespace: 'prod', name: 'pull' });
  }
});

test.each([
  [undefined, undefined, true],
  ['another-cluster', 'another-cluster', true],
  [undefined, 'another-cluster', false],
  ['another-cluster', undefined, false],
  ['login', undefined, true],
  ['login', 'another-cluster', true],
  [undefined, 'login', true],
  ['another-cluster', 'login', true],
] as const)('a copy made from %s is one of a source made from %s: %s', (made, madeFrom, isCopy) => {
  const source = copySourceOf(SOURCE);
  expect(isCopyOf(newCopy({ ...source, madeFrom: made }, 'team-a'), { ...source, madeFrom })).toBe(isCopy);
  expect(isCopyOf(newCopy({ ...source, madeFrom: made }, 'team-a'), { ref: 'other/pull', madeFrom })).toBe(false);
});

test.each([
  ['of another name', marked('prod/other')],
  ['in its own namespace', marked('team-a/pull')],
  ['that no namespace can have', marked('../pull')],
  ['with more parts', marked('prod/pull/x')],
  ['without a namespace', marked('pull')],
  ['that is empty', marked('')],
  ['with an escape sequence', marked('prod\u001b[2J/pull')],
  ['of a megabyte', marked('a/'.repeat(500_000))],
  ['on what regsecret does not manage', marked('prod/pull', {})],
])('a mark %s is none', (_, secret) => {
  expect(markedSource(secret)).toBeUndefined();
});

test('what no kubelet reads has nothing to copy', () => {
  expect(copiedContent({ ...SOURCE, type: 'Opaque' })).toBeUndefined();
});
