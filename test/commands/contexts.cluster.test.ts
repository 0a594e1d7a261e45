/**
 * `--to-context` runs a command in several clusters. A cluster is known by the UID of its kube-system, so a proxy in front of the
 * API server that gives it another one serves as a second cluster; two-clusters.cluster.test.ts has two real ones.
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Interrupted } from '../../src/errors.ts';
import { run } from '../../src/run.ts';
import { cluster, newNamespace } from '../environment/use.ts';
import { account, named, regsecretIn } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { anotherCluster, type ContextOf, contextsFile, DEAD } from '../support/context-world.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { here } from '../support/here.ts';
import { fakeIo } from '../support/io.ts';
import { changeSecret, newFleet, OURS, payloadOf, putSecret, secretIn } from '../support/sync-world.ts';
import { keys, terminal } from '../support/terminal.ts';

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy(cluster(), anotherCluster);
});
afterAll(() => proxy.close());

const HUB: ContextOf = {};
const far = (namespace?: string): ContextOf => ({
  server: proxy.server,
  ...(namespace === undefined ? {} : { namespace }),
});
const lines = (text: string): string[] => text.trimEnd().split('\n');
const FAR = { 'regsecret/made-from': 'another-cluster' };

describe('sync', () => {
  test('serves the contexts that are named and no other; a second run writes nothing', async () => {
    const { home, teams } = await newFleet(2);
    const kubeconfig = contextsFile({ hub: HUB, east: far(), west: DEAD });
    const args = ['sync', '--to', teams.join(','), '--to-context', 'east'];
    const first = await regsecretIn(home, args, { kubeconfig });
    expect(first.code, first.stderr).toBe(0);
    expect(lines(first.stdout).slice(0, -1).sort()).toEqual(
      teams.map((team) => `east: secret/regsecret created in ${team}`),
    );
    expect(lines(first.stdout).at(-1)).toBe('east: 2 namespaces: 2 created');
    expect(first.stderr).toBe('1 context: 1 done; 2 namespaces: 2 created\n');
    const [source, copy] = [await secretIn(home), await secretIn(teams[0] ?? '')];
    expect(copy).toMatchObject({ type: source?.type, data: source?.data, metadata: { labels: OURS } });
    expect(copy?.metadata.annotations).toEqual({ 'regsecret/source': `${home}/regsecret`, ...FAR });
    const second = await regsecretIn(home, args, { kubeconfig });
    expect(second).toMatchObject({ code: 0, stdout: 'east: 2 namespaces: 2 unchanged\n' });
  });

  test('the cluster of the source is one like the others, if it is named', async () => {
    const { home, teams } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, 'also-hub': HUB });
    const to = [home, ...teams].join(',');
    const ran = await regsecretIn(home, ['sync', '--to', to, '--to-context', 'also-hub'], { kubeconfig });
    expect(ran).toMatchObject({
      code: 0,
      stdout: `also-hub: secret/regsecret created in ${teams[0]}\nalso-hub: 1 namespace: 1 created\n`,
    });
    expect((await secretIn(teams[0] ?? ''))?.metadata.annotations).toEqual({ 'regsecret/source': `${home}/regsecret` });
    expect((await secretIn(home))?.metadata.annotations).toBeUndefined();
  });

  test('a server that is away keeps no other from it, and is named', async () => {
    const { home, teams } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, dead: DEAD, east: far() });
    const args = ['sync', '--to', teams.join(','), '--to-context', 'dead', '--to-context', 'east'];
    const ran = await regsecretIn(home, args, { kubeconfig });
    expect(ran).toEqual({
      code: 1,
      stdout: `east: secret/regsecret created in ${teams[0]}\neast: 1 namespace: 1 created\n`,
      stderr:
        'dead: error: the connection to the server https://127.0.0.1:1 was refused\n' +
        'dead: hint: check the address: kubectl --context dead config view --minify\n' +
        '2 contexts: 1 done, 1 failed; 1 namespace: 1 created\n',
    });
    const json = await regsecretIn(home, [...args, '-o', 'json'], { kubeconfig });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      contexts: [
        { context: 'dead', error: { message: expect.stringContaining('was refused'), hint: expect.any(String) } },
        expect.objectContaining({
          context: 'east',
          secret: 'regsecret',
          namespaces: [{ namespace: teams[0], action: 'unchanged' }],
        }),
      ],
    });
  });

  test('a source that is not there: nothing is written anywhere', async () => {
    const { home, teams } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, east: far() });
    const args = ['sync', 'nothing', '--to', teams.join(','), '--to-context', 'east'];
    const ran = await regsecretIn(home, args, { kubeconfig });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`error: secret ${home}/nothing does not exist`);
  });

  test.each(['client', 'server'])('--dry-run=%s writes nothing', async (where) => {
    const { home, teams } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, east: far() });
    const args = ['sync', '--to', teams.join(','), '--to-context', 'east', `--dry-run=${where}`];
    const ran = await regsecretIn(home, args, { kubeconfig });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^east: 1 namespace: 1 created \((server )?dry run\)$/m);
    expect(await secretIn(teams[0] ?? '')).toBeUndefined();
  });

  test('--attach and --prune work there, and copies of a source of that cluster stay', async () => {
    const { home, teams } = await newFleet(3, { serviceAccount: true });
    const [one = '', other = '', own = ''] = teams;
    const kubeconfig = contextsFile({ hub: HUB, east: far() });
    const there = ['--to-context', 'east', '--attach', 'sa/default'];
    const first = await regsecretIn(home, ['sync', '--to', `${one},${other}`, ...there], { kubeconfig });
    expect(first.code, first.stderr).toBe(0);
    expect((await account(one, 'default')).imagePullSecrets).toEqual(named('regsecret'));
    await regsecretIn(home, ['sync', '--to', own]);
    const second = await regsecretIn(home, ['sync', '--to', one, ...there, '--prune', '--yes'], { kubeconfig });
    expect(second.code, second.stderr).toBe(0);
    expect(second.stdout).toContain(`east: secret/regsecret deleted in ${other}\n`);
    expect(await secretIn(other)).toBeUndefined();
    expect((await account(other, 'default')).imagePullSecrets).toBeUndefined();
    expect(await secretIn(own)).toBeDefined();
  });

  test('a copy of a source of that cluster is left alone, and the other way round', async () => {
    const { home, teams } = await newFleet(2);
    const [own = '', theirs = ''] = teams;
    const kubeconfig = contextsFile({ hub: HUB, east: far() });
    await regsecretIn(home, ['sync', '--to', own]);
    const there = await regsecretIn(home, ['sync', '--to', teams.join(','), '--to-context', 'east'], { kubeconfig });
    expect(there.code).toBe(1);
    expect(there.stderr).toContain(
      `east: error: secret ${own}/regsecret is a copy of ${home}/regsecret in this cluster, so it is left alone\n`,
    );
    const here = await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    expect(here.stderr).toContain(
      `error: secret ${theirs}/regsecret is a copy of ${home}/regsecret in another cluster, so it is left alone\n`,
    );
  });

  test('who may not list namespaces in one of them: that one fails, the other is served', async () => {
    const { home, teams, prefix } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, poor: { user: `${prefix}-jane` }, east: far() });
    const contexts = ['--to-context', 'poor', '--to-context', 'east', '--assume-different'];
    const args = ['sync', '-l', `fleet=${prefix}`, ...contexts];
    const ran = await regsecretIn(home, args, { kubeconfig });
    expect(ran).toMatchObject({
      code: 1,
      stdout: `east: secret/regsecret created in ${teams[0]}\neast: 1 namespace: 1 created\n`,
    });
    expect(ran.stderr).toMatch(/^poor: error: no permission to list namespaces/);
    expect(ran.stderr).toContain(' --context poor');
  });

  test('a login from here needs no source, and is asked for once', async () => {
    const { home, teams } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, east: far(), west: far() });
    const login = ['--server', 'r.example', '--username', 'ci', '--password-stdin'];
    const contexts = ['--to-context', 'east', '--to-context', 'west'];
    const args = ['sync', 'login', ...login, '--to', teams.join(','), ...contexts];
    const ran = await regsecretIn(home, args, { kubeconfig, stdin: CANARY });
    expect(ran.code, ran.stderr).toBe(0);
    for (const context of ['east', 'west']) expect(ran.stdout).toMatch(new RegExp(`^${context}: 1 namespace: 1 `, 'm'));
    const copy = await secretIn(teams[0] ?? '', 'login');
    expect(copy?.metadata.annotations).toMatchObject({ 'regsecret/made-from': 'login' });
  });

  test('doctor and list of that cluster take such a copy for no orphan', async () => {
    const { home, teams } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, east: far() });
    const [team = ''] = teams;
    await regsecretIn(home, ['sync', '--to', team, '--to-context', 'east'], { kubeconfig });
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
    const doctor = await regsecretIn(team, ['doctor', '--offline', '-o', 'json']);
    expect(doctor.stdout).not.toMatch(/orphaned-copy|stale-copy/);
    const list = await regsecretIn(team, ['list', '-o', 'wide']);
    expect(list.stdout).toContain(`${home}/regsecret (in another cluster)`);
  });
});

describe('rotate, remove and delete', () => {
  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin', '--no-verify'];

  test('rotate: each context in its own namespace, with one password and the same marks', async () => {
    const [one, other] = [await newNamespace(), await newNamespace()];
    await Promise.all([one, other].map((namespace) => putSecret(namespace)));
    const kubeconfig = contextsFile({ west: { namespace: one }, east: far(other), dead: DEAD });
    const contexts = ['--to-context', 'dead', '--to-context', 'west', '--to-context', 'east'];
    const options = { env: { KUBECONFIG: kubeconfig }, stdin: 'fresh' };
    const plan = await here(['rotate', ...login, ...contexts, '--dry-run=client', '-o', 'json'], options);
    const [, ...planned] = JSON.parse(plan.stdout).contexts as {
      results: { entries: { fingerprint: string }[] }[];
    }[];
    const marks = planned.map(({ results }) => results[0]?.entries[0]?.fingerprint);
    expect(marks).toEqual([marks[0], marks[0]]);
    const ran = await here(['rotate', ...login, ...contexts], options);
    expect(ran).toMatchObject({
      code: 1,
      stdout: `west: secret/regsecret configured in ${one}\neast: secret/regsecret configured in ${other}\n`,
    });
    for (const context of ['west', 'east']) expect(ran.stderr).toContain(`${context}: 1 Secret: 1 updated\n`);
    expect(ran.stderr).toContain('3 contexts: 2 done, 1 failed; 2 Secrets: 2 updated\n');
    const data = await Promise.all([one, other].map(async (namespace) => (await secretIn(namespace))?.data));
    expect(data[0]).toEqual(data[1]);
  });

  test('rotate and remove leave a copy of another cluster to its source', async () => {
    const { home, teams } = await newFleet(1);
    const [team = ''] = teams;
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('r.example', 'old.example') } });
    const kubeconfig = contextsFile({ hub: HUB, east: far() });
    await regsecretIn(home, ['sync', '--to', team, '--to-context', 'east'], { kubeconfig });
    const rotated = await regsecretIn(team, ['rotate', ...login], { stdin: 'fresh' });
    expect(rotated.code).toBe(1);
    expect(rotated.stderr).toContain(
      `error: secret ${team}/regsecret keeps its login, because it is a copy of ${home}/regsecret in another cluster\n` +
        'hint: rotate it there, and sync it from there again with --to-context\n',
    );
    const removed = await regsecretIn(team, ['remove', '--server', 'old.example', '--yes']);
    expect(removed).toMatchObject({ code: 1 });
    expect(removed.stderr).toContain(`because it is a copy of ${home}/regsecret in another cluster\n`);
  });

  test('remove: in each context', async () => {
    const [one, other] = [await newNamespace(), await newNamespace()];
    const data = { '.dockerconfigjson': payloadOf('r.example', 'old.example') };
    await Promise.all([one, other].map((namespace) => putSecret(namespace, { data })));
    const kubeconfig = contextsFile({ west: { namespace: one }, east: far(other) });
    const args = ['remove', '--server', 'old.example', '--to-context', 'west', '--to-context', 'east'];
    const ran = await here(args, { env: { KUBECONFIG: kubeconfig } });
    expect(ran).toMatchObject({
      code: 0,
      stdout: `west: secret/regsecret configured in ${one}\neast: secret/regsecret configured in ${other}\n`,
    });
    expect(ran.stderr).toContain('2 contexts: 2 done; 2 Secrets: 2 updated\n');
    for (const namespace of [one, other])
      expect((await secretIn(namespace))?.data).toEqual({ '.dockerconfigjson': payloadOf('r.example') });
  });

  test('delete -A: the copies of a source that is in another cluster', async () => {
    const { home, teams } = await newFleet(2);
    const [own = '', theirs = ''] = teams;
    const kubeconfig = contextsFile({ hub: HUB, east: far() });
    await regsecretIn(home, ['sync', '--to', theirs, '--to-context', 'east'], { kubeconfig });
    await regsecretIn(home, ['sync', '--to', own]);
    const args = ['delete', '-A', '--yes', '--to-context', 'east'];
    const first = await regsecretIn(home, args, { kubeconfig });
    expect(first.code, first.stderr).toBe(0);
    // The source is in this cluster, so a copy made from another cluster is not a copy of it.
    expect(await secretIn(theirs)).toBeDefined();
    expect([await secretIn(own), await secretIn(home)]).toEqual([undefined, undefined]);
    const second = await regsecretIn(home, args, { kubeconfig });
    expect(second).toMatchObject({ code: 0, stdout: `east: secret/regsecret deleted in ${theirs}\n` });
    expect(await secretIn(theirs)).toBeUndefined();
  });
});

describe('one question for all', () => {
  test.each([
    ['n', 1, []],
    ['y', 0, ['r.example']],
  ])('%s', async (key, code, wanted) => {
    const { home, teams } = await newFleet(1);
    const kubeconfig = contextsFile({ hub: HUB, east: far(), west: far() });
    const contexts = ['--to-context', 'east', '--to-context', 'west'];
    const shown = terminal(['sync', '--to', teams.join(','), ...contexts, '-n', home], {
      HOME: cluster().home,
      KUBECONFIG: kubeconfig,
    });
    await shown.see('east: Update 1 namespace (1 new)');
    await shown.see('west: Update 1 namespace (1 new)');
    await shown.see('Do this in 2 contexts?');
    shown.type(`${key}${keys.enter}`);
    expect(await shown.ended).toBe(code);
    const copy = await secretIn(teams[0] ?? '');
    expect(copy === undefined ? [] : ['r.example']).toEqual(wanted);
  });
});

test('Ctrl-C in one context: it says which ones are done, and in which nothing was written', async () => {
  const { home, teams } = await newFleet(1);
  const io = fakeIo({ env: { KUBECONFIG: '' } });
  const broken = await startFaultProxy(cluster(), ({ method }) => {
    if (method === 'GET') return undefined;
    io.interrupt();
    return 'hang';
  });
  onTestFinished(() => broken.close());
  const [first = ''] = teams;
  const kubeconfig = contextsFile({ hub: HUB, east: { server: broken.server }, west: far(), north: far() });
  const contexts = ['west', 'east', 'north'].flatMap((name) => ['--to-context', name]);
  const login = ['--server', 'r.example', '--username', 'ci', '--password-stdin'];
  const args = ['sync', 'login', ...login, '--to', first, ...contexts, '-n', home, '--kubeconfig', kubeconfig];
  expect(await run(args, Object.assign(io, { stdin: fakeIo({ stdin: CANARY }).stdin }))).toBe(130);
  expect(io.signal.reason).toBeInstanceOf(Interrupted);
  expect(lines(io.written.stdout)[0]).toBe(`west: secret/login created in ${first}`);
  expect(io.written.stderr).toContain(
    'warning: interrupted: west is done, and nothing was written in north; run the same command again\n',
  );
});
