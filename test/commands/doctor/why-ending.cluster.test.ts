/** In a namespace that is being deleted nothing can be created. */
import { beforeAll, expect, test } from 'vitest';
import { atFileEnd } from '../../environment/file-end.ts';
import { api, newNamespace } from '../../environment/use.ts';
import { named, newAccount, newWorkload, pathOf, regsecretIn } from '../../support/attach-world.ts';

const finalizers = ['test/stays'];
const left: string[] = [];
let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newAccount(namespace, { imagePullSecrets: named('gone'), metadata: { name: 'ci', finalizers } }, 'ci');
  await newWorkload('ReplicaSet', namespace, {
    name: 'web',
    list: named('gone'),
    fields: { replicas: 0 },
    metadata: { finalizers },
  });
  left.push(`/api/v1/namespaces/${namespace}/serviceaccounts/ci`, pathOf('ReplicaSet', namespace, 'web'));
  await api('DELETE', `/api/v1/namespaces/${namespace}`);
});
atFileEnd(async () => {
  const headers = { 'content-type': 'application/merge-patch+json' };
  for (const path of left) await api('PATCH', path, { metadata: { finalizers: null } }, headers);
});

test.each([
  ['a workload', ['rs/web']],
  ['a service account', ['sa/ci']],
  ['a Secret that is missing', ['secret/gone']],
  ['everything', []],
])('why of %s proposes nothing', async (_, target) => {
  const ran = await regsecretIn(namespace, ['why', ...target, '--offline']);
  expect(ran.stdout).toContain(`gone`);
  expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/fix:|next:|hint: regsecret (create|attach)|no command/);
  expect(ran.stderr).toContain(`namespace ${namespace} is being deleted, so nothing can be created there\n`);
});
