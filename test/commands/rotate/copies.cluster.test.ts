/** `rotate` and the copies of a Secret. */
import { describe, expect, test } from 'vitest';
import { kubectl, newNamespace } from '../../environment/use.ts';
import { auth, auths, copyOf, freshHost, NEW, OLD, payload, put, rotate } from '../../support/rotate-world.ts';
import { userWith } from '../../support/user.ts';

describe('in many namespaces', () => {
  test('copies in the selection are made what their source is, after it, whatever password they have', async () => {
    const [home, one] = [await newNamespace(), await newNamespace()];
    const [two, other] = [await newNamespace(), await newNamespace()];
    const host = freshHost();
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    await put(two, { auths: { [host]: auth('ci', 'stale') }, metadata: copyOf(`${home}/pull`) });
    await put(other, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    const args = ['pull', '--to', `${one},${two}`];
    const plan = await rotate(home, host, [...args, '--dry-run=client']);
    expect(plan.stdout.match(new RegExp(` {2}gets what ${home}/pull has\n`, 'g'))).toHaveLength(2);
    const ran = await rotate(home, host, args);
    const [first, ...copies] = ran.stdout.trimEnd().split('\n');
    expect(first).toBe(`secret/pull configured in ${home}`);
    expect(copies.toSorted()).toEqual(
      [one, two].map((namespace) => `secret/pull configured in ${namespace}`).toSorted(),
    );
    for (const namespace of [one, two]) expect(await payload(namespace)).toBe(await payload(home));
    expect(await auths(other)).toEqual({ [host]: OLD });
    const again = await rotate(home, host, args);
    expect([again.code, again.stdout, again.stderr]).toEqual([0, '', '3 Secrets: 3 unchanged\n']);
  });

  test('a copy that could not be written is tried again, and nothing is well until it is', async () => {
    const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    const rule = (resources: readonly string[], verbs: readonly string[]) => ({ apiGroups: [''], resources, verbs });
    const reads = [rule(['secrets', 'namespaces'], ['get', 'list'])];
    const kubeconfig = await userWith(home, [rule(['secrets'], ['patch'])], reads);
    for (const _ of ['first', 'second']) {
      const ran = await rotate(home, host, ['pull', '-A'], { kubeconfig });
      expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(`patch secret ${one}/pull`)]);
      expect([await auths(home), await auths(one)]).toEqual([{ [host]: NEW }, { [host]: OLD }]);
    }
    expect((await rotate(home, host, ['pull', '-A'])).code).toBe(0);
    expect(await auths(one)).toEqual({ [host]: NEW });
  });

  test('what a copy has and its source does not: said before it goes, as in sync', async () => {
    const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD, 'quay.io': auth('own', 'own') }, metadata: copyOf(`${home}/pull`) });
    const said = `warning: rotate drops quay.io (own) from secret pull in ${one}; the source does not have it\n`;
    for (const flags of [['--dry-run=client'], []]) {
      expect((await rotate(home, host, ['pull', '--to', one, ...flags])).stderr).toContain(said);
    }
    expect(await auths(one)).toEqual({ [host]: NEW });
  });

  test('a copy of a source elsewhere gets the new login, and no login of that source that it lacks', async () => {
    const [home, prod, host] = [await newNamespace(), await newNamespace(), freshHost()];
    const [copy, evil] = [await newNamespace(), await newNamespace()];
    const other = { 'quay.io': auth('prod', 'own') };
    await put(home, { name: 'own', auths: { [host]: OLD } });
    await put(prod, { auths: { [host]: OLD, ...other } });
    await put(copy, { auths: { [host]: OLD, ...other }, metadata: copyOf(`${prod}/pull`) });
    await put(evil, { auths: { [host]: OLD }, metadata: copyOf(`${prod}/pull`) });
    const ran = await rotate(home, host, ['-A']);
    expect([ran.code, await auths(evil)]).toEqual([1, { [host]: OLD }]);
    for (const namespace of [prod, copy]) expect(await auths(namespace)).toEqual({ [host]: NEW, ...other });
    expect(ran.stderr).toContain(
      `error: secret ${evil}/pull keeps its login, because its source ${prod}/pull has other logins that it lacks\n` +
        `hint: regsecret sync pull -n ${prod} --to ${evil} --dry-run=client\n`,
    );
  });

  test('a copy that sync made from a login is left, with what makes it again', async () => {
    const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    const made = copyOf(`${home}/made`);
    const metadata = { ...made, annotations: { ...made.annotations, 'regsecret/made-from': 'login' } };
    await put(one, { name: 'made', auths: { [host]: OLD }, metadata });
    const ran = await rotate(home, host, ['-A']);
    expect([ran.code, await auths(one, 'made')]).toEqual([1, { [host]: OLD }]);
    expect(ran.stderr).toContain(
      `secret ${one}/made keeps its login, because sync created it from a login\n  --owned writes it anyway\nhint: run that regsecret sync again with the new login\n`,
    );
    expect((await rotate(home, host, ['-A', '--owned', '--old-password-env', 'OLD'])).code).toBe(0);
    expect(await auths(one, 'made')).toEqual({ [host]: NEW });
  });

  test('a copy whose source is in another namespace is left, and the source is shown, but not rotated', async () => {
    const [home, namespace, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(namespace, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    const said = `because it is a copy of ${home}/pull, which keeps its login\nhint: regsecret inspect pull -n ${home}\n`;
    for (const flags of [['--owned', '--restart', '--dry-run=client'], []]) {
      const ran = await rotate(namespace, host, flags);
      expect([ran.code, await auths(namespace)]).toEqual([1, { [host]: OLD }]);
      expect(ran.stderr).toContain(said);
      // The owner of the copy chose the source.
      expect(ran.stderr).not.toContain('regsecret rotate');
    }
  });

  test('a copy in a namespace that opts out of sync, and has the new login, is unchanged', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    const one = await newNamespace({ annotations: { 'regsecret/sync': 'false' } });
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: NEW }, metadata: copyOf(`${home}/pull`) });
    const ran = await rotate(home, host, ['--to', one]);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/^2 Secrets: 1 updated, 1 unchanged\n/)]);
  });

  test('a copy whose source does not exist keeps its login until it is no copy any more', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: OLD }, metadata: copyOf('no-such-place/pull') });
    const ran = await rotate(namespace, host, ['pull']);
    expect([ran.code, await auths(namespace)]).toEqual([1, { [host]: OLD }]);
    const proposed = `kubectl annotate secret pull -n ${namespace} regsecret/source-`;
    expect(ran.stderr).toContain(
      `error: secret ${namespace}/pull keeps its login, because it is marked as a copy of no-such-place/pull, which does not exist\n  --owned writes it anyway\nhint: ${proposed}\n`,
    );
    expect((await kubectl(proposed.split(' ').slice(1))).code).toBe(0);
    expect((await rotate(namespace, host, ['pull'])).code).toBe(0);
    expect(await auths(namespace)).toEqual({ [host]: NEW });
  });
});
