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
  'cluster/api-answer',
  'cluster/api-error',
  'cluster/api-request',
  'cluster/clients',
  'cluster/network-trouble',
  'cluster/retry',
  'cluster/right',
  'cluster/secret-request',
  'cluster/transport',
  'codec/plain-yaml',
  'kubeconfig/auth',
  'kubeconfig/config-file',
  'kubeconfig/connection',
  'kubeconfig/fields',
  'kubeconfig/in-cluster',
  'kubeconfig/kube-config',
  'kubeconfig/kube-file',
  'kubeconfig/kube-flags',
];
const CHANGES = ['changes/secret-step', 'changes/secret-write', 'changes/step', 'changes/upsert'];
const HTTP = ['http/bun-fetch', 'http/http-client', 'http/message', 'http/network-error', 'http/proxy'];
/** Needed to explain why a file cannot be read. */
const PROCESS = ['system/errno', 'system/file'];

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
    expect(loaded.pure.filter((name) => LATER.includes(name))).toEqual([]);
  });
});
