/** The matrix of `why pod/x`: entries for other images than the pod's. */
import { describe } from 'vitest';
import { good, local, wrong } from '../../support/doctor-machine.ts';
import type { Setup, Situation } from '../../support/doctor-world.ts';
import { pasted, testSituations } from '../../support/situations.ts';

const list = ['regcred'];
const create = 'regsecret create regcred -n NS --server HOST';
const createHub = 'regsecret create regcred -n NS --server docker.io';

/** A Secret with an entry whose server is derived from the host. */
function under(server: (host: string, port: string) => string): Pick<Setup, 'secrets' | 'list'> {
  return {
    secrets: (host) => ({ regcred: { auths: { [server(host, host.split(':')[1] ?? '')]: good } } }),
    list,
  };
}

const hubImage = (): string => 'docker.io/janedoe/jdoe-private:v1';

const problems: readonly Situation[] = [
  [
    'a key with a tag',
    under((host) => `${host}/janedoe/jdoe-private:v1`),
    { kubelet: 'no credential', cause: 'opens-nothing', fix: create },
  ],
  [
    '/v1 without a slash behind it',
    under((host) => `http://${host}/v1`),
    { kubelet: 'no credential', cause: 'unusual-server', fix: create },
  ],
  [
    'an asterisk for the port',
    under(() => '127.0.0.1:*'),
    { kubelet: 'no credential', cause: 'opens-nothing', fix: create },
  ],
  [
    'an asterisk in the path',
    under((host) => `${host}/jane*`),
    { kubelet: 'no credential', cause: 'opens-nothing', fix: create },
  ],
  [
    'a scheme that the kubelet does not know, for a Deployment',
    { kind: 'Deployment', ...under((host) => `oci://${host}`) },
    { kubelet: 'no credential', cause: 'opens-nothing', fix: create },
  ],
  [
    'a host in capitals',
    { ...under((_, port) => `LOCALHOST:${port}`), image: (host) => `${local(host)}/janedoe/jdoe-private:v1` },
    {
      kubelet: 'no credential',
      cause: 'unusual-server',
      fix: 'regsecret create regcred -n NS --server localhost:PORT',
    },
  ],
  [
    'a key that is not a server at all',
    under((host) => `${host} `),
    { kubelet: 'no credential', cause: 'opens-nothing', fix: create },
  ],
];

const others: readonly Situation[] = [
  [
    'a key without the port',
    under(() => '127.0.0.1'),
    { kubelet: 'no credential', cause: 'other-images', fix: create },
  ],
  [
    'a key with another port',
    under(() => '127.0.0.1:443'),
    { kubelet: 'no credential', cause: 'other-images', fix: create },
  ],
  [
    'a key with the path of other images',
    under((host) => `${host}/johndoe/`),
    { kubelet: 'no credential', cause: 'other-images', fix: create },
  ],
  [
    'a key with the path in capitals, on the Bearer registry',
    { on: 'bearer', ...under((host) => `${host}/JaneDoe`) },
    { kubelet: 'no access', cause: 'opens-nothing', fix: create },
  ],
];

const hub: readonly Situation[] = [
  [
    "Docker Hub's key for an image of Docker Hub",
    { ...under(() => 'https://index.docker.io/v1/'), image: hubImage },
    {
      kubelet: 'runs',
      outcome: 'cannot know',
      cause: 'registry-unreachable',
      offline: 'none',
      fix: 'curl -sv https://registry-1.docker.io/v2/',
      exit: 0,
    },
  ],
  [
    "the host of Docker Hub's API",
    { ...under(() => 'registry-1.docker.io'), image: hubImage },
    { kubelet: 'no credential', cause: 'unusual-server', fix: createHub },
  ],
  [
    'the port 443, which images do not name',
    { ...under(() => 'docker.io:443'), image: hubImage },
    { kubelet: 'no credential', cause: 'other-images', fix: createHub },
  ],
  [
    "Docker Hub's entry, and a longer one with a wrong password that keeps it away",
    {
      secrets: () => ({ regcred: { auths: { 'https://index.docker.io/v1/': good, 'docker.io/janedoe': wrong } } }),
      list,
      image: hubImage,
    },
    {
      kubelet: 'refused',
      cause: 'shadowed-entry',
      fix: 'regsecret remove regcred -n NS --server docker.io/janedoe',
      healed: pasted,
    },
  ],
];

describe.concurrent('no image is called so', () => testSituations(problems));
describe.concurrent('other images are called so', () => testSituations(others));
describe.concurrent('Docker Hub, which is the Basic registry for this node', () => testSituations(hub));
