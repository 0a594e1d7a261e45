/** The matrix of `why pod/x`: pods that run and are reported to run. */
import { afterAll, describe } from 'vitest';
import { api, janedoe, newNamespace, placedOn, podSettled, sharedRegistries } from '../../environment/use.ts';
import { newScheduledWorkload } from '../../support/attach-world.ts';
import { base64, good, wrong } from '../../support/doctor-machine.ts';
import { type Place, patch, type Setup, type Situation, store } from '../../support/doctor-world.ts';
import { type Front, type FrontFault, startFront } from '../../support/registry-front.ts';
import { type Situations, testSituations } from '../../support/situations.ts';

const list = ['regcred'];
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const runs = { kubelet: 'runs' } as const;

function under(server: (host: string, port: string) => string, entry: object = good): Pick<Setup, 'secrets' | 'list'> {
  return {
    secrets: (host) => ({ regcred: { auths: { [server(host, host.split(':')[1] ?? '')]: entry } } }),
    list,
  };
}

const logins: readonly Situation[] = [
  ['a good login on the Basic registry', { secrets: regcred, list }, runs],
  [
    'a good login on the Bearer registry, for a Deployment',
    { on: 'bearer', kind: 'Deployment', secrets: regcred, list },
    runs,
  ],
  [
    'the legacy type, for a CronJob',
    {
      kind: 'CronJob',
      secrets: (host) => ({
        regcred: {
          type: 'kubernetes.io/dockercfg',
          data: { '.dockercfg': base64(JSON.stringify({ [host]: good })) },
        },
      }),
      list,
    },
    runs,
  ],
  [
    'the list of the service account, for a StatefulSet',
    { kind: 'StatefulSet', secrets: regcred, account: list },
    runs,
  ],
  ['a key with the path of the user', under((host) => `${host}/janedoe`), runs],
  ['a key with a path that is a beginning of a name', under((host) => `${host}/jane`), runs],
  ['an asterisk for a label', under((_, port) => `127.*.0.1:${port}`), runs],
  ['http:// and /v2/ around the host', under((host) => `http://${host}/v2/`), runs],
  ['user info in the key', under((host) => `http://a:b@${host}`), runs],
  [
    'auth without padding',
    under((host) => host, { auth: base64(`${janedoe.username}:${janedoe.password}`).replace(/=+$/, '') }),
    runs,
  ],
  [
    'a wrong password under the longer path and a good one under the host',
    { secrets: (host) => ({ regcred: { auths: { [host]: good, [`${host}/janedoe`]: wrong } } }), list },
    runs,
  ],
  [
    'a wrong password in the first Secret and a good one in the second',
    {
      secrets: (host) => ({ one: { auths: { [host]: wrong } }, two: { auths: { [host]: good } } }),
      list: ['one', 'two'],
    },
    { ...runs, notes: ['different-credentials'] },
  ],
  [
    'a good login beside a Secret that is missing',
    { secrets: regcred, list: ['gone-for-good', 'regcred'] },
    {
      ...runs,
      notes: ['missing-secret'],
    },
  ],
  [
    'a Secret named twice, and an entry without a name',
    { secrets: regcred, list: ['regcred', {}, 'regcred'] },
    { ...runs, notes: ['empty-name', 'duplicate-name'] },
  ],
  [
    'a login that ends soon, as the annotation says',
    {
      secrets: (host) => ({
        regcred: {
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [host]: good } })) },
          metadata: { annotations: { 'regsecret/expires-at': JSON.stringify({ [host]: soon() }) } },
        },
      }),
      list,
    },
    { ...runs, notes: ['expires-soon'] },
  ],
  [
    'an init container and two others',
    {
      secrets: regcred,
      list,
      spec: (image) => ({
        containers: [container('one', image), container('two', image)],
        initContainers: [{ ...container('first', image), restartPolicy: 'Always' }],
      }),
    },
    runs,
  ],
];

const publicImage = (): string => sharedRegistries().publicImage;

const open: readonly Situation[] = [
  ['a public image and no Secret', { on: 'bearer', image: publicImage }, runs],
  [
    'a public image and a Secret for another registry, for a Deployment',
    {
      on: 'bearer',
      kind: 'Deployment',
      image: publicImage,
      secrets: () => ({ regcred: { auths: { 'quay.io': good } } }),
      list,
    },
    runs,
  ],
  [
    'a public image and an empty entry',
    { on: 'bearer', image: publicImage, ...under((host) => host, {}) },
    { ...runs, notes: ['empty-entry'] },
  ],
];

const present: readonly Situation[] = [
  [
    'an image that is on the node, not to be pulled, for a login that it was pulled with',
    { policy: 'Never', secrets: regcred, list, before: pulledBefore },
    runs,
  ],
  [
    'an image that is on the node, pulled in another namespace with the same login',
    { policy: 'IfNotPresent', secrets: regcred, list, before: pulledElsewhere },
    runs,
  ],
];

const kept: Situations = [
  (suffix) => [
    'its Secret is gone now, for a Deployment',
    {
      kind: 'Deployment',
      secrets: (host) => ({ [`about-to-go-${suffix}`]: { auths: { [host]: good } } }),
      list: [`about-to-go-${suffix}`],
      after: ({ namespace }) => api('DELETE', `/api/v1/namespaces/${namespace}/secrets/about-to-go-${suffix}`),
    },
    {
      kubelet: 'runs',
      outcome: 'will not pull',
      cause: 'missing-secret',
      offline: 'none',
      fix: `regsecret create about-to-go-${suffix} -n NS --server HOST`,
    },
  ],
  [
    'its login is rejected now',
    { secrets: regcred, list, after: spoilSecret },
    {
      kubelet: 'runs',
      outcome: 'will not pull',
      cause: 'credential-rejected',
      offline: 'none',
      fix: 'regsecret create regcred -n NS --server HOST',
    },
  ],
  [
    'its image was for everybody, and is not any more',
    { on: 'bearer', host: frontThatCloses, image: (host) => `${host}/public/app:v1`, after: closeFront },
    {
      kubelet: 'runs',
      outcome: 'cannot know',
      cause: 'unseen-credential',
      offline: 'none',
      fix: 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate',
      exit: 0,
    },
  ],
];

const fronts: Front[] = [];
const closed = new Set<string>();

function frontThatCloses(behind: string): Promise<string> {
  const refusal: FrontFault = { status: 401, headers: { 'www-authenticate': 'Basic realm="closed"' } };
  return startFront({ behind, choose: ({ host }) => (closed.has(host) ? refusal : undefined) }).then((started) => {
    fronts.push(started);
    return started.host;
  });
}

async function closeFront({ host }: Place): Promise<void> {
  closed.add(host);
}

afterAll(() => Promise.all(fronts.map((front) => front.close())));

function spoilSecret({ namespace, host }: Place): ReturnType<typeof patch> {
  const data = { '.dockerconfigjson': base64(JSON.stringify({ auths: { [host]: wrong } })) };
  return patch(`/api/v1/namespaces/${namespace}/secrets/regcred`, { data });
}

function container(name: string, image: string): object {
  return { name, image, imagePullPolicy: 'Always' };
}

function soon(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}

/** Has another pod pull the image first. */
async function pulledBefore({ namespace, image, node: where }: Place): Promise<void> {
  const name = await newScheduledWorkload('Pod', namespace, {
    image,
    list: [{ name: 'regcred' }],
    spec: placedOn(where),
  });
  await podSettled(namespace, name);
}

async function pulledElsewhere(place: Place): Promise<void> {
  const namespace = await newNamespace({ serviceAccount: true });
  await store(namespace, 'regcred', { auths: { [place.host]: good } });
  await pulledBefore({ ...place, namespace });
}

describe.concurrent('a login', () => testSituations(logins));
describe.concurrent('an image for everybody', () => testSituations(open));
describe.concurrent('a pod runs, although', () => testSituations(kept));
describe.concurrent('an image that is there', () => testSituations(present));
