/** A Secret that was packed is unchanged after unpacking. */
import { expect, test } from 'vitest';
import { packedSecret } from '../../src/gather/collector.ts';
import { pullSecretOf } from '../support/secrets.ts';

test.each([
  ['a small one', 'x'],
  ['a large one', 'é{"auths":{}} '.repeat(20_000)],
])('%s', (_, payload) => {
  const secret = pullSecretOf('a', payload);
  const packed = packedSecret(secret);
  expect(packed).toEqual(secret);
  expect({ ...packed.data }).toEqual(secret.data);
});

test('what kubectl apply keeps beside it is not kept', () => {
  const secret = pullSecretOf('a', 'x');
  const applied = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  const annotations = { 'regsecret/source': 'a/b' };
  const packed = packedSecret({
    ...secret,
    metadata: { ...secret.metadata, annotations: { ...annotations, ...applied } },
  });
  expect(packed).toEqual({ ...secret, metadata: { ...secret.metadata, annotations } });
});
