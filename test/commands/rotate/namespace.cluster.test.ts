/** `rotate` in one namespace: what it replaces, and what it leaves unchanged. */
import { describe, expect, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import {
  auth,
  auths,
  freshHost,
  NEW,
  OLD,
  othersIn,
  payload,
  put,
  rotate,
  stored,
} from '../../support/rotate-world.ts';
import { userWith } from '../../support/user.ts';

describe('in one namespace', () => {
  test('every Secret with the login of this user gets the new one, and everything else stays byte for byte', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    const text = `{ "auths" : {"quay.io":{"auth":"eDp5", "x":[1 ,2]}, "https://${host}/v2/": {"auth":"${OLD.auth}","note":1e30}},"more":{} }\n`;
    await put(namespace, { name: 'odd', text, metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } });
    await put(namespace, { name: 'other', auths: { 'quay.io': auth('ci', 'other') } });
    await put(namespace, { auths: { [host]: OLD } });
    const ran = await rotate(namespace, host);
    expect(ran.code, ran.stderr).toBe(0);
    const lines = ['odd', 'pull'].map((name) => `secret/${name} configured in ${namespace}`);
    expect(ran.stdout.split('\n').sort()).toEqual(['', ...lines]);
    expect(ran.stderr).toBe(`2 Secrets: 2 updated\n${othersIn(namespace, 'NAME')}`);
    const fields = JSON.stringify(NEW).slice(0, -1);
    expect(await payload(namespace, 'odd')).toBe(
      text.replace(`{"auth":"${OLD.auth}","note":1e30}`, `${fields},"note":1e30}`),
    );
    expect(await auths(namespace)).toEqual({ [host]: NEW });
    expect((await stored(namespace, 'odd')).metadata.annotations).toEqual({ c: 'd' });
  });

  test('an old password in fields beside the auth that counts goes, too', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: { ...NEW, password: 'leaked' } } });
    expect((await rotate(namespace, host)).stderr).toBe(`1 Secret: 1 updated\n${othersIn(namespace)}`);
    expect(await auths(namespace)).toEqual({ [host]: NEW });
  });

  test('a second run writes nothing', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: OLD } });
    await rotate(namespace, host);
    const before = await stored(namespace);
    const again = await rotate(namespace, host);
    expect([again.code, again.stdout, again.stderr]).toEqual([0, '', `1 Secret: 1 unchanged\n${othersIn(namespace)}`]);
    expect((await stored(namespace)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test('a name chooses a Secret, and for that nobody needs a right to list', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    for (const name of ['one', 'two']) await put(namespace, { name, auths: { [host]: OLD } });
    const rule = { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get', 'patch'] };
    const ran = await rotate(namespace, host, ['secret/one'], { kubeconfig: await userWith(namespace, [rule]) });
    expect([ran.code, ran.stdout]).toEqual([0, `secret/one configured in ${namespace}\n`]);
    expect(ran.stderr).toContain(
      `update copies in other namespaces: regsecret sync one -n ${namespace} --to NAMESPACES\n`,
    );
    expect(await auths(namespace, 'two')).toEqual({ [host]: OLD });
  });

  test('the end of the old login is forgotten, and that of the new one noted', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    const ends = {
      'regsecret/expires-at': JSON.stringify({ [host]: '2020-01-01T00:00:00Z', x: '2030-01-01T00:00:00Z' }),
    };
    await put(namespace, { auths: { [host]: OLD, x: {} }, metadata: { annotations: ends } });
    await rotate(namespace, host);
    expect((await stored(namespace)).metadata.annotations).toEqual({
      'regsecret/expires-at': '{"x":"2030-01-01T00:00:00Z"}',
    });
  });
});
