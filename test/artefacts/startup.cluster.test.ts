/** What a run loads before and while it talks to a cluster. */
import { beforeAll, describe, expect, test } from 'vitest';
import { cluster, newNamespace } from '../cluster/use.ts';
import { artefacts, loadedBy } from './loaded.ts';
import { CREATE, DOCKER_FLAGS, LATER, START } from './startup.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace();
});

const CLUSTER = [
  ...['api-error', 'apply', 'auth', 'check', 'clients', 'connection', 'fields', 'home', 'impersonation', 'in-cluster'],
  ...['kube-config', 'kube-file', 'network-trouble', 'plain-yaml', 'refusal', 'retry', 'secret-request'],
  ...['transport', 'warning'],
].map((file) => `cluster/${file}`);
const HTTP = ['http/bun-fetch', 'http/client', 'http/network-error', 'http/response'];

describe.each(artefacts)('the %s loads', (artefact) => {
  test('only what a live create needs', async () => {
    const args = ['create', artefact.replace(' ', '-'), '-n', namespace, ...DOCKER_FLAGS];
    const loaded = await loadedBy(artefact, args, { env: { KUBECONFIG: cluster().kubeconfig } });
    expect(loaded).toMatchObject({
      files: [...START, ...CREATE, ...CLUSTER, ...HTTP, ...(artefact === 'executable' ? [] : ['http/route'])].sort(),
      packages: ['commander'],
    });
    expect(loaded.domain.filter((name) => LATER.includes(name))).toEqual([]);
  });
});
