/** The matrix of `why pod/x`: what nodes report, and what has changed since. */
import { describe } from 'vitest';
import { api, placedOn, podSettled, sharedRegistries, waitFor } from '../../environment/use.ts';
import { freshName, newScheduledWorkload } from '../../support/attach-world.ts';
import { base64, good, local, wrong } from '../../support/doctor-machine.ts';
import { type Place, patch, type Setup, type Situation, store } from '../../support/doctor-world.ts';
import { pushVariant } from '../../support/image-variant.ts';
import { edited, filledIn, pasted, testSituations } from '../../support/situations.ts';

const list = ['regcred'];
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const attach = 'regsecret attach regcred -n NS --pod web --recreate';

const images: readonly Situation[] = [
  [
    'the name of an image with capitals',
    { secrets: regcred, list, image: (host) => `${host}/Janedoe/app:v1` },
    {
      kubelet: 'invalid name',
      cause: 'invalid-image',
      fix: 'kubectl set image pod/web app=REGISTRY/NAME:TAG -n NS',
      healed: filledIn(({ host }) => ({ 'REGISTRY/NAME:TAG': `${host}/janedoe/jdoe-private:v1` })),
    },
  ],
  [
    'an image for another platform',
    { backOff: true, secrets: regcred, list, image: (host) => pushVariant(host, freshName('platform'), 's390x') },
    {
      kubelet: 'platform',
      cause: 'wrong-platform',
      fix: 'kubectl get node NODE --show-labels',
      healed: ({ host, image }) => pushVariant(host, tagOf(image)),
    },
  ],
  [
    'an image that is not there and may not be pulled',
    { policy: 'Never', secrets: regcred, list, image: variant('never') },
    {
      kubelet: 'never',
      cause: 'never-pulled',
      fix: "kubectl get pod web -n NS -o yaml | sed 's/imagePullPolicy: Never/imagePullPolicy: IfNotPresent/' | kubectl replace --force -n NS -f -",
      healed: pasted,
    },
  ],
  [
    'an image that is not there and may not be pulled, for a Deployment',
    { kind: 'Deployment', policy: 'Never', secrets: regcred, list, image: variant('never') },
    {
      kubelet: 'never',
      cause: 'never-pulled',
      fix: 'kubectl edit deployment web -n NS',
      healed: edited('imagePullPolicy: Never', 'imagePullPolicy: IfNotPresent'),
    },
  ],
  [
    'an image that is there for others and may not be pulled, without a Secret',
    { needs: 'verified images', policy: 'Never', secrets: regcred, image: variant('never-none'), before: pulledBefore },
    { kubelet: 'never', cause: 'unverified-image', fix: attach },
  ],
  [
    'an image that is there for others, without a Secret',
    {
      needs: 'verified images',
      policy: 'IfNotPresent',
      secrets: regcred,
      image: variant('there-none'),
      before: pulledBefore,
    },
    { kubelet: 'no credential', cause: 'no-pull-secret', fix: attach },
  ],
  [
    'an image that is there for others, with a wrong password',
    {
      needs: 'verified images',
      policy: 'IfNotPresent',
      secrets: (host) => ({ ...regcred(host), bad: { auths: { [host]: wrong } } }),
      list: ['bad'],
      image: variant('there-wrong'),
      before: pulledBefore,
    },
    {
      kubelet: 'refused',
      cause: 'credential-rejected',
      fix: 'regsecret create bad -n NS --server HOST',
    },
  ],
];

const several: readonly Situation[] = [
  [
    'an init container that cannot pull, before one that can',
    {
      spec: (image) => ({
        initContainers: [{ ...container('first', image), restartPolicy: 'Always' }],
        containers: [container('app', sharedRegistries().publicImage)],
      }),
    },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate',
    },
  ],
  [
    'two containers, of which the second is from a registry without an entry, for a Deployment',
    {
      on: 'bearer',
      kind: 'Deployment',
      secrets: regcred,
      list,
      spec: (image) => ({
        containers: [container('one', image), container('two', local(sharedRegistries().basic.privateImage))],
      }),
    },
    { kubelet: 'no credential', cause: 'no-entry', fix: 'regsecret create regcred -n NS --server OTHER' },
  ],
  [
    'two containers from two registries, and no list',
    {
      on: 'bearer',
      spec: (image) => ({
        containers: [container('one', image), container('two', local(sharedRegistries().basic.privateImage))],
      }),
    },
    {
      kubelet: 'no access',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate',
    },
  ],
  [
    'a volume that is an image',
    {
      needs: 'image volumes',
      spec: (image) => ({
        containers: [
          { ...container('app', sharedRegistries().publicImage), volumeMounts: [{ name: 'data', mountPath: '/data' }] },
        ],
        volumes: [{ name: 'data', image: { reference: image, pullPolicy: 'Always' } }],
      }),
    },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate',
    },
  ],
];

const since: readonly Situation[] = [
  [
    'a wrong password that was corrected since',
    { secrets: (host) => ({ regcred: { auths: { [host]: wrong } } }), list, gate: true, after: correct },
    pending('refused'),
  ],
  [
    'a Secret that was missing and was made since, for a StatefulSet',
    {
      kind: 'StatefulSet',
      list,
      gate: true,
      after: ({ namespace, host }) => store(namespace, 'regcred', regcred(host).regcred ?? {}),
    },
    pending('no credential', 'POD'),
  ],
  [
    'a Secret that could not be decoded, with the others, and was corrected since',
    {
      secrets: () => ({ regcred: { auths: { 'r.example': { auth: 'notbase64!' } } } }),
      list,
      gate: true,
      after: correct,
    },
    pending('undecodable'),
  ],
  [
    'a tag that was pushed since',
    {
      secrets: regcred,
      list,
      image: (host) => `${host}/janedoe/jdoe-private:${freshName('late')}`,
      gate: true,
      after: ({ host, image }) => pushVariant(host, tagOf(image)),
    },
    pending('not found'),
  ],
];

function pending(kubelet: Situation[2]['kubelet'], pod = 'web'): Situation[2] {
  return {
    kubelet,
    cause: 'retry-pending',
    fix: `kubectl get pod ${pod} -n NS --watch`,
    outcome: 'will pull',
    healed: 'by itself',
    offline: 'some',
    exit: 0,
  };
}

function container(name: string, image: string): object {
  return { name, image, imagePullPolicy: 'Always' };
}

/** An image that no node has seen. */
function variant(tag: string): NonNullable<Setup['image']> {
  return (host) => pushVariant(host, freshName(tag));
}

function tagOf(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1);
}

/** Has another pod pull the image, and waits until the node reports it. */
async function pulledBefore({ namespace, image, node: where }: Place): Promise<void> {
  const name = await newScheduledWorkload('Pod', namespace, {
    image,
    list: [{ name: 'regcred' }],
    spec: placedOn(where),
  });
  await podSettled(namespace, name);
  const known = async (): Promise<boolean> => {
    const { status } = (await api('GET', `/api/v1/nodes/${where.name}`)).body;
    return (status.images ?? []).some(({ names }: { names?: string[] }) => names?.includes(image));
  };
  await waitFor(known, { what: `the node to say that it has ${image}`, deadlineMs: 90_000, everyMs: 500 });
}

function correct({ namespace, host }: Place): ReturnType<typeof patch> {
  const data = { '.dockerconfigjson': base64(JSON.stringify({ auths: { [host]: good } })) };
  return patch(`/api/v1/namespaces/${namespace}/secrets/regcred`, { data });
}

describe.concurrent('the image', () => testSituations(images));
describe.concurrent('several images', () => testSituations(several));
describe.concurrent('put right since the last attempt', () => testSituations(since));
