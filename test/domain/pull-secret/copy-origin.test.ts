/** Which Secret a copy is marked as a copy of: a mark that `sync` cannot have made is none. */
import { expect, test } from 'vitest';
import type { Secret } from '../../../src/domain/keyring/secret.ts';
import { copySourceOf, newCopy } from '../../../src/domain/pull-secret/copy.ts';
import { copiedContent, markedSource } from '../../../src/domain/pull-secret/copy-origin.ts';

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
  expect(markedSource(newCopy({ ...copySourceOf(SOURCE), isLogin: true }, 'team-a'))).toBeUndefined();
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
