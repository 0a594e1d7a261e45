/** Many concurrent writers of one service account: no change is lost. */
import { beforeAll, expect, test } from 'vitest';
import { api, kubectl, newNamespace } from '../../environment/use.ts';
import { account, named, newAccount, regsecretIn } from '../../support/attach-world.ts';
import { whole } from '../../support/cases.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
});

/** Each meets all of the others, so the work grows with the square. */
const WRITERS = whole ? 100 : 30;
const secrets = Array.from({ length: WRITERS }, (_, index) => `pull-${index}`);
const names = async (name: string): Promise<string[]> =>
  ((await account(namespace, name)).imagePullSecrets ?? []).map((entry) => entry.name ?? '');

/** Edits a label as fast as the server allows until `running.now` is false. Returns the number of edits. */
async function editLabels(name: string, running: { now: boolean }): Promise<number> {
  let count = 0;
  while (running.now) {
    count += 1;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { status } = await api(
      'PATCH',
      path,
      { metadata: { labels: { [`edit-${count % 10}`]: `${count}` } } },
      headers,
    );
    expect(status).toBe(200);
  }
  return count;
}

test(`${WRITERS} attach at once while labels are edited: all are there, and so are the labels`, {
  timeout: 180_000,
}, async () => {
  await newAccount(namespace, { metadata: { name: 'many', labels: { team: 'a' } }, imagePullSecrets: named('first') });
  const running = { now: true };
  const labels = editLabels('many', running);
  const runs = await Promise.all(
    secrets.map((secret) => regsecretIn(namespace, ['attach', secret, '--serviceaccount', 'many', '--allow-missing'])),
  );
  running.now = false;
  const count = await labels;
  expect(runs.filter(({ code }) => code !== 0)).toEqual([]);
  const list = await names('many');
  expect(list[0]).toBe('first');
  expect(list.toSorted()).toEqual(['first', ...secrets].sort());
  const { metadata } = await account(namespace, 'many');
  expect(metadata.labels).toMatchObject({ team: 'a', [`edit-${count % 10}`]: `${count}` });
});

test('attach and detach mixed: what comes out is what would have come out one after the other', {
  timeout: 180_000,
}, async () => {
  const there = secrets.filter((_, index) => index % 2 === 0);
  await newAccount(namespace, { imagePullSecrets: [...named(...there), {}] }, 'mixed');
  const runs = await Promise.all(
    secrets.map((secret, index) =>
      regsecretIn(namespace, [index % 2 === 0 ? 'detach' : 'attach', secret, '--sa', 'mixed', '--no-checks']),
    ),
  );
  expect(runs.filter(({ code, stdout }) => code !== 0 || stdout !== 'serviceaccount/mixed patched\n')).toEqual([]);
  expect((await names('mixed')).sort()).toEqual(['', ...secrets.filter((_, index) => index % 2 === 1)].sort());
});

test('the same Secret from everybody: it is there once', { timeout: 180_000 }, async () => {
  await newAccount(namespace, {}, 'same');
  await Promise.all(secrets.map(() => regsecretIn(namespace, ['attach', 'one', '--sa', 'same', '--no-checks'])));
  expect(await names('same')).toEqual(['one']);
});

test('kubectl patch by ten at once loses all but one, and kubectl with a JSON patch fails on the first', async () => {
  await newAccount(namespace, { imagePullSecrets: named('first') }, 'kubectl');
  await newAccount(namespace, {}, 'empty');
  const patch = (secret: string) => JSON.stringify({ imagePullSecrets: named(secret) });
  await Promise.all(
    secrets.slice(0, 10).map((secret) => kubectl(['patch', 'sa', 'kubectl', '-n', namespace, '-p', patch(secret)])),
  );
  expect(await names('kubectl')).toHaveLength(1);
  const append = JSON.stringify([{ op: 'add', path: '/imagePullSecrets/-', value: { name: 'one' } }]);
  const ran = await kubectl(['patch', 'sa', 'empty', '-n', namespace, '--type=json', '-p', append]);
  expect(ran.code).toBe(1);
});
