/** A large Secret takes little memory while nobody looks into it. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Secret } from '../../domain/keyring/secret.ts';

/** Characters of a value that is worth the work. */
const LARGE = 64 * 1024;

/** The same Secret, of which large values are unpacked whenever they are read. */
export function packedSecret(secret: Secret): Secret {
  const values = Object.entries(secret.data ?? {});
  if (values.every(([, { length }]) => length <= LARGE)) return secret;
  const data = {};
  for (const [key, value] of values) {
    Object.defineProperty(data, key, { enumerable: true, get: value.length <= LARGE ? () => value : packed(value) });
  }
  return { ...secret, data };
}

function packed(value: string): () => string {
  const bytes = deflateRawSync(Buffer.from(value, 'latin1'), { level: 1 });
  return () => inflateRawSync(bytes).toString('latin1');
}
