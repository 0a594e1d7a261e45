/** What makes a Secret a copy. */
import { expect, test } from 'vitest';
import { copyMark } from '../../src/secret/copy.ts';
import type { Secret } from '../../src/secret/secret.ts';

const labels = { 'app.kubernetes.io/managed-by': 'regsecret' };

test.each<[string, Pick<Secret['metadata'], 'labels' | 'annotations'>, string | undefined]>([
  ['made by sync', { labels, annotations: { 'regsecret/source': 'platform/pull' } }, 'platform/pull'],
  ['with the annotation alone', { annotations: { 'regsecret/source': 'platform/pull' } }, undefined],
  ['with the label alone', { labels }, undefined],
  [
    'a source that was made anew from a copy of it',
    { labels, annotations: { 'regsecret/source': 'team/pull' } },
    undefined,
  ],
  [
    'of a source with its own name in another cluster',
    { labels, annotations: { 'regsecret/source': 'team/pull', 'regsecret/made-from': 'another-cluster' } },
    'team/pull',
  ],
])('%s', (_, marks, source) => {
  const metadata = { namespace: 'team', name: 'pull', ...marks };
  expect(copyMark({ apiVersion: 'v1', kind: 'Secret', metadata })?.source).toBe(source);
});
