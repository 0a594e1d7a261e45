/** `sync` beside others who write to the same Secrets: what they write between its look and its write is not lost. */
import { describe, expect, test } from 'vitest';
import { regsecretIn } from '../../support/attach-world.ts';
import {
  changeSecret,
  meddled,
  newFleet,
  OURS,
  payloadOf,
  putSecret,
  type StoredSecret,
  secretIn,
} from '../../support/sync-world.ts';

describe('somebody else writes between the look and the write', () => {
  test.each([
    ['while the copies are being read', 'GET /api/v1/secrets'],
    ['before the first write', 'PATCH'],
  ])('a newer source that another sync has already copied %s is not replaced with the older one', async (_, start) => {
    const { home, teams } = await newFleet(1);
    const [team = ''] = teams;
    await regsecretIn(home, ['sync', '--to', team]);
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('second.example') } });
    let newest: StoredSecret | undefined;
    const ran = await meddled(home, ['sync', '--to', team], start, async () => {
      await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('third.example') } });
      await regsecretIn(home, ['sync', '--to', team]);
      newest = await secretIn(team);
    });
    expect(ran.code, ran.stderr).toBe(0);
    expect(newest?.data).toEqual({ '.dockerconfigjson': payloadOf('third.example') });
    expect(await secretIn(team)).toEqual(newest);
  });

  test('a Secret that others make is left alone', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    const ran = await meddled(home, ['sync', '--to', team], 'POST', () =>
      putSecret(team, { data: { '.dockerconfigjson': payloadOf('own.example') } }),
    );
    expect(ran).toMatchObject({ code: 1, stdout: '1 namespace: 1 left alone\n' });
    expect(ran.stderr).toContain(`secret ${team}/regsecret was not created by sync`);
    expect((await secretIn(team))?.data).toEqual({ '.dockerconfigjson': payloadOf('own.example') });
  });

  test('a login that --adopt did not know of is named before it goes', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    const ran = await meddled(home, ['sync', '--to', team, '--adopt', '-o', 'json'], 'POST', () =>
      putSecret(team, { data: { '.dockerconfigjson': payloadOf('own.example') } }),
    );
    expect(ran.stderr).toBe(
      `warning: --adopt drops own.example (jane) from secret regsecret in ${team}; --merge keeps it\n1 namespace: 1 updated\n`,
    );
    expect(JSON.parse(ran.stdout).namespaces).toMatchObject([{ namespace: team, lost: ['own.example'] }]);
  });

  test('a copy that another run makes', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    const args = ['sync', '--to', team];
    const ran = await meddled(home, args, 'POST', async () => void (await regsecretIn(home, args)));
    expect(ran.code, ran.stderr).toBe(0);
    expect((await secretIn(team))?.data).toEqual((await secretIn(home))?.data);
  });

  test('a label on a copy that is updated', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await regsecretIn(home, ['sync', '--to', team]);
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
    const label = { metadata: { labels: { team: 'a' } } };
    const ran = await meddled(home, ['sync', '--to', team], 'PATCH', () => changeSecret(team, label));
    expect(ran).toMatchObject({ code: 0, stdout: `secret/regsecret updated in ${team}\n1 namespace: 1 updated\n` });
    const copy = await secretIn(team);
    expect(copy?.data).toEqual((await secretIn(home))?.data);
    expect(copy?.metadata.labels).toEqual({ ...OURS, team: 'a' });
  });

  test('a copy that becomes theirs is not deleted', async () => {
    const { home, teams } = await newFleet(2);
    const [first = '', second = ''] = teams;
    await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    const theirs = { metadata: { annotations: { 'regsecret/source': null } } };
    const args = ['sync', '--to', first, '--prune', '--yes'];
    const ran = await meddled(home, args, 'DELETE', () => changeSecret(second, theirs));
    expect(ran).toMatchObject({ code: 0, stdout: '2 namespaces: 2 unchanged\n' });
    expect(await secretIn(second)).toBeDefined();
  });
});
