/** Which entries of a Secret are removed, and which stay. */
import { expect, test } from 'vitest';
import { planRemoval } from '../../src/commands/remove/remove-entries.ts';
import type { Secret } from '../../src/secret/secret.ts';

const HUB = 'https://index.docker.io/v1/';

function secretWith(servers: readonly string[], more: Partial<Secret> = {}): Secret {
  const auths = Object.fromEntries(servers.map((server) => [server, { auth: 'eDp5' }]));
  const payload = Buffer.from(JSON.stringify({ auths })).toString('base64');
  const type = 'kubernetes.io/dockerconfigjson';
  const metadata = { namespace: 'team', name: 'pull' };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, data: { '.dockerconfigjson': payload }, ...more };
}

const owner = { apiVersion: 'x.io/v1', kind: 'Maker', name: 'm' };
const MADE = { namespace: 'team', name: 'pull', ownerReferences: [owner] };
const COPY = {
  namespace: 'team',
  name: 'pull',
  labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
  annotations: { 'regsecret/source': 'platform/pull' },
};

test.each<[situation: string, secret: Secret, typed: string, owned: boolean, plan: string]>([
  ['no such entry', secretWith(['quay.io']), 'ghcr.io', false, 'nothing'],
  ['one of two', secretWith(['ghcr.io', 'quay.io']), 'ghcr.io', false, 'ghcr.io'],
  [
    'another name of the same server',
    secretWith(['https://ghcr.io/v2/', 'quay.io']),
    'ghcr.io',
    false,
    'https://ghcr.io/v2/',
  ],
  ['an entry with a path is another', secretWith(['ghcr.io/acme', 'quay.io']), 'ghcr.io', false, 'nothing'],
  ['a server that nobody can read', secretWith(['ht tp://x', 'quay.io']), 'ht tp://x', false, 'ht tp://x'],
  [
    "Docker Hub by its name, which may hide Hub's own",
    secretWith(['docker.io', HUB, 'x.io']),
    'docker.io',
    false,
    `docker.io, ${HUB}`,
  ],
  ["Docker Hub by its name, where only Hub's own is there", secretWith([HUB, 'x.io']), 'docker.io', false, HUB],
  ['Docker Hub by another name', secretWith([HUB, 'x.io']), 'index.docker.io', false, HUB],
  ['Docker Hub as inspect shows it', secretWith([HUB, 'x.io']), 'Docker Hub', false, HUB],
  [
    'a path of Docker Hub is another entry',
    secretWith([HUB, 'docker.io/acme']),
    'docker.io/acme',
    false,
    'docker.io/acme',
  ],
  ["only the name that hides Hub's", secretWith(['docker.io', HUB]), 'https://docker.io', false, 'docker.io'],
  [
    'what opens nothing, and stands there',
    secretWith(['registry-1.docker.io', HUB]),
    'registry-1.docker.io',
    false,
    'registry-1.docker.io',
  ],
  ["Hub's own", secretWith(['docker.io', HUB]), HUB, false, HUB],
  ['the last one', secretWith(['ghcr.io']), 'ghcr.io', true, 'ghcr.io stays: last'],
  [
    'in an immutable Secret',
    secretWith(['ghcr.io', 'x.io'], { immutable: true }),
    'ghcr.io',
    true,
    'ghcr.io stays: immutable',
  ],
  [
    'in what somebody makes',
    secretWith(['ghcr.io', 'x.io'], { metadata: MADE }),
    'ghcr.io',
    false,
    'ghcr.io stays: maker',
  ],
  ['in that all the same', secretWith(['ghcr.io', 'x.io'], { metadata: MADE }), 'ghcr.io', true, 'ghcr.io'],
  ['in a copy', secretWith(['ghcr.io', 'x.io'], { metadata: COPY }), 'ghcr.io', false, 'ghcr.io stays: sync'],
  ['in a Secret of another type', secretWith(['ghcr.io', 'x.io'], { type: 'Opaque' }), 'ghcr.io', false, 'nothing'],
  [
    'in what is no docker config',
    secretWith([], { data: { '.dockerconfigjson': 'W10=' } }),
    'ghcr.io',
    false,
    'nothing',
  ],
])('%s', (_, secret, typed, owned, expected) => {
  const plan = planRemoval(secret, { servers: [typed], owned });
  const stays = plan?.obstacle === undefined ? '' : ` stays: ${plan.obstacle.by}`;
  expect(plan === undefined ? 'nothing' : `${plan.removed.join(', ')}${stays}`).toBe(expected);
});
