/** The matrix of `why pod/x`: what registries say, and registries that say nothing. */
import { afterAll, describe } from 'vitest';
import { claimsOf } from '../../src/domain/pull-secret/jwt.ts';
import { node } from '../environment/use.ts';
import { good, wrong } from '../support/doctor-machine.ts';
import { type Setup, type Situation, testSituations } from '../support/doctor-world.ts';
import { pushVariant } from '../support/image-variant.ts';
import { type Front, type FrontFault, type FrontOptions, startFront } from '../support/registry-front.ts';

const list = ['regcred'];
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const advice = { healed: 'not by a command of ours' } as const;
const create = 'regsecret create regcred -n NS --server HOST';

const answers: readonly Situation[] = [
  [
    'a tag that is not there',
    { secrets: regcred, list, image: (host) => `${host}/janedoe/jdoe-private:nope` },
    {
      kubelet: 'not found',
      cause: 'image-not-found',
      fix: 'kubectl set image pod/web app=HOST/janedoe/jdoe-private:TAG -n NS',
      ...advice,
    },
  ],
  [
    'a repository that is not there, for a Deployment on the Bearer registry',
    {
      backOff: true,
      on: 'bearer',
      kind: 'Deployment',
      secrets: regcred,
      list,
      image: (host) => `${host}/janedoe/nothing:v1`,
    },
    {
      kubelet: 'not found',
      cause: 'image-not-found',
      fix: 'kubectl set image deployment/web app=HOST/janedoe/nothing:TAG -n NS',
      ...advice,
    },
  ],
  [
    'a public image and a login that is rejected, so that it is not pulled without one',
    {
      on: 'bearer',
      image: () => node().registries.publicImage,
      secrets: (host) => ({ regcred: { auths: { [host]: wrong } } }),
      list,
    },
    { kubelet: 'refused', cause: 'public-image-refused', offline: 'credential-rejected', fix: create },
  ],
  [
    'a login that is good and refused for this image',
    { secrets: regcred, list, host: front({ manifests: { status: 403 } }) },
    { kubelet: 'no access', cause: 'no-access', fix: create, healed: 'not here' },
  ],
  [
    'that there is no such image, as long as there is no login, and a Secret in the namespace opens it',
    { on: 'bearer', secrets: regcred, host: frontThatHides },
    {
      kubelet: 'not found',
      cause: 'no-pull-secret',
      offline: 'image-not-found',
      fix: 'regsecret attach regcred -n NS --pod web --recreate',
    },
  ],
  [
    'that there is no such image, as long as there is no login',
    { on: 'bearer', host: frontThatHides },
    {
      kubelet: 'not found',
      cause: 'image-not-found',
      fix: 'kubectl set image pod/web app=HOST/janedoe/jdoe-private:TAG -n NS',
      ...advice,
    },
  ],
  [
    'too many pulls',
    { backOff: true, secrets: regcred, list, host: front({ manifests: { status: 429 } }) },
    { kubelet: 'rate limited', cause: 'rate-limited', fix: 'kubectl get pod web -n NS --watch', ...advice },
  ],
  [
    'that the image is there, and refuses its layers',
    { secrets: regcred, list, host: frontWithout({ status: 403 }), image: made('refused') },
    {
      kubelet: 'layers',
      cause: 'node-cannot-reach',
      fix: 'kubectl debug node/NODE -it --image=curlimages/curl -- curl -sv https://HOST/v2/',
      ...advice,
    },
  ],
  [
    'that the image is there, and has lost its layers',
    { backOff: true, secrets: regcred, list, host: frontWithout({ status: 404 }), image: made('lost') },
    {
      kubelet: 'layers',
      cause: 'node-cannot-reach',
      fix: 'kubectl debug node/NODE -it --image=curlimages/curl -- curl -sv https://HOST/v2/',
      ...advice,
    },
  ],
  [
    'a registry that is out of order',
    { backOff: true, secrets: regcred, list, host: front({ manifests: { status: 503 } }) },
    {
      kubelet: 'out of order',
      cause: 'node-cannot-reach',
      fix: 'kubectl debug node/NODE -it --image=curlimages/curl -- curl -sv https://HOST/v2/',
      ...advice,
    },
  ],
];

const silence: readonly Situation[] = [
  [
    'a registry whose name cannot be resolved',
    {
      secrets: () => ({ regcred: { auths: { 'registry.invalid': good } } }),
      list,
      image: () => 'registry.invalid/app:v1',
    },
    {
      kubelet: 'name',
      cause: 'node-cannot-reach',
      fix: 'kubectl debug node/NODE -it --image=curlimages/curl -- curl -sv https://registry.invalid/v2/',
      ...advice,
    },
  ],
  [
    'a registry that does not listen',
    { backOff: true, image: () => '127.0.0.1:1/app:v1' },
    {
      kubelet: 'connection',
      cause: 'node-cannot-reach',
      fix: 'kubectl debug node/NODE -it --image=curlimages/curl -- curl -sv https://127.0.0.1:1/v2/',
      ...advice,
    },
  ],
  [
    'a registry without TLS, which the node wants for whatever is not called localhost',
    { image: (host) => `${host.replace('127.0.0.1', '0.0.0.0')}/janedoe/jdoe-private:v1` },
    {
      kubelet: 'tls',
      cause: 'node-cannot-reach',
      fix: 'kubectl debug node/NODE -it --image=curlimages/curl -- curl -sv https://0.0.0.0:PORT/v2/',
      ...advice,
    },
  ],
];

const fronts: Front[] = [];

/** A host in front of the registry, which answers so when it is asked for manifests with a login. */
function front({ manifests }: { readonly manifests: FrontFault }): NonNullable<Setup['host']> {
  return (behind) =>
    startAt(behind, ({ path, authorization }) =>
      path.includes('/manifests/') && authorization !== undefined ? manifests : undefined,
    );
}

/** A host in front of the registry, which has manifests only. */
function frontWithout(blobs: FrontFault): NonNullable<Setup['host']> {
  return (behind) =>
    startAt(behind, ({ path, authorization }) =>
      path.includes('/blobs/') && authorization !== undefined ? blobs : undefined,
    );
}

/** An image that no node has seen. */
function made(tag: string): NonNullable<Setup['image']> {
  const { basic } = node().registries;
  return async (host) => (await pushVariant(basic.host, tag)).replace(basic.host, host);
}

/** The tokens of nobody have an empty subject. */
function frontThatHides(behind: string): Promise<string> {
  return startAt(behind, ({ path, authorization = '' }) => {
    if (!path.includes('/manifests/') || !authorization.startsWith('Bearer ')) return undefined;
    return claimsOf(authorization.slice('Bearer '.length))?.sub === 'janedoe' ? undefined : { status: 404 };
  });
}

async function startAt(behind: string, choose: NonNullable<FrontOptions['choose']>): Promise<string> {
  const started = await startFront({ behind, choose });
  fronts.push(started);
  return started.host;
}

afterAll(() => Promise.all(fronts.map((one) => one.close())));

describe.concurrent('the registry says', () => testSituations(answers));
describe.concurrent('the registry says nothing', () => testSituations(silence));
