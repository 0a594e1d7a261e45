/** `rotate` and the copies of a Secret. */
import { describe, expect, test } from 'vitest';
import { kubectl, newNamespace } from '../../environment/use.ts';
import { auths, copyOf, freshHost, NEW, OLD, payload, put, rotate } from '../../support/rotate-world.ts';

describe('in many namespaces', () => {
  test('copies are written with their source, which is written last', async () => {
    const [home, one, other] = [await newNamespace(), await newNamespace(), await newNamespace()];
    const host = freshHost();
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    await put(other, { auths: { [host]: OLD } });
    const ran = await rotate(home, host, ['pull']);
    expect(ran.stdout).toBe(`secret/pull configured in ${one}\nsecret/pull configured in ${home}\n`);
    expect(await payload(one)).toBe(await payload(home));
    expect(await auths(other)).toEqual({ [host]: OLD });
  });

  test('a copy whose source is in another namespace is left, with the command for its source', async () => {
    const [home, namespace, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(namespace, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    const login = `--server ${host} --username ci --password-stdin`;
    const hint = `because it is a copy of ${home}/pull\n  --owned writes it anyway\nhint: regsecret rotate pull -n ${home}`;
    const plan = await rotate(namespace, host, ['--any-password', '--restart', '--dry-run=client']);
    expect(plan.stderr).toContain(`${hint} --any-password --restart --dry-run=client ${login} --no-verify\n`);
    const ran = await rotate(namespace, host);
    expect([ran.code, await auths(namespace)]).toEqual([1, { [host]: OLD }]);
    expect(ran.stderr).toContain(`${hint} ${login} --no-verify\n`);
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
