/** `sync --prune`: copies in namespaces that are no longer selected. */
import { expect, test } from 'vitest';
import { api, kubeconfigFor, waitFor } from '../../environment/use.ts';
import { recorded } from '../../support/asked-rights.ts';
import { account, created, freshName, listOf, named, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { changeSecret, newFleet, OURS, putSecret, secretIn } from '../../support/sync-world.ts';
import type { Rule } from '../../support/user.ts';

const lines = (text: string): string[] => text.trimEnd().split('\n').sort();
const accountList = async (namespace: string) => (await account(namespace, 'default')).imagePullSecrets;

test('a namespace that is no longer meant: out of the lists of accounts, then gone; a second run does nothing', async () => {
  const { home, teams } = await newFleet(2, { serviceAccount: true });
  const [first = '', second = ''] = teams;
  await regsecretIn(home, ['sync', '--to', teams.join(','), '--attach', 'sa/default']);
  const web = await newWorkload('Deployment', second, { list: named('own', 'regsecret') });
  const ran = await regsecretIn(home, ['sync', '--to', first, '--prune', '--yes']);
  expect(ran.code, ran.stderr).toBe(0);
  expect(lines(ran.stdout)).toEqual(
    [
      '1 service account: 1 patched',
      '2 namespaces: 1 deleted, 1 unchanged',
      `secret/regsecret deleted in ${second}`,
      `serviceaccount/default patched in ${second}`,
    ].sort(),
  );
  expect(await secretIn(second)).toBeUndefined();
  expect(await accountList(second)).toBeUndefined();
  expect(ran.stderr).toContain(
    `warning: deployment.apps/${web} in ${second} still has regsecret, which is deleted, in its own imagePullSecrets\nhint: regsecret detach regsecret -n ${second} --from deployment/${web}\n`,
  );
  expect(await listOf('Deployment', second, web)).toEqual(named('own', 'regsecret'));
  expect(await accountList(first)).toEqual(named('regsecret'));
  const again = await regsecretIn(home, ['sync', '--to', first, '--prune', '--yes']);
  expect(again).toMatchObject({ code: 0, stdout: '1 namespace: 1 unchanged\n' });
});

test('without a terminal and without --yes nothing is written at all', async () => {
  const { home, teams } = await newFleet(2);
  const [first = '', second = ''] = teams;
  await regsecretIn(home, ['sync', '--to', second]);
  const ran = await regsecretIn(home, ['sync', '--to', first, '--prune']);
  expect(ran).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: a copy in ${second} would be deleted, which needs --yes where there is no terminal\nhint: regsecret sync -n ${home} --to ${first} --prune --yes\n`,
  });
  expect(await secretIn(first)).toBeUndefined();
  expect(await secretIn(second)).toBeDefined();
  const options = { image: 'r.example/app:1', list: named('regsecret'), fields: { replicas: 0 } };
  const web = await newWorkload('Deployment', second, options);
  expect((await regsecretIn(home, ['sync', '--to', first, '--prune'])).stderr).toContain(
    `terminal\n  ${second}: deployment.apps/${web} (0 replicas) has no other login for r.example/app:1\nhint: `,
  );
});

test.each(['client', 'server'])('--dry-run=%s says what would go, and changes nothing', async (where) => {
  const { home, teams } = await newFleet(2, { serviceAccount: true });
  const [first = '', second = ''] = teams;
  await regsecretIn(home, ['sync', '--to', teams.join(','), '--attach', 'sa/default']);
  const args = ['sync', '--to', first, '--prune'];
  const plan = await regsecretIn(home, [...args, `--dry-run=${where}`]);
  expect(await secretIn(second)).toBeDefined();
  expect(await accountList(second)).toEqual(named('regsecret'));
  const ran = await regsecretIn(home, [...args, '--yes']);
  expect(lines(plan.stdout.replaceAll(/ \((server )?dry run\)$/gm, ''))).toEqual(lines(ran.stdout));
});

test('what stays: what others made, copies of other sources, and where an annotation says no', async () => {
  const { home, teams, prefix } = await newFleet(4);
  const [first = '', foreign = '', other = '', silent = ''] = teams;
  await regsecretIn(home, ['sync', '--to', silent]);
  const headers = { 'content-type': 'application/merge-patch+json' };
  const annotations = { 'regsecret/sync': 'false' };
  await api('PATCH', `/api/v1/namespaces/${silent}`, { metadata: { annotations, labels: { fleet: null } } }, headers);
  await putSecret(foreign);
  await putSecret(other, { metadata: { labels: OURS, annotations: { 'regsecret/source': 'x/regsecret' } } });
  for (const team of [foreign, other]) {
    await api('PATCH', `/api/v1/namespaces/${team}`, { metadata: { labels: { fleet: null } } }, headers);
  }
  const ran = await regsecretIn(home, ['sync', '-l', `fleet=${prefix}`, '--prune', '--yes']);
  expect(ran).toEqual({
    code: 0,
    stdout: `secret/regsecret created in ${first}\n1 namespace: 1 created\n`,
    stderr: '',
  });
  for (const team of [foreign, other, silent]) expect(await secretIn(team)).toBeDefined();
});

test('a Secret that has lost the marks of a copy, and one that got them: each counts for its own namespace', async () => {
  const { home, teams } = await newFleet(3);
  const [first = '', lost = '', forged = ''] = teams;
  await regsecretIn(home, ['sync', '--to', lost]);
  await changeSecret(lost, { metadata: { annotations: { 'regsecret/source': null } } });
  await putSecret(forged, { metadata: { labels: OURS, annotations: { 'regsecret/source': `${home}/regsecret` } } });
  await putSecret(forged, { metadata: { labels: OURS, annotations: { 'regsecret/source': `${first}/x` } } }, 'x');
  const ran = await regsecretIn(home, ['sync', '--to', first, '--prune', '--yes']);
  expect(ran.code, ran.stderr).toBe(0);
  expect(lines(ran.stdout)).toContain(`secret/regsecret deleted in ${forged}`);
  expect(await secretIn(lost)).toBeDefined();
  expect(await secretIn(forged, 'x')).toBeDefined();
});

test('what loses its only login is said', async () => {
  const { home, teams } = await newFleet(2, { serviceAccount: true });
  const [first = '', second = ''] = teams;
  await regsecretIn(home, ['sync', '--to', teams.join(','), '--attach', 'sa/default']);
  const web = await newWorkload('Deployment', second);
  const ran = await regsecretIn(home, ['sync', '--to', first, '--prune', '--yes']);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain(`deployment.apps/${web}`);
  expect(ran.stderr).toContain('r.example/app:1');
});

test('of a workload with another pull secret it says what it does not know, because it reads no other Secret', async () => {
  const { home, teams } = await newFleet(2, { serviceAccount: true });
  const [first = '', second = ''] = teams;
  await regsecretIn(home, ['sync', '--to', second]);
  await putSecret(second, {}, 'own');
  const web = await newWorkload('Deployment', second, { list: named('regsecret', 'own') });
  const args = ['sync', '--to', first, '--prune'];
  const unknown = `whether own has a login for r.example/app:1`;
  const asked = await regsecretIn(home, args);
  expect(asked.stderr).toContain(`\n  ${second}: deployment.apps/${web}: not known ${unknown}\nhint: `);
  const { result: ran, asked: rights } = await recorded(() => regsecretIn(home, [...args, '--yes']));
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain(
    `warning: not known ${unknown} of deployment.apps/${web} in ${second}: only regsecret was read\nhint: regsecret why deployment/${web} -n ${second}\n`,
  );
  const read = rights.filter(({ verb, plural }) => plural === 'secrets' && verb === 'get');
  expect(new Set(read.map(({ name }) => name))).toEqual(new Set(['regsecret']));
  const writes = rights.filter(({ verb }) => verb === 'patch' || verb === 'create' || verb === 'delete');
  expect(new Set(writes.map(({ plural }) => plural))).toEqual(new Set(['secrets']));
});

test('what cannot be detached keeps nothing, and is named', async () => {
  const { home, teams } = await newFleet(2, { serviceAccount: true });
  const [first = '', second = ''] = teams;
  await regsecretIn(home, ['sync', '--to', teams.join(',')]);
  await newWorkload('Job', second, { name: 'load', list: named('regsecret') });
  await newWorkload('Pod', second, { name: 'tool', list: named('regsecret') });
  await newWorkload('Pod', second, { name: 'other', image: 'quay.io/a', list: named('regsecret') });
  const args = ['sync', '--to', first, '--prune'];
  const plan = await regsecretIn(home, [...args, '--dry-run=client']);
  const ran = await regsecretIn(home, [...args, '--yes']);
  expect(ran.code, ran.stderr).toBe(0);
  const lost = (name: string): string =>
    `warning: without regsecret, ${name} in ${second} has no login for r.example/app:1: private images can no longer be pulled`;
  const warnings = [lost('job.batch/load'), lost('pod/tool')];
  expect(lines(ran.stderr)).toEqual(warnings);
  expect(lines(plan.stderr.replaceAll('could no longer', 'can no longer'))).toEqual(warnings);
  expect(await secretIn(second)).toBeUndefined();
});

test('a user with what rbac prints', async () => {
  const { home, teams } = await newFleet(2, { serviceAccount: true });
  const [first = '', second = ''] = teams;
  await regsecretIn(home, ['sync', '--to', teams.join(','), '--attach', 'sa/default']);
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'CronJob'] as const) {
    await newWorkload(kind, second, { list: named('regsecret', 'own') });
  }
  const line = ['sync', '--to', first, '--prune', '--yes'];
  const user = freshName('user');
  const printed = await regsecretIn(home, ['rbac', '--for', `user/${user}`, '--name', user, '-o', 'json', ...line]);
  expect(printed.code, printed.stderr).toBe(0);
  const roles: { kind: string; metadata: { namespace?: string }; rules?: readonly Rule[] }[] = JSON.parse(
    printed.stdout,
  ).items;
  const unnamed = roles.flatMap(({ rules = [] }) => rules).filter(({ resourceNames }) => resourceNames === undefined);
  const mayDoAnywhere = (verb: string) =>
    unnamed.filter(({ verbs }) => verbs.includes(verb)).flatMap(({ resources }) => resources);
  expect(mayDoAnywhere('get')).toEqual(['serviceaccounts']);
  expect(mayDoAnywhere('patch')).toEqual(['serviceaccounts']);
  expect(mayDoAnywhere('delete')).toEqual([]);
  const pathOf = ({ kind, metadata: { namespace } }: (typeof roles)[number]): string =>
    `/apis/rbac.authorization.k8s.io/v1${namespace === undefined ? '' : `/namespaces/${namespace}`}/${kind.toLowerCase()}s`;
  for (const role of roles) await created(pathOf(role), role);
  const allowed = async (): Promise<boolean> => {
    const attributes = { resource: 'secrets', verb: 'delete', name: 'regsecret', namespace: second };
    const spec = { user, resourceAttributes: attributes };
    const { body } = await api('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
    return body.status.allowed;
  };
  await waitFor(allowed, { what: `the rights of ${user}` });
  const ran = await regsecretIn(home, line, { kubeconfig: kubeconfigFor({ user }) });
  for (const role of roles) {
    if (role.metadata.namespace === undefined) await api('DELETE', `${pathOf(role)}/${user}`);
  }
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).not.toMatch(/no permission|may not/);
  expect(await secretIn(second)).toBeUndefined();
});
