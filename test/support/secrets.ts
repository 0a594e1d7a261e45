/** Pull secrets with any content, valid or not. */
import { DATA_KEY, type PullSecretType, type Secret } from '../../src/secret/secret.ts';

/** A Secret of `type` with `payload` under its data key. */
export function pullSecretOf(
  name: string,
  payload: string | Uint8Array,
  type: PullSecretType = 'kubernetes.io/dockerconfigjson',
): Secret {
  const value = Buffer.from(payload).toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, data: { [DATA_KEY[type]]: value } };
}
