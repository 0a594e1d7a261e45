/** Keeps a diagnosed Secret in little memory until its data is read again. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { LARGE_TEXT } from '../../domain/go/json.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { LAST_APPLIED } from '../../domain/pull-secret/last-applied.ts';
import { collectGarbage } from '../../garbage.ts';

/** The Secret without the annotation of `kubectl apply`. Large values are compressed, and unpacked each time they are read. */
export function packedSecret(secret: Secret): Secret {
  return withPackedData(withoutApplied(secret));
}

function withoutApplied(secret: Secret): Secret {
  const { [LAST_APPLIED]: applied, ...annotations } = secret.metadata.annotations ?? {};
  return applied === undefined ? secret : { ...secret, metadata: { ...secret.metadata, annotations } };
}

function withPackedData(secret: Secret): Secret {
  const values = Object.entries(secret.data ?? {});
  if (values.every(([, { length }]) => length <= LARGE_TEXT)) return secret;
  const data = {};
  for (const [key, value] of values) {
    Object.defineProperty(data, key, {
      enumerable: true,
      get: value.length <= LARGE_TEXT ? () => value : packed(value),
    });
  }
  return { ...secret, data };
}

/** How many bytes may be unpacked before their garbage is collected. */
const GARBAGE_BYTES = 4 * 1024 * 1024;
let unpackedBytes = 0;

function packed(value: string): () => string {
  const bytes = deflateRawSync(Buffer.from(value, 'latin1'), { level: 1 });
  const { length } = value;
  return () => {
    unpackedBytes += length;
    if (unpackedBytes > GARBAGE_BYTES) {
      unpackedBytes = 0;
      collectGarbage();
    }
    return inflateRawSync(bytes).toString('latin1');
  };
}
