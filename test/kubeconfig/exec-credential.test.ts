/** Errors about invalid output of a credential plugin never contain the output, which may have a token. */
import { describe, expect, test } from 'vitest';
import { readExecCredential } from '../../src/kubeconfig/exec-plugin.ts';
import { CANARY } from '../support/canary.ts';

const V1 = 'client.authentication.k8s.io/v1';
const exec = { command: 'p', args: [], env: [], apiVersion: V1, provideClusterInfo: false };
const credential = (apiVersion: unknown, more: object = {}): string =>
  JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token: CANARY }, ...more });

describe('a version that is not the one of the kubeconfig', () => {
  const of = (returned: string) => `exec plugin is configured to use API version ${V1}, plugin returned ${returned}`;
  test.each([
    ['client.authentication.k8s.io/v1beta1', of('version client.authentication.k8s.io/v1beta1')],
    ['client.authentication.k8s.io/v1alpha1', of('version client.authentication.k8s.io/v1alpha1')],
    ['client.authentication.k8s.io/v2', of('version client.authentication.k8s.io/v2')],
    [CANARY, of('another version')],
    [`${V1}/${CANARY}`, of('another version')],
    [`client.authentication.k8s.io/v${CANARY}`, of('another version')],
    [`${V1}\n${CANARY}`, of('another version')],
    ['', of('another version')],
    [undefined, of('another version')],
  ])('%j', async (version, message) => {
    await expect(readExecCredential(credential(version), exec)).rejects.toMatchObject({ message });
  });
});

test.each([
  ['a kind that is none', credential(V1, { kind: CANARY })],
  ['a status that is a text', credential(V1, { status: CANARY })],
  ['a token that is a list', credential(V1, { status: { token: [CANARY] } })],
  ['a time that is none', credential(V1, { status: { token: CANARY, expirationTimestamp: CANARY } })],
  ['a version that is a map', credential({ [CANARY]: CANARY })],
  ['no JSON', `${CANARY}: {`],
  ['a text', CANARY],
])('%s is not repeated', async (_, output) => {
  const said = await readExecCredential(output, exec).catch((error: Error) => error.message);
  expect(said).toEqual(expect.not.stringContaining(CANARY));
});
