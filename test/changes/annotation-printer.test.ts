/** The messages about old logins in annotations: one warning, and a command for each namespace. */
import { expect, test } from 'vitest';
import { warnOfAnnotations } from '../../src/changes/annotation-printer.ts';
import { printerFor } from '../../src/output/printer.ts';
import { fakeIo } from '../support/io.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

async function said(refs: readonly { namespace: string; name: string }[], would = false): Promise<string[]> {
  const io = fakeIo();
  warnOfAnnotations(refs, would, await printerFor(io));
  return io.written.stderr.split('\n').slice(0, -1);
}

test('nothing where there is none', async () => {
  expect(await said([])).toEqual([]);
});

test('one, before it comes to that', async () => {
  expect(await said([{ namespace: 'a', name: 'pull' }], true)).toEqual([
    `warning: secret a/pull would still have an old login in the annotation ${ANNOTATION}`,
    `hint: kubectl annotate secret pull -n a ${ANNOTATION}-`,
  ]);
});

test('several, by namespace and name', async () => {
  const refs = [
    { namespace: 'b', name: 'pull' },
    { namespace: 'a', name: 'two' },
    { namespace: 'a', name: 'one' },
  ];
  expect(await said(refs)).toEqual([
    `warning: 3 Secrets still have an old login in the annotation ${ANNOTATION}: a/one, a/two, b/pull`,
    `hint: kubectl annotate secret one two -n a ${ANNOTATION}-`,
    `hint: kubectl annotate secret pull -n b ${ANNOTATION}-`,
  ]);
});

test('of many namespaces ten, and how many more', async () => {
  const lines = await said(Array.from({ length: 12 }, (_, index) => ({ namespace: `n${10 + index}`, name: 'pull' })));
  expect(lines).toHaveLength(12);
  expect(lines[0]).toMatch(/: n10\/pull, n11\/pull, n12\/pull, n13\/pull, n14\/pull and 7 more$/);
  expect(lines.at(-1)).toBe(
    'hint: regsecret doctor -A --only login-in-annotation also has a command for each of the other 2',
  );
});
