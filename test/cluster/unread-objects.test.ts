/** One of many objects cannot be read, or our own code fails on it: the first is noted, the second is thrown. */
import { expect, test } from 'vitest';
import { eachPullSecret, eachSecret } from '../../src/cluster/read-secrets.ts';
import { createReader } from '../../src/cluster/reader.ts';
import { createUnreadObjects, type UnreadObjects } from '../../src/cluster/unread-objects.ts';
import { Interrupted, UserError } from '../../src/errors.ts';
import { ghcrSecret, secretFor } from '../support/attach-request.ts';
import { storedObjects } from '../support/stored-objects.ts';

const SECRETS = [secretFor('first', 'ghcr.io'), ghcrSecret];
const refs = SECRETS.map(([, { metadata }]) => metadata as { namespace: string; name: string });

/** Reads all Secrets and throws `error` at the first. Returns the names of the others. */
async function readAll(how: 'listed' | 'by name', error: Error, unread?: UnreadObjects): Promise<string[]> {
  const reader = createReader(storedObjects(SECRETS), unread);
  const read: string[] = [];
  const use = (name: string | undefined): void => {
    if (name === 'first') throw error;
    read.push(name ?? '');
  };
  if (how === 'listed')
    await eachPullSecret(reader, 'team', ({ metadata }) => {
      use(metadata.name);
    });
  else await eachSecret(reader, refs, async ({ name }) => use(name));
  return read;
}

test.each(['listed', 'by name'] as const)('a bug over a Secret that is %s', async (how) => {
  const unread = createUnreadObjects();
  expect(await readAll(how, new TypeError('pa55word'), unread)).toEqual(['pull']);
  expect(unread.list()).toMatchObject([{ namespace: 'team', name: 'first', reason: 'TypeError', isBug: true }]);
});

test.each(['listed', 'by name'] as const)('a Secret that is not as it should be, %s', async (how) => {
  const unread = createUnreadObjects();
  expect(await readAll(how, new UserError('it has no data'), unread)).toEqual(['pull']);
  expect(unread.list()).toMatchObject([{ name: 'first', reason: 'it has no data', isBug: false }]);
});

test.each([
  ['Ctrl-C', new Interrupted(), createUnreadObjects()],
  ['a bug where one object is asked for', new TypeError('x'), undefined],
])('%s is thrown', async (_, error, unread) => {
  for (const how of ['listed', 'by name'] as const) await expect(readAll(how, error, unread)).rejects.toBe(error);
});
