/** `attach` and `detach` for service accounts and workloads, against the real API server. */
import { beforeAll, describe, expect, test } from 'vitest';
import { api, kubectl, newNamespace, waitFor } from '../../environment/use.ts';
import {
  account,
  failFirstPod,
  freshName,
  type Kind,
  listOf,
  named,
  newAccount,
  newPullSecret,
  newSecret,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';
import type { RanHere } from '../../support/here.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
  await newPullSecret(namespace, 'other');
});

const attach = (...args: string[]): Promise<RanHere> => regsecretIn(namespace, ['attach', ...args]);
const detach = (...args: string[]): Promise<RanHere> => regsecretIn(namespace, ['detach', ...args]);

async function accountWith(list?: readonly object[], metadata = {}): Promise<string> {
  const name = freshName('sa');
  await newAccount(namespace, { ...(list ? { imagePullSecrets: list } : {}), metadata: { name, ...metadata } }, name);
  return name;
}

const listed = async (name: string) => (await account(namespace, name)).imagePullSecrets;

describe('a service account', () => {
  test.each([
    ['without a list', undefined, named('regsecret')],
    ['with other entries, which stay in their order', named('b', 'a'), named('b', 'a', 'regsecret')],
    ['with an entry without a name, which stays', [{}, { name: 'a' }], [{}, { name: 'a' }, { name: 'regsecret' }]],
    ["with somebody else's duplicate, which stays", named('a', 'a'), named('a', 'a', 'regsecret')],
    ['that names it twice: once is enough', named('regsecret', 'a', 'regsecret'), named('regsecret', 'a')],
  ])('%s', async (_, before, after) => {
    const name = await accountWith(before);
    const ran = await attach('--serviceaccount', name);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `serviceaccount/${name} patched\n` });
    expect(await listed(name)).toEqual(after);
  });

  test('a second time: unchanged, and nothing is written', async () => {
    const name = await accountWith(named('a'));
    await attach('--sa', name);
    const before = await account(namespace, name);
    expect(await attach('--sa', name)).toMatchObject({ code: 0, stdout: `serviceaccount/${name} unchanged\n` });
    expect(await account(namespace, name)).toEqual(before);
  });

  test('kubectl patch, as the documentation has it, loses what was there: the reason for this tool', async () => {
    const name = await accountWith(named('a'));
    const patch = JSON.stringify({ imagePullSecrets: named('regsecret') });
    await kubectl(['patch', 'serviceaccount', name, '-n', namespace, '-p', patch]);
    expect(await listed(name)).toEqual(named('regsecret'));
  });

  test('labels, annotations and secrets stay', async () => {
    const name = freshName('sa');
    const metadata = { name, labels: { team: 'a' }, annotations: { note: 'x' } };
    const before = await newAccount(namespace, {
      metadata,
      secrets: [{ name: 's' }],
      automountServiceAccountToken: false,
    });
    await attach('--sa', name);
    const after = await account(namespace, name);
    const strip = ({ metadata: { labels, annotations }, ...rest }: typeof after) => ({ ...rest, labels, annotations });
    expect(strip(after)).toMatchObject({ ...strip(before), imagePullSecrets: named('regsecret') });
  });

  test('of a fresh namespace is waited for', async () => {
    const fresh = await newNamespace();
    const ran = await regsecretIn(fresh, ['attach', '--serviceaccount', 'default', '--allow-missing']);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'serviceaccount/default patched\n' });
  });

  test('with a name like it that does not exist', async () => {
    const ran = await attach('--sa', 'defalt');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toBe(
      `error: serviceaccount ${namespace}/defalt does not exist; did you mean default?\nhint: regsecret attach -n ${namespace} --serviceaccount default\n`,
    );
  });

  test('in a namespace that does not exist', async () => {
    const ran = await regsecretIn('nope', ['attach', '--serviceaccount', 'default']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toBe('error: namespace nope does not exist\nhint: kubectl get namespaces\n');
  });

  test('that enforces its imagePullSecrets says so, and its workloads may use the Secret only once it is in it', async () => {
    const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
    const name = await accountWith(named('a'), { annotations });
    const web = await newWorkload('Deployment', namespace, { account: name, fields: { replicas: 0 } });
    const refused = await attach('--to', `deploy/${web}`);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`pods of deployment ${namespace}/${web} that use regsecret would be rejected`);
    expect(refused.stderr).toContain(`hint: regsecret attach regsecret -n ${namespace} --serviceaccount ${name}\n`);
    const ran = await attach('--to', `deploy/${web}`, '--serviceaccount', name);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain(`serviceaccount/${name} enforces its imagePullSecrets (enforce-mountable-secrets)`);
    const gone = await detach('--serviceaccount', name);
    expect(gone.stderr).toContain(
      `deployment.apps/${web} uses regsecret, which serviceaccount/${name} no longer allows`,
    );
  });

  test('of several that are named, one that is missing keeps all from being written', async () => {
    const name = await accountWith();
    const ran = await attach('--sa', name, '--sa', 'missing');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(await listed(name)).toBeUndefined();
  });
});

describe('a list that somebody else applies', () => {
  async function applied(list: readonly object[], manager: string, labels = {}): Promise<string> {
    const name = freshName('sa');
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, labels }, imagePullSecrets: list };
    await reapply(name, body, manager);
    return name;
  }

  function reapply(name: string, body: object, manager: string): ReturnType<typeof api> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}?fieldManager=${manager}`;
    return api('PATCH', path, body, { 'content-type': 'application/apply-patch+yaml' });
  }

  const owners = async (name: string) =>
    ((await account(namespace, name)).metadata.managedFields ?? [])
      .filter(({ fieldsV1 }) => 'f:imagePullSecrets' in fieldsV1)
      .map(({ manager, operation }) => `${manager} ${operation}`);

  test.each([
    ['alone', {}],
    ['together with labels', { team: 'a' }],
  ])('%s stays theirs and whole, and they are named', async (_, labels) => {
    const name = await applied(named('a'), 'gitops', labels);
    const ran = await attach('--sa', name);
    expect(ran.code, ran.stderr).toBe(0);
    expect(await listed(name)).toEqual(named('a', 'regsecret'));
    expect((await owners(name)).sort()).toEqual(['gitops Apply', 'regsecret Update']);
    expect(ran.stderr).toContain(
      `warning: gitops applies the imagePullSecrets of serviceaccount/${name} and may undo this`,
    );
    expect((await account(namespace, name)).metadata.labels ?? {}).toEqual(labels);
  });

  test('their next apply meets a conflict instead of dropping the entry in silence', async () => {
    const name = await applied(named('a'), 'gitops');
    await attach('--sa', name);
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name }, imagePullSecrets: named('a') };
    const { status, body: answer } = await reapply(name, body, 'gitops');
    expect(status).toBe(409);
    expect(answer.message).toContain('conflict with "regsecret"');
    expect(await listed(name)).toEqual(named('a', 'regsecret'));
  });

  test('a detached entry leaves it theirs, too', async () => {
    const name = await applied(named('a', 'regsecret'), 'gitops');
    expect((await detach('--sa', name)).code).toBe(0);
    expect(await listed(name)).toEqual(named('a'));
    expect(await owners(name)).toContain('gitops Apply');
  });

  test('kubectl apply would put its own list back, which is said', async () => {
    const name = freshName('sa');
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name }, imagePullSecrets: named('a') };
    await kubectl(['apply', '-n', namespace, '-f', '-'], { stdin: JSON.stringify(body) });
    expect((await attach('--sa', name)).stderr).toContain(
      `warning: kubectl apply applies the imagePullSecrets of serviceaccount/${name} and may undo this`,
    );
  });
});

const WORKLOADS: [Kind, string][] = [
  ['Deployment', 'deployment.apps'],
  ['StatefulSet', 'statefulset.apps'],
  ['DaemonSet', 'daemonset.apps'],
  ['ReplicaSet', 'replicaset.apps'],
  ['ReplicationController', 'replicationcontroller'],
  ['CronJob', 'cronjob.batch'],
  ['PodTemplate', 'podtemplate'],
];

describe('the template of each kind', () => {
  test.each(WORKLOADS)('%s: attached, unchanged, detached', async (kind, result) => {
    const name = await newWorkload(kind, namespace, { list: named('z', 'a') });
    const ran = await attach('--to', `${kind}/${name}`);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `${result}/${name} patched\n` });
    expect(await listOf(kind, namespace, name)).toEqual(named('z', 'a', 'regsecret'));
    expect((await attach('--to', `${kind}/${name}`)).stdout).toBe(`${result}/${name} unchanged\n`);
    expect((await detach('--from', `${kind}/${name}`, '--yes')).stdout).toBe(`${result}/${name} patched\n`);
    expect(await listOf(kind, namespace, name)).toEqual(named('z', 'a'));
    expect((await detach('--from', `${kind}/${name}`)).stdout).toBe(`${result}/${name} unchanged\n`);
  });

  test.each(WORKLOADS)('%s: the only entry leaves no list behind', async (kind) => {
    const name = await newWorkload(kind, namespace, { list: named('regsecret') });
    expect((await detach('--from', `${kind}/${name}`, '--yes')).code).toBe(0);
    expect(await listOf(kind, namespace, name)).toBeUndefined();
  });

  test('Job: explained, with what helps its next pod', async () => {
    const name = await newWorkload('Job', namespace);
    const ran = await attach('--to', `job/${name}`);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`the template of job ${namespace}/${name} cannot be changed (a job's is immutable)`);
    expect(ran.stderr).toContain(`hint: regsecret attach regsecret -n ${namespace} --serviceaccount default\n`);
  });

  test('of a ReplicaSet that a Deployment makes is not the one that counts', async () => {
    const name = await newWorkload('Deployment', namespace);
    const find = async () =>
      (await api('GET', `${pathOf('ReplicaSet', namespace)}?labelSelector=app=${name}`)).body.items;
    await expect.poll(async () => (await find()).length, { timeout: 30_000 }).toBe(1);
    const [{ metadata }] = await find();
    const ran = await attach('--to', `rs/${metadata.name}`);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`hint: regsecret attach regsecret -n ${namespace} --to deployment/${name}\n`);
  });

  test('other fields of a workload, and who owns them, stay', async () => {
    const name = await newWorkload('Deployment', namespace, { list: named('a'), fields: { replicas: 0 } });
    const { body: before } = await api('GET', pathOf('Deployment', namespace, name));
    await attach('--to', `deploy/${name}`);
    const { body: after } = await api('GET', pathOf('Deployment', namespace, name));
    expect({ ...after.spec, template: undefined }).toEqual({ ...before.spec, template: undefined });
    expect(after.spec.template.spec).toEqual({
      ...before.spec.template.spec,
      imagePullSecrets: named('a', 'regsecret'),
    });
    const ours = after.metadata.managedFields.find(({ manager }: { manager: string }) => manager === 'regsecret');
    const fields = ours.fieldsV1['f:spec']['f:template']['f:spec'];
    expect(fields).toEqual({ 'f:imagePullSecrets': { 'k:{"name":"regsecret"}': {} } });
  });

  test('--wait has nothing to wait for in a Deployment without pods, and fails for one that is paused', async () => {
    const [none, paused] = [
      await newWorkload('Deployment', namespace, { fields: { replicas: 0 } }),
      await newWorkload('Deployment', namespace, { fields: { paused: true } }),
    ];
    const empty = await attach('--to', `deploy/${none}`, '--wait');
    expect(empty.code, empty.stderr).toBe(0);
    expect(empty.stderr).toContain(`deployment.apps/${none} has 0 replicas: its next pods have it\n`);
    expect(empty.stderr).not.toContain('run');
    for (const state of ['patched', 'unchanged']) {
      const ran = await attach('--to', `deploy/${paused}`, '--wait');
      expect([ran.code, ran.stdout]).toEqual([1, `deployment.apps/${paused} ${state}\n`]);
      expect(ran.stderr).toContain(
        `error: deployment ${namespace}/${paused} is paused, so there is no waiting for its new pods\nhint: kubectl rollout resume deployment/${paused} -n ${namespace}\n`,
      );
    }
  });

  test('--wait follows the roll-out of a Deployment that was given up before, and says so where it is given up again', async () => {
    const name = await newWorkload('Deployment', namespace, { fields: { progressDeadlineSeconds: 1 } });
    const path = pathOf('Deployment', namespace, name);
    const hasGivenUp = async () => {
      const { conditions = [] } = (await api('GET', path)).body.status;
      return conditions.some(({ reason }: { reason: string }) => reason === 'ProgressDeadlineExceeded');
    };
    await waitFor(hasGivenUp, { what: 'the Deployment to be given up' });
    // This patch alone leaves the old condition as it is.
    await kubectl(['patch', `deploy/${name}`, '-n', namespace, '-p', '{"spec":{"progressDeadlineSeconds":600}}']);
    const ran = await attach('--to', `deploy/${name}`, '--wait', '--timeout', '2s');
    expect(ran.stderr).toContain(`error: deployment ${namespace}/${name} does not run after 2 s: `);
    await kubectl(['patch', `deploy/${name}`, '-n', namespace, '-p', '{"spec":{"progressDeadlineSeconds":1}}']);
    const again = await attach('other', '--to', `deploy/${name}`, '--wait');
    expect(again.stderr).toContain('did not progress within its progressDeadlineSeconds');
  });

  test.each([
    ['a paused Deployment', 'Deployment' as const, { paused: true }, 'is paused: its pods are not replaced'],
    [
      'OnDelete',
      'DaemonSet' as const,
      { updateStrategy: { type: 'OnDelete' } },
      'replaces a pod only after it was deleted',
    ],
    [
      'a partition',
      'StatefulSet' as const,
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
      'replaces only the pods numbered 2 and above',
    ],
    ['a Deployment', 'Deployment' as const, {}, 'are being replaced\nhint: kubectl rollout status deployment/'],
    ['a CronJob', 'CronJob' as const, {}, 'creates from now on has it; existing objects do not change'],
  ])('what becomes of the pods is said: %s', async (_, kind, fields, says) => {
    const name = await newWorkload(kind, namespace, { fields });
    expect((await attach('--to', `${kind}/${name}`)).stderr).toContain(says);
  });
});

describe('the list of the service account and that of the template', () => {
  test('a first list of its own keeps what the pods had from the service account', async () => {
    const name = await accountWith(named('other', 'regsecret', 'more'));
    const web = await newWorkload('Deployment', namespace, { account: name });
    const ran = await attach('--to', `deploy/${web}`);
    expect(await listOf('Deployment', namespace, web)).toEqual(named('other', 'more', 'regsecret'));
    expect(ran.stderr).toContain(`now has its own imagePullSecrets; kept other, more from serviceaccount/${name}`);
    expect((await attach('--to', `deploy/${web}`)).stdout).toBe(`deployment.apps/${web} unchanged\n`);
  });

  test.each(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const)(
    'a %s with a list of its own does not use that of the service account',
    async (kind) => {
      const name = await accountWith();
      const shadowing = await newWorkload(kind, namespace, { account: name, list: named('other') });
      await newWorkload(kind, namespace, { account: name });
      const ran = await attach('--serviceaccount', name);
      expect(ran.code).toBe(0);
      expect(ran.stderr.match(/has its own imagePullSecrets/g)).toHaveLength(1);
      expect(ran.stderr).toContain(
        `/${shadowing} has its own imagePullSecrets (other), so its pods do not use those of`,
      );
      const command = `regsecret attach regsecret -n ${namespace} --to ${kind.toLowerCase()}/${shadowing}`;
      expect(ran.stderr).toContain(`hint: ${command}\n`);
    },
  );

  test('a workload that gets or loses the Secret in the same run hides nothing', async () => {
    const name = await accountWith();
    const web = await newWorkload('Deployment', namespace, { account: name, list: named('other') });
    const both = ['--serviceaccount', name, '--to', `deploy/${web}`];
    expect((await attach(...both)).stderr).not.toContain('has its own imagePullSecrets');
    expect((await detach(...both)).stderr).not.toContain('has regsecret in its own imagePullSecrets');
  });

  test('an old pod of a StatefulSet that has the Secret now is one to delete, not one with a list of its own', async () => {
    const name = await accountWith();
    const db = await newWorkload('StatefulSet', namespace, { account: name });
    const pod = await failFirstPod(namespace, db);
    await attach('--to', `sts/${db}`);
    const { stderr } = await attach('--serviceaccount', name);
    expect(stderr).toContain(`pod/${pod}  ErrImagePull  statefulset.apps/${db} creates another when it is deleted\n`);
    expect(stderr).toContain(`hint: kubectl delete pod ${pod} -n ${namespace}\n`);
    expect(stderr).not.toContain('has its own imagePullSecrets');
  });

  test('an old pod of a Deployment that has the Secret now is replaced in any case', async () => {
    const name = await accountWith();
    const web = await newWorkload('Deployment', namespace, { account: name });
    await failFirstPod(namespace, web);
    await attach('--to', `deploy/${web}`);
    expect(await attach('--serviceaccount', name, '--restart')).toEqual({
      code: 0,
      stdout: `serviceaccount/${name} patched\n`,
      stderr: '',
    });
  });

  test('a paused Deployment cannot be restarted, but makes another pod for one that is deleted', async () => {
    const name = await accountWith();
    const web = await newWorkload('Deployment', namespace, { account: name });
    const pod = await failFirstPod(namespace, web);
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api('PATCH', pathOf('Deployment', namespace, web), { spec: { paused: true } }, headers);
    const ran = await attach('--serviceaccount', name, '--restart');
    expect(ran).toMatchObject({ code: 0, stdout: `serviceaccount/${name} patched\n` });
    expect(ran.stderr).toContain(`hint: kubectl delete pod ${pod} -n ${namespace}\n`);
  });

  test('pods that were made anew, or whose workload was written, in the same run are not said to fail', async () => {
    const name = await accountWith();
    const [web, bare] = [
      await newWorkload('Deployment', namespace, { account: name }),
      await newWorkload('Pod', namespace, { account: name }),
    ];
    await failFirstPod(namespace, web);
    await failFirstPod(namespace, bare);
    const ran = await attach('--serviceaccount', name, '--to', `deploy/${web}`, '--pod', bare, '--recreate');
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).not.toContain('will not heal');
  });

  test('an entry without a name shadows it as well', async () => {
    const name = await accountWith();
    const web = await newWorkload('Deployment', namespace, { account: name, list: [{}] });
    expect((await attach('--serviceaccount', name)).stderr).toContain(
      `deployment.apps/${web} has its own imagePullSecrets`,
    );
  });

  test('what is detached from a template may still come from the service account', async () => {
    const name = await accountWith(named('regsecret'));
    const web = await newWorkload('Deployment', namespace, { account: name, list: named('regsecret') });
    const ran = await detach('--from', `deploy/${web}`);
    expect(ran.stdout).toBe(`deployment.apps/${web} patched\n`);
    expect(ran.stderr).toContain(`the pods of deployment.apps/${web} get regsecret from serviceaccount/${name}`);
  });

  test('what is detached from a service account may still be in a template', async () => {
    const name = await accountWith(named('regsecret'));
    const web = await newWorkload('Deployment', namespace, { account: name, list: named('regsecret') });
    expect((await detach('--serviceaccount', name)).stderr).toContain(
      `deployment.apps/${web} has regsecret in its own imagePullSecrets`,
    );
  });

  test('a name that is nearly one of the list changes nothing, and nobody is told to take that one out', async () => {
    const web = await newWorkload('Deployment', namespace, { list: named('other', 'regsecret') });
    const account = await accountWith(named('regsecret'));
    const ran = await detach('regsecrt', '--from', `deploy/${web}`, '--sa', account);
    expect(ran).toEqual({
      code: 0,
      stdout: `serviceaccount/${account} unchanged\ndeployment.apps/${web} unchanged\n`,
      stderr: [
        `serviceaccount/${account} does not use regsecrt; it uses regsecret\n`,
        `deployment.apps/${web} does not use regsecrt; it uses regsecret\n`,
      ].join(''),
    });
  });

  test('a service account that does not have it: that, and no command for what does', async () => {
    const name = await accountWith(named('other'));
    await newWorkload('Deployment', namespace, { account: name, list: named('regsecret') });
    expect(await detach('--serviceaccount', name)).toEqual({
      code: 0,
      stdout: `serviceaccount/${name} unchanged\n`,
      stderr: `serviceaccount/${name} does not use regsecret\n`,
    });
  });
});

describe('a Secret that is no help', () => {
  test('that is missing: the one that is meant is proposed, and nothing is written', async () => {
    const name = await accountWith();
    const ran = await attach('regsecrt', '--sa', name);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`error: secret ${namespace}/regsecrt does not exist; did you mean regsecret?`);
    expect(ran.stderr).toContain(`hint: regsecret attach -n ${namespace} regsecret --sa ${name}\n`);
    expect(await listed(name)).toBeUndefined();
  });

  test('with --yes, which was meant for the Secret that was typed: it is left out of the proposed line', async () => {
    const ran = await attach('regsecrt', '--sa', await accountWith(), '--yes');
    expect(ran.stderr).toContain('hint: regsecret attach ');
    expect(ran.stderr).not.toContain('--yes');
  });

  test('that is in another namespace: that is said', async () => {
    const [other, secret] = [await newNamespace(), freshName('pull')];
    await newPullSecret(other, secret);
    const ran = await attach(secret, '--sa', 'default');
    expect(ran.stderr).toContain(`secret ${namespace}/${secret} does not exist; it exists in namespace ${other}`);
    expect(ran.stderr).toContain(`hint: regsecret create ${secret} -n ${namespace}\n`);
  });

  test('that is missing and may be', async () => {
    const name = await accountWith();
    expect((await attach('later', '--sa', name, '--allow-missing')).code).toBe(0);
    expect(await listed(name)).toEqual(named('later'));
  });

  test.each([
    [
      'of another type',
      'Opaque',
      { '.dockerconfigjson': '{"auths":{}}' },
      'SECRET has a .dockerconfigjson, but the type Opaque',
    ],
    [
      'without an entry',
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': '{"auths":{}}' },
      'SECRET holds no login',
    ],
    [
      'with the marker of a helper only',
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': '{"auths":{"r.example":{}}}' },
      'the entry r.example of SECRET is empty',
    ],
    [
      'that would keep its pods from using any',
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': '{"auths":{"r.example":{"auth":"notbase64!"}}}' },
      'the entry r.example of SECRET cannot be decoded (illegal base64 data at input byte 9)',
    ],
  ])('%s', async (_, type, data, says) => {
    const [name, secret] = [await accountWith(), freshName('bad')];
    await newSecret(namespace, secret, type, data);
    const ran = await attach(secret, '--sa', name);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`error: ${says.replace('SECRET', `secret ${namespace}/${secret}`)}`);
    expect(ran.stderr).toMatch(/^hint: (regsecret|kubectl) /m);
    expect(await listed(name)).toBeUndefined();
  });

  test('that has nothing for the images at hand: attached, and said', async () => {
    const web = await newWorkload('Deployment', namespace, { image: 'ghcr.io/acme/app:1' });
    const ran = await attach('--to', `deploy/${web}`);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(
      `warning: secret regsecret has no login for ghcr.io/acme/app:1 of deployment.apps/${web}\nhint: regsecret create regsecret -n ${namespace} --server ghcr.io\n`,
    );
  });

  test('that is gone can be detached', async () => {
    const name = await accountWith(named('gone', 'a', 'gone'));
    expect(await detach('gone', '--sa', name)).toMatchObject({ code: 0, stdout: `serviceaccount/${name} patched\n` });
    expect(await listed(name)).toEqual(named('a'));
  });
});

describe('detached, where it is the only login for an image', () => {
  const needed = async () => newWorkload('Deployment', namespace, { list: named('regsecret') });
  const said = (web: string) =>
    `warning: without regsecret, deployment.apps/${web} has no login for r.example/app:1: private images can no longer be pulled\n`;

  test('nothing is written without --yes', async () => {
    const web = await needed();
    expect(await detach('--from', `deploy/${web}`)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${said(web)}error: regsecret is still needed by deployment.apps/${web}, so it was not detached from deployment.apps/${web}\nhint: regsecret detach -n ${namespace} --from deploy/${web} --yes\n`,
    });
    expect(await listOf('Deployment', namespace, web)).toEqual(named('regsecret'));
    const sure = await detach('--from', `deploy/${web}`, '--yes');
    expect(sure).toMatchObject({ code: 0, stdout: `deployment.apps/${web} patched\n` });
    expect(sure.stderr).toContain(said(web));
    expect(await listOf('Deployment', namespace, web)).toBeUndefined();
  });

  test.each(['client', 'server'])('a %s dry run ends in the same way, and -o json records it', async (where) => {
    const web = await needed();
    const dry = await detach('--from', `deploy/${web}`, `--dry-run=${where}`);
    expect(dry.code).toBe(1);
    expect(dry.stderr).toContain(said(web).replace('can no longer', 'could no longer'));
    expect(dry.stderr).toContain(
      `hint: regsecret detach -n ${namespace} --from deploy/${web} --dry-run=${where} --yes\n`,
    );
    const ran = await detach('--from', `deploy/${web}`, `--dry-run=${where}`, '--yes', '-o', 'json');
    expect(ran.code).toBe(0);
    const ref = { kind: 'Deployment', namespace, name: web };
    expect(JSON.parse(ran.stdout).notes).toContainEqual({ code: 'loses-login', ref, images: ['r.example/app:1'] });
  });

  test('beside another one for the image: nothing is asked', async () => {
    const web = await newWorkload('Deployment', namespace, { list: named('regsecret', 'other') });
    const ran = await detach('--from', `deploy/${web}`);
    expect(ran.code).toBe(0);
    expect(ran.stderr).not.toContain('has no login');
  });
});

describe('output', () => {
  test.each(['client', 'server'])('a %s dry run prints the plan and writes nothing', async (where) => {
    const name = await accountWith(named('a'));
    const ran = await attach('--sa', name, `--dry-run=${where}`);
    const suffix = where === 'client' ? '(dry run)' : '(server dry run)';
    expect(ran).toMatchObject({ code: 0, stdout: `serviceaccount/${name} patched ${suffix}\n` });
    expect(ran.stderr).toContain('imagePullSecrets: a, regsecret  (now: a)');
    expect(await listed(name)).toEqual(named('a'));
  });

  test('names', async () => {
    const [name, web] = [await accountWith(), await newWorkload('Deployment', namespace)];
    const ran = await attach('--sa', name, '--to', `deploy/${web}`, '-o', 'name');
    expect(ran.stdout.split('\n').sort()).toEqual(['', `deployment.apps/${web}`, `serviceaccount/${name}`]);
  });

  test('JSON', async () => {
    const name = await accountWith(named('a'));
    const web = await newWorkload('Deployment', namespace, { account: name, list: named('other') });
    const ran = await attach('--sa', name, '-o', 'json');
    expect(JSON.parse(ran.stdout)).toEqual({
      verb: 'attach',
      secret: 'regsecret',
      dryRun: 'none',
      results: [
        { kind: 'ServiceAccount', namespace, name, action: 'patched', before: ['a'], after: ['a', 'regsecret'] },
      ],
      notes: [{ code: 'shadowed', ref: { kind: 'Deployment', namespace, name: web }, account: name, list: ['other'] }],
      errors: [],
    });
  });
});
