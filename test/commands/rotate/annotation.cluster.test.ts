/** `rotate`, and the old login in the annotation of `kubectl apply`. */
import { describe, expect, test } from 'vitest';
import { api, kubectl, newNamespace } from '../../environment/use.ts';
import { regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { auth, base64, freshHost, NEW, OLD, othersIn, put, rotate, stored } from '../../support/rotate-world.ts';

describe('in one namespace', () => {
  const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
  const HELD = `an old login in the annotation ${APPLIED}`;
  const applied = (namespace: string, host: string, name = 'pull') =>
    kubectl(['apply', '-f', '-'], {
      stdin: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [host]: OLD } })) },
      }),
    });

  test('what kubectl apply has left of the old login in an annotation is named until it is gone, with the command for that', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await applied(namespace, host);
    const hint = `hint: kubectl annotate secret pull -n ${namespace} ${APPLIED}-\n`;
    const warning = `warning: secret ${namespace}/pull still has ${HELD}\n${hint}`;
    const rehearsed = await rotate(namespace, host, ['--dry-run=client']);
    expect(rehearsed.stderr).toBe(
      `1 Secret: 1 updated (dry run)\nwarning: secret ${namespace}/pull would still have ${HELD}\n${hint}${othersIn(namespace)}`,
    );
    expect((await regsecretIn(namespace, ['inspect', 'pull'])).stdout).not.toContain(HELD);
    const ran = await rotate(namespace, host);
    expect([ran.code, ran.stderr]).toEqual([0, `1 Secret: 1 updated\n${warning}${othersIn(namespace)}`]);
    const again = await rotate(namespace, host);
    expect([again.code, again.stderr]).toEqual([0, `1 Secret: 1 unchanged\n${warning}${othersIn(namespace)}`]);
    const only = ['doctor', '--offline', '--only', 'login-in-annotation', '-o', 'json'];
    expect(JSON.parse((await regsecretIn(namespace, only)).stdout).findings).toMatchObject([
      { object: { namespace, name: 'pull' } },
    ]);
    const { stdout } = await regsecretIn(namespace, ['inspect', 'pull']);
    expect(stdout).toContain(`${warning.replace(/\n$/, '')}\n`);
    await kubectl(['annotate', 'secret', 'pull', '-n', namespace, `${APPLIED}-`]);
    expect(JSON.stringify(await stored(namespace))).not.toContain(base64(OLD.auth).slice(0, 20));
    expect((await rotate(namespace, host)).stderr).toBe(`1 Secret: 1 unchanged\n${othersIn(namespace)}`);
  });

  test('of several Secrets there is one command for each namespace', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    for (const name of ['two', 'one']) await applied(namespace, host, name);
    const { stderr } = await rotate(namespace, host);
    expect(stderr).toBe(
      `2 Secrets: 2 updated\nwarning: 2 Secrets still have an old login in the annotation ${APPLIED}: ${namespace}/one, ${namespace}/two\n` +
        `hint: kubectl annotate secret one two -n ${namespace} ${APPLIED}-\n${othersIn(namespace, 'NAME')}`,
    );
    await kubectl(['annotate', 'secret', 'one', 'two', '-n', namespace, `${APPLIED}-`]);
    expect((await rotate(namespace, host)).stderr).toBe(`2 Secrets: 2 unchanged\n${othersIn(namespace, 'NAME')}`);
  });

  test('also that of a Secret which has no login for the registry any more', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: OLD } });
    await applied(namespace, host, 'past');
    await applied(namespace, freshHost(), 'of-another-registry');
    for (const name of ['past', 'of-another-registry']) {
      const data = { '.dockerconfigjson': base64(JSON.stringify({ auths: { 'quay.io': auth('ci', 'other') } })) };
      const headers = { 'content-type': 'application/merge-patch+json' };
      await api('PATCH', `/api/v1/namespaces/${namespace}/secrets/${name}`, { data }, headers);
    }
    const { stderr } = await rotate(namespace, host);
    expect(stderr).toBe(
      `1 Secret: 1 updated\nwarning: 2 Secrets still have an old login in the annotation ${APPLIED}: ${namespace}/of-another-registry, ${namespace}/past\n` +
        `hint: kubectl annotate secret of-another-registry past -n ${namespace} ${APPLIED}-\n${othersIn(namespace)}`,
    );
  });

  test.each(['create', 'sync'])('%s says it, too', async (command) => {
    const [namespace, source, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await applied(namespace, host);
    if (command === 'sync') await put(source, { auths: { [host]: NEW } });
    const login = ['--server', host, '--username', 'ci', '--password-stdin', '--no-verify'];
    for (const _ of ['written', 'unchanged']) {
      const ran =
        command === 'create'
          ? await regsecretIn(namespace, ['create', 'pull', ...login], { stdin: CANARY })
          : await regsecretIn(source, ['sync', 'pull', '--to', namespace, '--adopt']);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.stderr).toContain(`secret ${namespace}/pull still has ${HELD}`);
      expect(ran.stderr).toContain(`hint: kubectl annotate secret pull -n ${namespace} ${APPLIED}-\n`);
    }
  });
});
