/** `why` for a template and `doctor` for its namespace report the same fact with the same fix. */
import { beforeAll, describe, expect, test } from 'vitest';
import { api, newNamespace, pushTestImage, type RegistryUser, startRegistry, waitFor } from '../../environment/use.ts';
import {
  type Kind,
  named,
  newAccount,
  newPullSecret,
  newSecret,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly object: { readonly kind: string; readonly name: string };
  readonly fix: { readonly command: string; readonly argv?: readonly string[][]; readonly sufficient: boolean };
}

const ada: RegistryUser = { username: 'ada', password: CANARY, repositories: ['*'] };
/** Logs in, and may not pull the image. */
const john: RegistryUser = { username: 'john', password: 'x', repositories: ['john/*'] };
const wrong = { username: 'ada', password: 'wrong' };

/** The Secrets of a namespace, by name. */
type Secrets = Readonly<Record<string, 'good' | 'rejected' | 'other registry' | 'undecodable'>>;

const SITUATIONS: readonly {
  readonly situation: string;
  readonly secrets: Secrets;
  readonly list?: readonly string[];
  readonly image?: string;
}[] = [
  {
    situation: 'a good login, and a tag that does not exist',
    secrets: { pull: 'good' },
    list: ['pull'],
    image: 'team/app:v9',
  },
  {
    situation: 'a good login, and a repository that does not exist',
    secrets: { pull: 'good' },
    list: ['pull'],
    image: 'team/gone:v1',
  },
  { situation: 'no list, and no Secret', secrets: {} },
  { situation: 'no list, and a Secret that would open the image', secrets: { spare: 'good' } },
  { situation: 'no list, and a Secret for another registry', secrets: { spare: 'other registry' } },
  { situation: 'no list, and a Secret whose login is rejected', secrets: { spare: 'rejected' } },
  {
    situation: 'a list with a login that is rejected, and a Secret that would do',
    secrets: { old: 'rejected', spare: 'good' },
    list: ['old'],
  },
  {
    situation: 'a list with a login for another registry, and a Secret that would do',
    secrets: { hub: 'other registry', spare: 'good' },
    list: ['hub'],
  },
  {
    situation: 'a list with a Secret that is missing, and one that would do',
    secrets: { spare: 'good' },
    list: ['gone'],
  },
  {
    situation: 'a list with a slip in the name of a Secret that would do',
    secrets: { regsecret: 'good' },
    list: ['regsecert'],
  },
  {
    situation: 'a list with a Secret that cannot be decoded, and one that would do',
    secrets: { bad: 'undecodable', spare: 'good' },
    list: ['bad'],
  },
  {
    situation: 'a list with a slip in the name of a Secret that would do, and a tag that does not exist',
    secrets: { regsecret: 'good' },
    list: ['regsecert'],
    image: 'team/app:v9',
  },
  { situation: 'a list with a Secret that is missing, and no other', secrets: {}, list: ['gone'] },
];

let host = '';
beforeAll(async () => {
  const registry = await startRegistry({ auth: 'basic', users: [ada] });
  host = registry.host;
  await pushTestImage(`${host}/team/app:v1`, ada);
});

async function put(namespace: string, secrets: Secrets): Promise<void> {
  for (const [name, is] of Object.entries(secrets)) {
    if (is === 'undecodable') {
      const text = JSON.stringify({ auths: { [host]: { auth: '!!!' } } });
      await newSecret(namespace, name, 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': text });
    } else {
      const server = is === 'other registry' ? 'ghcr.io' : host;
      await newPullSecret(namespace, name, server, is === 'rejected' ? wrong : ada);
    }
  }
}

async function findings(namespace: string, args: readonly string[]): Promise<readonly Found[]> {
  const ran = await regsecretIn(namespace, [...args, '-o', 'json']);
  if (ran.stdout === '') throw new Error(ran.stderr);
  return JSON.parse(ran.stdout).findings;
}

const errors = (found: readonly Found[]) =>
  found.flatMap(({ severity, code, fix }) =>
    severity === 'error' ? [{ code, fix: fix.command, sufficient: fix.sufficient }] : [],
  );

describe.concurrent.each(['CronJob', 'Deployment'] as const)('a %s without pods', (kind) => {
  test.each(SITUATIONS)('$situation', async ({ secrets, list, image: path = 'team/app:v1' }) => {
    const namespace = await newNamespace({ serviceAccount: true });
    await put(namespace, secrets);
    const fields = kind === 'Deployment' ? { replicas: 0 } : {};
    const own = list === undefined ? {} : { list: named(...list) };
    const image = `${host}/${path}`;
    const name = await newWorkload(kind, namespace, { image, name: 'web', fields, ...own });
    const why = errors(await findings(namespace, ['why', `${kind.toLowerCase()}/${name}`]));
    const doctor = errors(await findings(namespace, ['doctor']));
    expect(why).toHaveLength(1);
    expect(doctor).toEqual(why);
  });
});

test('a name that is misspelt in three lists: the one command leaves nothing to be found', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await put(namespace, { regsecret: 'good' });
  await newAccount(namespace, { imagePullSecrets: named('regsecert') }, 'builder');
  const options = { image: `${host}/team/app:v1`, fields: { replicas: 0 } };
  await newWorkload('Deployment', namespace, { ...options, name: 'web', list: named('regsecert') });
  await newWorkload('Deployment', namespace, { ...options, name: 'both', list: named('regsecert', 'regsecret') });
  await newWorkload('Deployment', namespace, { ...options, name: 'ci', account: 'builder' });
  const [typo, ...others] = await findings(namespace, ['doctor']);
  expect([typo?.code, typo?.fix.sufficient, others]).toEqual(['missing-secret', true, []]);
  for (const [program, ...args] of typo?.fix.argv ?? []) {
    expect(program).toBe('regsecret');
    const own = args.filter((word) => word !== '-n' && word !== namespace);
    expect(await regsecretIn(namespace, own)).toMatchObject({ code: 0 });
  }
  expect(await findings(namespace, ['doctor'])).toEqual([]);
});

test('a service account whose list has the rejected login, and a Secret that would do', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await put(namespace, { old: 'rejected', spare: 'good' });
  await newAccount(namespace, { imagePullSecrets: named('old') }, 'builder');
  const image = `${host}/team/app:v1`;
  await newWorkload('CronJob', namespace, { image, name: 'web', account: 'builder' });
  const why = errors(await findings(namespace, ['why', 'cronjob/web']));
  expect(why).toHaveLength(1);
  expect(errors(await findings(namespace, ['doctor']))).toEqual(why);
});

test('two Secrets that would do, one of which other lists have: the same one is proposed', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await put(namespace, { first: 'good', second: 'good' });
  await newAccount(namespace, { imagePullSecrets: named('second') }, 'builder');
  const image = `${host}/team/app:v1`;
  await newWorkload('CronJob', namespace, { image, name: 'web' });
  const why = errors(await findings(namespace, ['why', 'cronjob/web']));
  expect(why).toHaveLength(1);
  expect(errors(await findings(namespace, ['doctor']))).toEqual(why);
});

const CREATING = { state: { waiting: { reason: 'ContainerCreating' } } };

/** The progress of the kubelet with the pod. */
const MOMENTS: readonly { readonly moment: string; readonly status?: object }[] = [
  { moment: 'has no node yet' },
  { moment: 'has no container status yet', status: { phase: 'Pending' } },
  {
    moment: 'waits as ContainerCreating',
    status: { phase: 'Pending', containerStatuses: [{ ...statusOf('app'), ...CREATING }] },
  },
];

function statusOf(name: string): object {
  return { name, image: '', imageID: '', ready: false, restartCount: 0 };
}

async function podIn(namespace: string): Promise<string> {
  const first = async () => {
    const { body } = await api('GET', pathOf('Pod', namespace));
    return (body as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name;
  };
  return waitFor(first, { what: `a pod in ${namespace}` });
}

describe.concurrent.each<Kind>(['Deployment', 'Pod'])('a %s whose pod has pulled nothing so far', (kind) => {
  async function start(tag: string, status?: object): Promise<{ namespace: string; target: string }> {
    const namespace = await newNamespace({ serviceAccount: true });
    await put(namespace, { good: 'good' });
    const options = { image: `${host}/team/app:${tag}`, name: 'web', list: named('good') };
    const name = await newWorkload(kind, namespace, options);
    const pod = await podIn(namespace);
    if (status !== undefined) {
      const headers = { 'content-type': 'application/merge-patch+json' };
      const answer = await api('PATCH', `${pathOf('Pod', namespace, pod)}/status`, { status }, headers);
      expect(answer.status).toBe(200);
    }
    return { namespace, target: `${kind.toLowerCase()}/${name}` };
  }

  test.each(MOMENTS)('$moment, and its tag does not exist', async ({ status }) => {
    const { namespace, target } = await start('nope', status);
    const why = errors(await findings(namespace, ['why', target]));
    expect(why).toMatchObject([{ code: 'image-not-found' }]);
    expect(errors(await findings(namespace, ['doctor']))).toEqual(why);
  });

  test('its image is there', async () => {
    const { namespace } = await start('v1');
    const ran = await regsecretIn(namespace, ['doctor', '--strict', '-o', 'json']);
    expect(ran.code, ran.stdout).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ healthy: true, unjudged: [], counts: { pods: 1, registries: 1 } });
  });

  test('no registry is asked, so nobody says that it is well', async () => {
    const { namespace, target } = await start('v1');
    for (const args of [['doctor'], ['why', target]]) {
      const ran = await regsecretIn(namespace, [...args, '--offline', '-o', 'json']);
      expect(ran.code, ran.stdout).toBe(3);
      const unjudged = ['1 pod that has not pulled its images yet'];
      expect(JSON.parse(ran.stdout)).toMatchObject({ healthy: null, unjudged });
    }
  });
});

test('one of two pods that have pulled nothing so far has a tag that does not exist', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await put(namespace, { good: 'good' });
  for (const tag of ['v1', 'nope']) {
    await newWorkload('Pod', namespace, { image: `${host}/team/app:${tag}`, name: tag, list: named('good') });
  }
  expect(errors(await findings(namespace, ['doctor']))).toMatchObject([{ code: 'image-not-found' }]);
});

describe.concurrent('a workload whose pod runs with v1, and whose template', () => {
  const merge = { 'content-type': 'application/strategic-merge-patch+json' };
  const patch = async (path: string, body: object): Promise<void> =>
    expect(await api('PATCH', path, body, merge)).toMatchObject({ status: 200 });

  async function start(kind: Kind, tag: string, fields: object = {}): Promise<{ namespace: string; path: string }> {
    const namespace = await newNamespace({ serviceAccount: true });
    await put(namespace, { good: 'good' });
    const image = `${host}/team/app:${tag}`;
    await newWorkload(kind, namespace, { image, name: 'web', list: named('good'), fields });
    const pod = pathOf('Pod', namespace, await podIn(namespace));
    const v1 = `${host}/team/app:v1`;
    if (tag !== 'v1') await patch(pod, { spec: { containers: [{ name: 'app', image: v1 }] } });
    const app = { ...statusOf('app'), imageID: 'sha256:1', ready: true, started: true, state: { running: {} } };
    const conditions = [{ type: 'Ready', status: 'True' }];
    await patch(`${pod}/status`, { status: { phase: 'Running', conditions, containerStatuses: [app] } });
    const path = pathOf(kind, namespace, 'web');
    await waitFor(
      async () => {
        const { body } = await api('GET', path);
        return (body as { status?: { readyReplicas?: number } }).status?.readyReplicas;
      },
      { what: `a pod of ${path} to be ready` },
    );
    return { namespace, path };
  }

  const nope = (): object => ({
    template: { spec: { containers: [{ name: 'app', image: `${host}/team/app:nope`, imagePullPolicy: 'Always' }] } },
  });

  test.each<[string, Kind, object, object]>([
    ['of a paused Deployment has a tag that does not exist', 'Deployment', {}, { paused: true }],
    [
      'of a StatefulSet that replaces pods only when they are deleted has a tag that does not exist',
      'StatefulSet',
      { updateStrategy: { type: 'OnDelete' } },
      {},
    ],
  ])('%s', async (_, kind, fields, change) => {
    const { namespace, path } = await start(kind, 'v1', fields);
    await patch(path, { spec: { ...change, ...nope() } });
    const why = errors(await findings(namespace, ['why', `${kind.toLowerCase()}/web`]));
    expect(why).toMatchObject([{ code: 'image-not-found' }]);
    const doctor = errors(await findings(namespace, ['doctor']));
    expect(doctor).toEqual([{ ...why[0], code: 'fails-at-restart' }]);
  });

  test('has another image than its pod, which admission has changed: the pod shows that it works', async () => {
    const { namespace } = await start('Deployment', 'nope');
    expect(await findings(namespace, ['doctor'])).toEqual([]);
  });
});

describe.concurrent('the pod runs, and pulled with regcred. Then', () => {
  // Only a registry with tokens tells apart who may pull what.
  let guarded = '';
  beforeAll(async () => {
    guarded = (await startRegistry({ auth: 'bearer', users: [ada, john] })).host;
    await pushTestImage(`${guarded}/team/app:v1`, ada);
  });

  const merge = { 'content-type': 'application/merge-patch+json' };
  const patch = async (path: string, body: object): Promise<void> =>
    expect(await api('PATCH', path, body, merge)).toMatchObject({ status: 200 });
  const accountIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/serviceaccounts/default`;

  /** A workload without a list, whose pod got `list` from its service account, and has its image. */
  async function start(kind: Kind, list: readonly string[], fields: object = {}): Promise<string> {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'regcred', guarded, ada);
    await newPullSecret(namespace, 'john', guarded, john);
    await patch(accountIn(namespace), { imagePullSecrets: named(...list) });
    await newWorkload(kind, namespace, { image: `${guarded}/team/app:v1`, name: 'web', fields });
    const pod = pathOf('Pod', namespace, await podIn(namespace));
    const conditions = [{ type: 'Ready', status: 'True' }];
    const app = { ...statusOf('app'), imageID: 'sha256:1', ready: true, started: true, state: { running: {} } };
    await patch(`${pod}/status`, { status: { phase: 'Running', conditions, containerStatuses: [app] } });
    const path = pathOf(kind, namespace, 'web');
    const isReady = async (): Promise<boolean> => {
      const { body } = await api('GET', path);
      return (body as { status?: { readyReplicas?: number } }).status?.readyReplicas === 1;
    };
    await waitFor(isReady, { what: `a pod of ${path} to be ready` });
    expect(errors(await findings(namespace, ['doctor']))).toEqual([]);
    return namespace;
  }

  const useJohn = (namespace: string): Promise<void> =>
    patch(accountIn(namespace), { imagePullSecrets: named('john') });
  const dropRegcred = async (namespace: string): Promise<void> =>
    expect(await api('DELETE', `/api/v1/namespaces/${namespace}/secrets/regcred`)).toMatchObject({ status: 200 });

  test.each<[string, Kind, object, readonly string[], (namespace: string) => Promise<void>]>([
    ['the service account of a Deployment gets the list [john]', 'Deployment', {}, ['regcred'], useJohn],
    [
      'the service account of a StatefulSet gets the list [john], and pods are replaced only when they are deleted',
      'StatefulSet',
      { updateStrategy: { type: 'OnDelete' } },
      ['regcred'],
      useJohn,
    ],
    ['regcred is deleted from [john, regcred]', 'Deployment', {}, ['john', 'regcred'], dropRegcred],
  ])('%s: the next pod cannot pull', async (_, kind, fields, list, change) => {
    const namespace = await start(kind, list, fields);
    await change(namespace);
    const why = errors(await findings(namespace, ['why', `${kind.toLowerCase()}/web`]));
    expect(why).toHaveLength(1);
    const doctor = errors(await findings(namespace, ['doctor']));
    expect(doctor).toEqual([{ ...why[0], code: 'fails-at-restart' }]);
    const offline = await regsecretIn(namespace, ['doctor', '--offline', '-o', 'json']);
    const unjudged = ['1 workload whose images no pod has pulled yet with the current pull secrets'];
    expect(JSON.parse(offline.stdout)).toMatchObject({ healthy: null, unjudged });
    expect(offline.code).toBe(3);
  });

  test('the list of the service account changes to one that opens the image, too: nothing is wrong', async () => {
    const namespace = await start('Deployment', ['regcred']);
    await patch(accountIn(namespace), { imagePullSecrets: named('john', 'regcred') });
    expect(errors(await findings(namespace, ['doctor']))).toEqual([]);
  });
});
