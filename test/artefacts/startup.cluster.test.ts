/** Which modules a run loads before and while it talks to a cluster. */
import { beforeAll, describe, expect, test } from 'vitest';
import { cluster, newNamespace } from '../environment/use.ts';
import { artefacts, loadedBy } from './loaded.ts';
import { CREATE, DOCKER_FLAGS, LATER, START } from './startup.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace();
});

const CLUSTER = [
  ...['auth/auth', 'client/api-answer', 'client/api-error', 'client/api-request', 'client/clients'],
  ...['client/network-trouble', 'client/request-limiter', 'client/retry', 'client/transport', 'config/check'],
  'config/config-file',
  ...['config/connection', 'config/fields', 'config/in-cluster', 'config/kube-config'],
  ...['config/kube-file', 'config/kube-flags', 'config/plain-yaml', 'secret-request', 'write/secret-write'],
].map((file) => `cluster/${file}`);
const CHANGES = ['changes/secret-step', 'changes/step', 'changes/upsert'];
const HTTP = ['http/bun-fetch', 'http/http-client', 'http/message', 'http/network-error', 'http/proxy'];
/** Needed to explain why a file cannot be read. */
const PROCESS = ['errno', 'files/file'];

describe.each(artefacts)('the %s loads', (artefact) => {
  test('only what a live create needs', async () => {
    const args = ['create', artefact.replace(' ', '-'), '-n', namespace, ...DOCKER_FLAGS];
    const loaded = await loadedBy(artefact, args, { env: { KUBECONFIG: cluster().kubeconfig } });
    expect(loaded).toMatchObject({
      files: [
        ...START,
        ...CREATE,
        ...CLUSTER,
        ...CHANGES,
        ...HTTP,
        ...PROCESS,
        ...(artefact === 'executable' ? [] : ['http/route']),
      ].sort(),
      packages: ['commander'],
    });
    expect(loaded.domain.filter((name) => LATER.includes(name))).toEqual([]);
  });
});
