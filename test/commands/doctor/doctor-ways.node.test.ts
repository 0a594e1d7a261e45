/** The matrix of `why pod/x`: obstacles between a node and a registry, and images of other than ordinary containers. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { parseImage } from '../../../src/secret/image.ts';
import { createAuthority, type Days, issueCertificate } from '../../environment/certificate.ts';
import { type NodeInfo, nodeWith, sharedRegistries } from '../../environment/use.ts';
import { good } from '../../support/doctor-machine.ts';
import type { Diagnosed, Place, Setup, Situation } from '../../support/doctor-world.ts';
import { type Front, type FrontFault, startFront } from '../../support/registry-front.ts';
import { writeHosts } from '../../support/registry-hosts.ts';
import { testSituations, testSituationsOn } from '../../support/situations.ts';

const list = ['regcred'];
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });

const fronts = new Map<string, Front>();
afterAll(() => Promise.all([...fronts.values()].map((front) => front.close())));

async function started(options: Parameters<typeof startFront>[0]): Promise<Front> {
  const front = await startFront(options);
  fronts.set(front.host, front);
  return front;
}

const acme = createAuthority('Acme');

function certificate(days?: Days) {
  return issueCertificate(acme, { commonName: 'registry' }, ['0.0.0.0'], days);
}

/** A registry with TLS, under a name for which containerd uses TLS. */
function secured(days?: Days): NonNullable<Setup['host']> {
  return async (behind) => {
    const { host } = await started({ behind, tls: certificate(days) });
    return host.replace('127.0.0.1', '0.0.0.0');
  };
}

/** Does what the section of the finding says: trusts the authority for this registry. */
async function trustAcme({ node, image }: Place): Promise<void> {
  const { domain } = parseImage(image);
  const file = join(node.hosts, `${domain.replace(':', '_')}.crt`);
  writeFileSync(file, acme.certificate);
  const [server, ca] = [`https://${domain}`, file].map((text) => JSON.stringify(text));
  writeHosts(node, domain, `server = ${server}\n[host.${server}]\n  ca = ${ca}\n`);
}

async function renew({ host }: Diagnosed): Promise<void> {
  fronts.get(host.replace('0.0.0.0', '127.0.0.1'))?.renew(certificate());
}

const look = 'kubectl describe node NODE';

const certificates: readonly Situation[] = [
  [
    'an authority that the node does not know',
    { secrets: regcred, list, host: secured() },
    { kubelet: 'authority', cause: 'node-cannot-reach', fix: look, healed: trustAcme },
  ],
  [
    'a certificate that is over',
    { secrets: regcred, list, host: secured({ from: -60, to: -30 }), before: trustAcme },
    { kubelet: 'dates', cause: 'node-cannot-reach', fix: look, healed: renew },
  ],
  [
    'a certificate that is not valid yet',
    { secrets: regcred, list, host: secured({ from: 30, to: 60 }), before: trustAcme },
    { kubelet: 'dates', cause: 'node-cannot-reach', fix: look, healed: renew },
  ],
];

/** On this node, the certificates that `secured` issues are not valid yet. */
const clocks: readonly Situation[] = [
  [
    'three days slow',
    { secrets: regcred, list, host: secured(), before: trustAcme },
    {
      kubelet: 'dates',
      cause: 'node-cannot-reach',
      fix: look,
      healed: async ({ node }) => rmSync(node.clock),
    },
  ],
];

const plain: NonNullable<Setup['host']> = async (behind) => (await started({ behind })).host;

/** Makes the node pull the images of this host only from another one. */
function instead(fault: FrontFault | 'nobody'): NonNullable<Setup['before']> {
  return async ({ node, host }) => {
    const mirror = fault === 'nobody' ? NOBODY : (await started({ choose: () => fault })).host;
    writeHosts(node, host, `server = "http://${mirror}"\n`);
  };
}

const NOBODY = '127.0.0.1:9';

async function withoutMirror({ node, host }: Place): Promise<void> {
  writeHosts(node, host, `server = "http://${host}"\n`);
}

const refusal: FrontFault = { status: 401, headers: { 'www-authenticate': 'Basic realm="mirror"' } };

const mirrors: readonly Situation[] = [
  [
    'knows the login, and does not let it pull',
    { secrets: regcred, list, host: plain, before: instead({ status: 403 }) },
    {
      kubelet: 'no access',
      cause: 'node-cannot-reach',
      offline: 'no-access',
      fix: look,
      healed: withoutMirror,
    },
  ],
  [
    'rejects the login',
    { secrets: regcred, list, host: plain, before: instead(refusal) },
    {
      kubelet: 'refused',
      cause: 'node-cannot-reach',
      offline: 'credential-rejected',
      fix: look,
      healed: withoutMirror,
    },
  ],
  [
    // The kubelet's message does not name the host that was asked.
    'does not have the image',
    { secrets: regcred, list, host: plain, before: instead({ status: 404 }) },
    {
      kubelet: 'not found',
      cause: 'retry-pending',
      offline: 'image-not-found',
      outcome: 'will pull',
      fix: 'kubectl get pod web -n NS --watch',
      healed: withoutMirror,
      exit: 0,
    },
  ],
  [
    'does not listen',
    { secrets: regcred, list, host: plain, before: instead('nobody') },
    {
      kubelet: 'connection',
      cause: 'node-cannot-reach',
      fix: look,
      healed: withoutMirror,
    },
  ],
];

const publicly = (): object => ({ name: 'app', image: sharedRegistries().publicImage, imagePullPolicy: 'Always' });

const uncommon: readonly Situation[] = [
  [
    'an ephemeral container, and a list without an entry for it',
    {
      debug: true,
      secrets: () => ({ regcred: { auths: { 'quay.io': good } } }),
      list,
      spec: () => ({ containers: [publicly()] }),
    },
    { kubelet: 'no credential', cause: 'no-entry', fix: 'regsecret create regcred -n NS --server HOST' },
  ],
  [
    'an ephemeral container, and no list, so that the pod has to be made again, without it',
    { debug: true, spec: () => ({ containers: [publicly()] }) },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate',
    },
  ],
  [
    'an init container, for a Deployment whose Secret has an entry for another registry',
    {
      kind: 'Deployment',
      secrets: () => ({ regcred: { auths: { 'quay.io': good } } }),
      list,
      spec: (image) => ({
        initContainers: [{ name: 'first', image, imagePullPolicy: 'Always', restartPolicy: 'Always' }],
        containers: [publicly()],
      }),
    },
    { kubelet: 'no credential', cause: 'no-entry', fix: 'regsecret create regcred -n NS --server HOST' },
  ],
  [
    'a volume that is an image, for a Deployment whose Secret has an entry for another registry',
    {
      needs: 'image volumes',
      kind: 'Deployment',
      secrets: () => ({ regcred: { auths: { 'quay.io': good } } }),
      list,
      spec: (image) => ({
        containers: [{ ...publicly(), volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
        volumes: [{ name: 'data', image: { reference: image, pullPolicy: 'Always' } }],
      }),
    },
    { kubelet: 'no credential', cause: 'no-entry', fix: 'regsecret create regcred -n NS --server HOST' },
  ],
];

describe.concurrent('the registry has', () => testSituations(certificates));
describe.concurrent('the clock of the node is', () => {
  let slow: NodeInfo;
  beforeAll(async () => {
    slow = await nodeWith({ label: 'slow', clock: '-72h' });
  }, 600_000); // the first time, its containerd is built
  testSituationsOn('a node whose clock is wrong', () => slow, clocks);
});
describe.concurrent('the node asks a mirror, which', () => testSituations(mirrors));
describe.concurrent('the image is that of', () => testSituations(uncommon));
