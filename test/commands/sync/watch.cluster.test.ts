/** `sync --watch` on a real cluster serves new and changed objects as they appear. With the executable, too: HTTP. */
import { expect, test } from 'vitest';
import { api, newNamespace, waitFor } from '../../environment/use.ts';
import { account, named, newAccount } from '../../support/attach-world.ts';
import { artefact } from '../../support/program.ts';
import { changeSecret, newFleet, payloadOf, putSecret, secretIn } from '../../support/sync-world.ts';
import { startWatch } from '../../support/watch-world.ts';

const payloadIn = async (namespace: string) => (await secretIn(namespace))?.data?.['.dockerconfigjson'];
const has = (namespace: string, payload = payloadOf('r.example')) =>
  waitFor(async () => (await payloadIn(namespace)) === payload, { what: `the copy in ${namespace}` });
const change = (path: string, fields: object) =>
  api('PATCH', path, fields, { 'content-type': 'application/merge-patch+json' });

test(`a day of a fleet, with ${artefact()[0].includes('regsecret') ? 'the executable' : 'the npm package'}`, async () => {
  const { home, teams, prefix } = await newFleet(2, { serviceAccount: true });
  const [first = '', second = ''] = teams;
  const args = ['-l', `fleet=${prefix}`, '--attach', 'sa/default', '--attach', 'sa/ci'];
  const watch = await startWatch(home, args);
  expect(watch.stdout).toContain(`secret/regsecret created in ${first}\n`);
  expect(watch.stdout).toContain('2 namespaces: 2 created\n');

  // A new namespace, whose service account is created a moment later.
  const born = await newNamespace({ labels: { fleet: prefix }, serviceAccount: true });
  await has(born);
  const lists = async (namespace: string, name: string) => (await account(namespace, name)).imagePullSecrets;
  const isNamed = (namespace: string, name = 'default') =>
    waitFor(async () => JSON.stringify(await lists(namespace, name)) === JSON.stringify(named('regsecret')), {
      what: `the list of ${namespace}/${name}`,
    });
  await isNamed(born);
  // A service account that is created much later.
  await newAccount(first, {}, 'ci');
  await isNamed(first, 'ci');
  // A namespace that gets its label later.
  const late = await newNamespace({ serviceAccount: true });
  await change(`/api/v1/namespaces/${late}`, { metadata: { labels: { fleet: prefix } } });
  await isNamed(late);
  // Copies that somebody deletes or changes.
  await api('DELETE', `/api/v1/namespaces/${first}/secrets/regsecret`);
  await has(first);
  await changeSecret(second, { data: { '.dockerconfigjson': payloadOf('other.example') } });
  await has(second);
  // A changed source, and one that is deleted and created again.
  await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
  for (const namespace of [first, second, born, late]) await has(namespace, payloadOf('new.example'));
  // What the copies lose is said once for each change, and together.
  const losing = (server: string): string[] =>
    [...watch.stderr.matchAll(/^warning: sync drops (\S+) \(jane\) from secret regsecret in (.*);/gm)]
      .flatMap(([, lost, places = '']) => (lost === server ? places.split(', ') : []))
      .sort();
  expect(losing('other.example')).toEqual([second]);
  expect(losing('r.example')).toEqual([first, second, born, late].sort());
  await api('DELETE', `/api/v1/namespaces/${home}/secrets/regsecret`);
  await watch.says(`error: secret ${home}/regsecret does not exist`);
  await putSecret(home);
  for (const namespace of [first, second, born, late]) await has(namespace);

  // Namespaces that lose their label keep the copy; one that is deleted does not.
  await change(`/api/v1/namespaces/${late}`, { metadata: { labels: { fleet: null } } });
  const left = (namespace: string) =>
    `namespace ${namespace} no longer matches fleet=${prefix}: secret regsecret stays there, and is no longer updated\n`;
  await watch.says(left(late));
  await api('DELETE', `/api/v1/namespaces/${born}`);
  await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('last.example') } });
  await has(first, payloadOf('last.example'));
  await has(late);
  expect(watch.stderr.match(/ no longer matches .*\n/g)).toEqual([left(late).replace(/^namespace \S+/, '')]);

  expect(await watch.end('SIGTERM')).toBe(0);
  // Unchanged copies are not reported.
  expect(watch.stdout).not.toContain('unchanged');
  expect(watch.stdout.match(/^\d+ namespaces/gm)).toHaveLength(1);
});
