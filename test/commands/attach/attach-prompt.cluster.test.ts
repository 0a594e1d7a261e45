/** The questions of `attach` and `detach` in a real terminal: the target, and whether a bare pod may be recreated. */
import { beforeEach, describe, expect, test } from 'vitest';
import { api, cluster, newNamespace, waitFor } from '../../environment/use.ts';
import { account, listOf, named, newAccount, newPullSecret, newWorkload, pathOf } from '../../support/attach-world.ts';
import { regsecret } from '../../support/program.ts';
import { keys, type Terminal, terminal } from '../../support/terminal.ts';

let namespace = '';
beforeEach(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
});

const environment = () => ({ HOME: cluster().home, KUBECONFIG: cluster().kubeconfig });
const type = (...args: string[]): Terminal => terminal([...args, '-n', namespace], environment());
const listed = async (name: string) => (await account(namespace, name)).imagePullSecrets;
const uidOf = async (pod: string) => (await api('GET', pathOf('Pod', namespace, pod))).body.metadata.uid;

test('attach: a list to choose from, with who uses what; what is chosen is attached, and nothing else', async () => {
  await newAccount(namespace, {}, 'robot');
  const web = await newWorkload('Deployment', namespace, { account: 'robot', list: named('other') });
  await waitFor(async () => (await api('GET', pathOf('Pod', namespace))).body.items.length === 1, { what: 'a pod' });
  const tty = type('attach');
  await tty.see('Attach regsecret to');
  await tty.see('serviceaccount/default  used by nothing');
  await tty.see(`serviceaccount/robot  used by 1 pod: deployment.apps/${web}`);
  await tty.see(`deployment.apps/${web}  has its own imagePullSecrets: other`);
  tty.type(`${keys.space}${keys.down}${keys.down}${keys.space}${keys.enter}`);
  await tty.see('patched');
  expect(await tty.ended).toBe(0);
  expect(await listed('default')).toEqual(named('regsecret'));
  expect(await listed('robot')).toBeUndefined();
  expect(await listOf('Deployment', namespace, web)).toEqual(named('other', 'regsecret'));
});

test.each([
  ['Enter takes it', keys.enter, 'patched', 0, named('regsecret')],
  ['no leaves it', `n${keys.enter}`, 'Cancelled', 1, undefined],
])('attach, where there is one thing to choose: %s', async (_, typed, seen, code, list) => {
  const tty = type('attach');
  await tty.see('Attach regsecret to serviceaccount/default');
  tty.type(typed);
  await tty.see(seen);
  expect(await tty.ended).toBe(code);
  expect(await listed('default')).toEqual(list);
});

test('detach: only what has it, and nothing to choose where nobody has', async () => {
  await newAccount(namespace, { imagePullSecrets: named('gone') }, 'robot');
  const tty = type('detach', 'gone');
  await tty.see('Detach gone from');
  await tty.see('serviceaccount/robot');
  tty.type(`${keys.space}${keys.enter}`);
  await tty.see('serviceaccount/robot patched');
  expect(await tty.ended).toBe(0);
  expect(tty.screen()).not.toContain('serviceaccount/default');
  expect(await listed('robot')).toBeUndefined();
  const again = type('detach', 'gone');
  await again.see(
    `nothing to choose: no service account, workload or pod without a controller in namespace ${namespace} uses gone`,
  );
  expect(await again.ended).toBe(0);
});

test('attach, where every service account has it: a workload without a list can still be named', async () => {
  await newWorkload('Deployment', namespace, { name: 'web' });
  const merge = { 'content-type': 'application/merge-patch+json' };
  const list = { imagePullSecrets: named('regsecret') };
  await api('PATCH', `/api/v1/namespaces/${namespace}/serviceaccounts/default`, list, merge);
  const tty = type('attach');
  await tty.see(`nothing to choose: every service account in namespace ${namespace} uses regsecret`);
  await tty.see(`hint: for another workload: regsecret attach -n ${namespace} regsecret --to KIND/NAME`);
  expect(await tty.ended).toBe(0);
});

test('Ctrl-C at the list exits 130 and changes nothing', async () => {
  const tty = type('attach');
  await tty.see('serviceaccount/default');
  tty.type(keys.ctrlC);
  expect(await tty.ended).toBe(130);
  expect(await listed('default')).toBeUndefined();
});

test('a bare pod is created again only after a yes', async () => {
  const name = await newWorkload('Pod', namespace, { name: 'bare' });
  const before = await uidOf(name);
  const no = type('attach', '--pod', name);
  await no.see(`pod ${namespace}/bare cannot be changed. Delete it and create it again?`);
  no.type(`n${keys.enter}`);
  await no.see('--recreate');
  expect(await no.ended).toBe(1);
  expect(await uidOf(name)).toBe(before);
  const unasked = type('attach', '--pod', name, '--yes');
  await unasked.see('--recreate');
  expect(await unasked.ended).toBe(1);
  expect(unasked.screen()).not.toContain('create it again?');
  expect(await uidOf(name)).toBe(before);
  const yes = type('attach', '--pod', name);
  await yes.see('create it again?');
  yes.type(`y${keys.enter}`);
  await yes.see('pod/bare recreated');
  expect(await yes.ended).toBe(0);
  expect(await listOf('Pod', namespace, name)).toEqual(named('regsecret'));
});

test.each([
  ['that are named', ['--pod', 'one', '--pod', 'two']],
  ['that are picked by a label', ['--to', 'pod', '-l', 'app=bare']],
])('of two bare pods %s, the second is asked about when the first is answered', async (_, targets) => {
  for (const name of ['one', 'two']) {
    await newWorkload('Pod', namespace, { name, metadata: { labels: { app: 'bare' } } });
  }
  const tty = type('attach', ...targets);
  await tty.see(`pod ${namespace}/one cannot be changed`);
  await tty.see('create it again?');
  expect(tty.screen()).not.toContain(`pod ${namespace}/two`);
  tty.type(`y${keys.enter}`);
  await tty.see(`pod ${namespace}/two cannot be changed`);
  tty.type(`y${keys.enter}`);
  await tty.see('pod/two recreated');
  expect(await tty.ended).toBe(0);
});

test('detach: of two bare pods that lose their only login, the second is asked about when the first is answered', async () => {
  for (const name of ['one', 'two']) {
    await newWorkload('Pod', namespace, { name, list: named('regsecret'), metadata: { labels: { app: 'bare' } } });
  }
  const tty = type('detach', '--from', 'pod', '-l', 'app=bare');
  await tty.see('Detach regsecret anyway?');
  tty.type(`y${keys.enter}`);
  await tty.see('create it again?');
  expect(tty.screen().match(/create it again\?/g)).toHaveLength(1);
  tty.type(`y${keys.enter}`);
  await tty.see('pod/one recreated');
  await tty.see(`pod ${namespace}/two cannot be changed`);
  tty.type(`y${keys.enter}`);
  await tty.see('pod/two recreated');
  expect(await tty.ended).toBe(0);
});

test('after a no nothing else is asked, and what is named with it stays as it is', async () => {
  for (const name of ['one', 'two']) await newWorkload('Pod', namespace, { name });
  const tty = type('attach', '--serviceaccount', 'default', '--pod', 'one', '--pod', 'two');
  await tty.see(`pod ${namespace}/one cannot be changed`);
  tty.type(`n${keys.enter}`);
  await tty.see('--recreate');
  expect(await tty.ended).toBe(1);
  expect(tty.screen()).not.toContain(`pod ${namespace}/two`);
  expect(await listed('default')).toBeUndefined();
});

describe('detach, where it is the only login for an image', () => {
  test.each([
    ['yes', 'y', 0, undefined],
    ['no', 'n', 1, named('regsecret')],
  ])('%s is the answer', async (_, answer, code, list) => {
    const web = await newWorkload('Deployment', namespace, { list: named('regsecret') });
    const tty = type('detach', '--from', `deploy/${web}`);
    await tty.see(`without regsecret, deployment.apps/${web} has no login for r.example/app:1`);
    await tty.see('Detach regsecret anyway?');
    tty.type(`${answer}${keys.enter}`);
    await tty.see(code === 0 ? 'patched' : `is still needed by deployment.apps/${web}`);
    expect(await tty.ended).toBe(code);
    expect(await listOf('Deployment', namespace, web)).toEqual(list);
  });

  test('of many, those that need it are asked about together, and the others are done', async () => {
    await newAccount(namespace, { imagePullSecrets: named('regsecret') }, 'unused');
    for (const name of ['one', 'two']) {
      await newAccount(namespace, { imagePullSecrets: named('regsecret') }, name);
      await newWorkload('Deployment', namespace, { name, account: name });
    }
    const tty = type('detach', '--all-serviceaccounts');
    await tty.see('deployment.apps/two has no login');
    await tty.see('Detach regsecret anyway?');
    expect(await listed('unused')).toBeUndefined();
    expect(await listed('one')).toEqual(named('regsecret'));
    tty.type(`y${keys.enter}`);
    await tty.see('serviceaccount/two patched');
    expect(await tty.ended).toBe(0);
    expect(await listed('one')).toBeUndefined();
  });
});

describe('a target in place of the Secret', () => {
  beforeEach(async () => {
    await newWorkload('Deployment', namespace, { name: 'web' });
    await newAccount(namespace, {}, 'robot');
  });
  test.each(['web', 'robot'])('attach %s', async (name) => {
    const ran = await regsecret(['attach', name, '-n', namespace], { env: environment() });
    expect([ran.code, ran.stderr]).toEqual([
      2,
      `error: nothing to attach ${name} to\nhint: regsecret attach -n ${namespace} ${name} --serviceaccount default\n`,
    ]);
  });

  test('a Secret of that name is one', async () => {
    await newPullSecret(namespace, 'web');
    const ran = await regsecret(['attach', 'web', '-n', namespace], { env: environment() });
    expect(ran.stderr).toBe(
      `error: nothing to attach web to\nhint: regsecret attach -n ${namespace} web --serviceaccount default\n`,
    );
  });
});

test('without a terminal nothing is asked', async () => {
  const ran = await regsecret(['attach', '-n', namespace], { env: environment() });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toBe(
    `error: nothing to attach regsecret to\nhint: regsecret attach -n ${namespace} --serviceaccount default\n`,
  );
});
