/** The matrix of `why pod/x`: unusual nodes, and Secrets that a node reads only once. */
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { type Feature, lacks } from '../../environment/kubernetes-features.ts';
import type { NodeSettings } from '../../environment/node.ts';
import {
  api,
  type NodeInfo,
  node,
  nodeWith,
  placedOn,
  podSettled,
  sharedRegistries,
  waitFor,
} from '../../environment/use.ts';
import { freshName, newScheduledWorkload, pathOf } from '../../support/attach-world.ts';
import { base64, good, wrong } from '../../support/doctor-machine.ts';
import { type Place, type Setup, type Situation, store } from '../../support/doctor-world.ts';
import { pushLarge } from '../../support/image-variant.ts';
import { pasted, testSituationsOn } from '../../support/situations.ts';

const list = ['regcred'];
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const bare = 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate';

/** Declares situations on a new node with these settings. */
function onNode(title: string, settings: () => NodeSettings, situations: readonly Situation[], needs?: Feature): void {
  const suite = needs !== undefined && lacks(needs) ? describe.skip : describe.concurrent;
  suite(title, () => {
    let where: NodeInfo;
    beforeAll(async () => {
      where = await nodeWith(settings());
    }, 120_000);
    testSituationsOn(title, () => where, situations);
  });
}

const sealed = (host: string, login: object): object => ({
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [host]: login } })) },
  immutable: true,
});
const sealedWrong: NonNullable<Setup['secrets']> = (host) => ({ regcred: sealed(host, wrong) });

async function replaceSecret({ namespace, host }: Place): Promise<void> {
  await api('DELETE', `/api/v1/namespaces/${namespace}/secrets/regcred`);
  await store(namespace, 'regcred', sealed(host, good));
}

/** Replaces the Secret and waits until the kubelet has tried again. */
async function replaceAndTry(place: Place): Promise<void> {
  await replaceSecret(place);
  const replaced = Date.now();
  const path = `/api/v1/namespaces/${place.namespace}/events?fieldSelector=reason%3DFailed`;
  const tried = async (): Promise<boolean> =>
    (await api('GET', path)).body.items.some(
      ({ lastTimestamp, message }: { lastTimestamp: string; message: string }) =>
        message.startsWith('Failed to pull image') && Date.parse(lastTimestamp) > replaced + 1000,
    );
  await waitFor(tried, { what: 'the next attempt', deadlineMs: 120_000, everyMs: 500 });
}

const COPY = `kubectl get secret regcred -n NS -o go-template='{{index .data ".dockerconfigjson" | base64decode}}' | regsecret create regcred-2 -n NS --from-file -`;
const exchange = `${COPY} && regsecret attach regcred-2 -n NS --pod web --recreate && regsecret detach regcred -n NS --pod web --recreate`;

describe.concurrent('an immutable Secret that was made again', () => {
  testSituationsOn('Watch', () => node('Watch'), [
    [
      'before the kubelet tries again',
      { secrets: sealedWrong, list, gate: true, after: replaceSecret },
      { kubelet: 'refused', cause: 'stale-secret', offline: 'some', outcome: 'cannot know', fix: exchange, exit: 0 },
    ],
    [
      'after the kubelet has tried again, with the old one',
      { secrets: sealedWrong, list, after: replaceAndTry },
      { kubelet: 'refused', cause: 'stale-secret', offline: 'some', fix: exchange },
    ],
    [
      'after the kubelet has tried again, for a Deployment',
      { kind: 'Deployment', secrets: sealedWrong, list, after: replaceAndTry },
      {
        kubelet: 'refused',
        cause: 'stale-secret',
        offline: 'some',
        fix: `${COPY} && regsecret attach regcred-2 -n NS --to deployment/web && regsecret detach regcred -n NS --from deployment/web`,
      },
    ],
  ]);
});

describe.concurrent('an immutable Secret that was made again, where the kubelet does not watch', () => {
  testSituationsOn('Get', () => node('Get'), [
    [
      'is read at the next attempt',
      { secrets: sealedWrong, list, gate: true, after: replaceSecret },
      {
        kubelet: 'refused',
        cause: 'stale-secret',
        offline: 'some',
        outcome: 'cannot know',
        fix: exchange,
        exit: 0,
      },
    ],
  ]);
});

/** The pod runs, and `why` cannot see the reason. */
const unseen: Situation[2] = {
  kubelet: 'runs',
  outcome: 'cannot know',
  cause: 'unseen-credential',
  offline: 'none',
  fix: bare,
  healed: pasted,
  exit: 0,
};

const anonymous: Setup = { policy: 'IfNotPresent' };
const never: Setup = { policy: 'Never' };

onNode('an image from the template of the node', () => ({ label: 'loaded', preloaded: true }), [
  ['that anybody may use, without a Secret', anonymous, unseen],
  ['that anybody may use, and not pull', never, { kubelet: 'runs' }],
]);

onNode(
  'an image from the template of the node, with NeverVerify,',
  () => ({
    label: 'trusting',
    preloaded: true,
    kubelet: { imagePullCredentialsVerificationPolicy: 'NeverVerify' },
  }),
  [['without a Secret', anonymous, unseen]],
  'verified images',
);

onNode(
  'an image from the template of the node, with NeverVerifyAllowlistedImages,',
  () => ({
    label: 'listing',
    preloaded: true,
    kubelet: {
      imagePullCredentialsVerificationPolicy: 'NeverVerifyAllowlistedImages',
      preloadedImagesVerificationAllowlist: [`${sharedRegistries().basic.host}/janedoe/*`],
    },
  }),
  [['in whose list it is, without a Secret', anonymous, unseen]],
  'verified images',
);

const strict = (label: string): NodeSettings => ({
  label,
  preloaded: true,
  kubelet: { imagePullCredentialsVerificationPolicy: 'AlwaysVerify' },
});

onNode(
  'an image from the template of the node, with AlwaysVerify,',
  () => strict('strict'),
  [
    ['without a Secret', anonymous, { kubelet: 'no credential', cause: 'no-pull-secret', fix: bare }],
    ['with a good login', { ...anonymous, secrets: regcred, list }, { kubelet: 'runs' }],
  ],
  'verified images',
);

onNode(
  'an image from the template of the node, with AlwaysVerify, that nobody has pulled',
  () => strict('stricter'),
  [
    [
      'with a good login that may not be tried',
      { ...never, secrets: regcred, list },
      {
        kubelet: 'never',
        cause: 'never-pulled',
        fix: "kubectl get pod web -n NS -o yaml | sed 's/imagePullPolicy: Never/imagePullPolicy: IfNotPresent/' | kubectl replace --force -n NS -f -",
        healed: pasted,
      },
    ],
  ],
  'verified images',
);

onNode(
  'a node that has a wrong login itself',
  () => ({ label: 'wrong', provided: { username: 'node', password: 'wrong' } }),
  [
    [
      'and a pod without a Secret',
      {},
      { kubelet: 'refused', cause: 'node-login-refused', offline: 'no-pull-secret', fix: bare },
    ],
    [
      'and a public image',
      { on: 'bearer', image: () => sharedRegistries().publicImage },
      { kubelet: 'refused', cause: 'node-login-refused', offline: 'no-pull-secret', fix: bare },
    ],
    ['and a pod with a good one, which is tried first', { secrets: regcred, list }, { kubelet: 'runs' }],
    [
      'and a pod with a wrong one, too',
      { secrets: (host) => ({ regcred: { auths: { [host]: wrong } } }), list },
      { kubelet: 'refused', cause: 'credential-rejected', fix: 'regsecret create regcred -n NS --server HOST' },
    ],
  ],
);

/** The path of containerd's disk as seen from outside the mount namespace in which it is mounted. */
function disk({ images }: NodeInfo): string {
  const pid = execFileSync('pgrep', ['-o', '-f', `containerd --config ${join(images, '..', '..', 'containerd.toml')}`]);
  return join('/proc', pid.toString().trim(), 'root', images);
}

/** Fills the disk except for half a megabyte, once the node has the images that all pods need. */
async function fill({ namespace, host, node: where }: Place): Promise<void> {
  const name = await newScheduledWorkload('Pod', namespace, {
    image: `${host}/janedoe/jdoe-private:v1`,
    list: [{ name: 'regcred' }],
    spec: placedOn(where),
  });
  await podSettled(namespace, name);
  await api('DELETE', pathOf('Pod', namespace, name));
  const { bavail, bsize } = statfsSync(disk(where));
  writeFileSync(join(disk(where), 'full'), Buffer.alloc(bavail * bsize - 500_000));
}

onNode('a node whose disk is full', () => ({ label: 'full', disk: '64m' }), [
  [
    'and a new image',
    { secrets: regcred, list, image: (host) => pushLarge(host, freshName('large')), before: fill },
    {
      kubelet: 'disk',
      cause: 'disk-full',
      fix: 'kubectl describe node NODE',
      healed: async ({ node: where }) => rmSync(join(disk(where), 'full')),
    },
  ],
]);
