/**
 * API servers for which a policy is not good: one that does not know the kind, and the form of an expression with which an API
 * server panics. Each is a server of its own, because a panic would fail the pods of all other tests.
 */
import { afterAll, expect, test } from 'vitest';
import type { ApiClient } from '../../environment/api-client.ts';
import { waitFor } from '../../environment/use.ts';
import { BINDINGS, POLICIES } from '../../support/admission-world.ts';
import { regsecretIn } from '../../support/attach-world.ts';
import { type IsolatedServer, isolatedServer } from '../../support/isolated-server.ts';
import { payloadOf } from '../../support/sync-world.ts';

let server: IsolatedServer | undefined;
afterAll(() => server?.stop());

async function started(...flags: string[]): Promise<IsolatedServer> {
  await server?.stop();
  server = await isolatedServer(...flags);
  for (const name of ['platform', 'team'])
    await server.api.request('POST', '/api/v1/namespaces', { metadata: { name } });
  const secret = {
    metadata: { name: 'regsecret' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': payloadOf('r.example') },
  };
  await server.api.request('POST', '/api/v1/namespaces/platform/secrets', secret);
  return server;
}

test('an API server without the kind: the error says from which version, and nothing is written', {
  timeout: 120_000,
}, async () => {
  const off = 'admissionregistration.k8s.io/v1/mutatingadmissionpolic';
  const { api, kubeconfig } = await started(
    `--runtime-config=${off}ies=false,${off}ybindings=false`,
    '--feature-gates=MutatingAdmissionPolicy=false',
  );
  const ran = await regsecretIn('platform', ['sync', '--to', 'team', '--admission'], { kubeconfig });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toBe(
    'error: --admission needs an API server of version 1.36 or later, with MutatingAdmissionPolicy\nhint: kubectl version\n',
  );
  expect((await api.request('GET', '/api/v1/namespaces/team/secrets')).body.items).toEqual([]);
});

const POD = { metadata: { generateName: 'pod-' }, spec: { containers: [{ name: 'app', image: 'r.example/app:1' }] } };
const LIST = [{ name: 'own' }];

/** How the create of a pod ends: the list that it has, or the failure. */
async function attempt(api: ApiClient, imagePullSecrets?: object[]): Promise<unknown> {
  const pod = { ...POD, spec: { ...POD.spec, ...(imagePullSecrets && { imagePullSecrets }) } };
  try {
    const { status, body } = await api.request('POST', '/api/v1/namespaces/team/pods?dryRun=All', pod);
    return status === 201 ? (body.spec.imagePullSecrets ?? []) : `${status} ${body.message}`;
  } catch (error) {
    return `${error}`;
  }
}

/** A policy with this mutation, in place of ours. */
async function withMutation(api: ApiClient, mutation: object): Promise<string> {
  const name = 'other-form';
  const spec = {
    failurePolicy: 'Ignore',
    reinvocationPolicy: 'Never',
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    mutations: [mutation],
  };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const policy = await api.request('POST', POLICIES, {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec,
  });
  const binding = {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name },
  };
  const bound = await api.request('POST', BINDINGS, binding);
  return policy.status === 201 && bound.status === 201 ? 'accepted' : `${policy.body.message}`;
}

const json = (path: string, value: string) => ({
  patchType: 'JSONPatch',
  jsonPatch: { expression: `[JSONPatch{op: 'add', path: '/spec/imagePullSecrets${path}', value: ${value}}]` },
});

test('why the value is a map: with a typed object in a list, each create of a pod fails, failurePolicy Ignore or not', {
  timeout: 120_000,
}, async () => {
  const { api } = await started();
  expect(await attempt(api)).toEqual([]);
  expect(await withMutation(api, json('', "[Object.spec.imagePullSecrets{name: 'pull'}]"))).toBe('accepted');
  const fails = async () => typeof (await attempt(api)) === 'string';
  await waitFor(fails, { what: 'the create of a pod to fail', deadlineMs: 20_000, everyMs: 100 });
  expect(`${await attempt(api)} ${await attempt(api, LIST)}`).not.toMatch(/pull/);
});

test('why it is a JSON patch: an apply configuration may not change an atomic list', { timeout: 120_000 }, async () => {
  const { api } = await started();
  const expression = "Object{spec: Object.spec{imagePullSecrets: [Object.spec.imagePullSecrets{name: 'pull'}]}}";
  const told = await withMutation(api, { patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
  expect(told).toBe('accepted');
  const stays = async () => JSON.stringify(await attempt(api, LIST));
  expect(await stays()).toBe(JSON.stringify(LIST));
});
