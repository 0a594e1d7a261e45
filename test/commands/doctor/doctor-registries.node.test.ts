/** The matrix of `why pod/x`: answers of registries, and registries that do not answer. */
import { afterAll, describe } from 'vitest';
import { claimsOf } from '../../../src/secret/expiry.ts';
import { parseImage } from '../../../src/secret/image.ts';
import { johndoe, sharedRegistries } from '../../environment/use.ts';
import { freshName } from '../../support/attach-world.ts';
import { good, login, wrong } from '../../support/doctor-machine.ts';
import type { Place, Setup, Situation } from '../../support/doctor-world.ts';
import { pushVariant } from '../../support/image-variant.ts';
import { type Front, type FrontFault, type FrontOptions, startFront } from '../../support/registry-front.ts';
import { writeHosts } from '../../support/registry-hosts.ts';
import { edited, pasted, testSituations } from '../../support/situations.ts';

const list = ['regcred'];
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const create = 'regsecret create regcred -n NS --server HOST';
const johns = login(johndoe.username, johndoe.password);

const answers: readonly Situation[] = [
  [
    'a tag that is not there',
    { secrets: regcred, list, image: (host) => `${host}/janedoe/jdoe-private:v1x` },
    {
      kubelet: 'not found',
      cause: 'image-not-found',
      fix: 'kubectl set image pod/web app=HOST/janedoe/jdoe-private:v1 -n NS',
      healed: pasted,
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
      fix: 'kubectl edit deployment web -n NS',
      healed: edited('janedoe/nothing', 'janedoe/jdoe-private'),
    },
  ],
  [
    'a public image and a login that is rejected, so that it is not pulled without one',
    {
      on: 'bearer',
      image: () => sharedRegistries().publicImage,
      secrets: (host) => ({ regcred: { auths: { [host]: wrong } } }),
      list,
    },
    { kubelet: 'refused', cause: 'public-image-refused', offline: 'credential-rejected', fix: create },
  ],
  [
    'a login that is good and refused for this image',
    { secrets: (host) => ({ regcred: { auths: { [host]: johns } } }), list, host: frontForJane },
    { kubelet: 'no access', cause: 'no-access', fix: create },
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
      healed: ({ namespace, host, paste }) =>
        paste(
          `regsecret create -n ${namespace} --server ${host} && regsecret attach regsecret -n ${namespace} --pod web --recreate`,
        ),
    },
  ],
  [
    'too many pulls',
    { backOff: true, secrets: regcred, list, host: front({ manifests: { status: 429 } }) },
    { kubelet: 'rate limited', cause: 'rate-limited', fix: 'kubectl get pod web -n NS --watch', healed: mend },
  ],
  [
    'that the image is there, and refuses its layers',
    { secrets: regcred, list, host: frontWithout({ status: 403 }), image: made('refused') },
    {
      kubelet: 'layers',
      cause: 'node-cannot-reach',
      fix: 'kubectl describe node NODE',
      healed: mend,
    },
  ],
  [
    'that the image is there, and has lost its layers',
    { backOff: true, secrets: regcred, list, host: frontWithout({ status: 404 }), image: made('lost') },
    {
      kubelet: 'layers',
      cause: 'node-cannot-reach',
      fix: 'kubectl describe node NODE',
      healed: mend,
    },
  ],
  [
    'a registry that is out of order',
    { backOff: true, secrets: regcred, list, host: front({ manifests: { status: 503 } }) },
    {
      kubelet: 'out of order',
      cause: 'node-cannot-reach',
      fix: 'kubectl describe node NODE',
      healed: mend,
    },
  ],
];

const silence: readonly Situation[] = [
  [
    'a registry whose name cannot be resolved',
    {
      secrets: () => ({ regcred: { auths: { 'registry.invalid': good } } }),
      list,
      image: () => 'registry.invalid/janedoe/jdoe-private:v1',
    },
    {
      kubelet: 'name',
      cause: 'node-cannot-reach',
      fix: 'kubectl describe node NODE',
      healed: viaMirror,
    },
  ],
  [
    'a registry that does not listen',
    {
      backOff: true,
      secrets: () => ({ regcred: { auths: { '127.0.0.1:1': good } } }),
      list,
      image: () => '127.0.0.1:1/janedoe/jdoe-private:v1',
    },
    {
      kubelet: 'connection',
      cause: 'node-cannot-reach',
      fix: 'kubectl describe node NODE',
      healed: viaMirror,
    },
  ],
  [
    'a registry without TLS, which the node wants for whatever is not called localhost',
    {
      secrets: (host) => ({ regcred: { auths: { [anyAddress(host)]: good } } }),
      list,
      image: (host) => `${anyAddress(host)}/janedoe/jdoe-private:v1`,
    },
    {
      kubelet: 'tls',
      cause: 'node-cannot-reach',
      fix: 'kubectl describe node NODE',
      healed: viaMirror,
    },
  ],
];

const fronts: Front[] = [];
/** Hosts of registries that have been repaired and work from now on. */
const mended = new Set<string>();

async function mend({ host }: Place): Promise<void> {
  mended.add(host);
}

/** Configures the node to use the Basic registry under the image's registry name. */
async function viaMirror({ image, node: where }: Place): Promise<void> {
  const { basic } = sharedRegistries();
  writeHosts(where, parseImage(image).domain, `server = "http://${basic.host}"\n`);
}

function anyAddress(host: string): string {
  return host.replace('127.0.0.1', '0.0.0.0');
}

/** A host in front of the registry that answers manifest requests with a login with this fault. */
function front({ manifests }: { readonly manifests: FrontFault }): NonNullable<Setup['host']> {
  return (behind) =>
    startAt(behind, ({ path, authorization, host }) =>
      path.includes('/manifests/') && authorization !== undefined && !mended.has(host) ? manifests : undefined,
    );
}

/** A host in front of the registry that serves manifests, and answers blob requests with a login with this fault. */
function frontWithout(blobs: FrontFault): NonNullable<Setup['host']> {
  return (behind) =>
    startAt(behind, ({ path, authorization, host }) =>
      path.includes('/blobs/') && authorization !== undefined && !mended.has(host) ? blobs : undefined,
    );
}

/** A registry that accepts other logins but lets only janedoe pull. */
function frontForJane(behind: string): Promise<string> {
  const { auth } = johns as { auth: string };
  return startAt(behind, ({ path, authorization }) =>
    path.includes('/manifests/') && authorization === `Basic ${auth}` ? { status: 403 } : undefined,
  );
}

/** An image that no node has seen. */
function made(tag: string): NonNullable<Setup['image']> {
  const { basic } = sharedRegistries();
  return async (host) => (await pushVariant(basic.host, freshName(tag))).replace(basic.host, host);
}

/** A registry that hides images from everybody but janedoe. Anonymous tokens have an empty subject. */
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
