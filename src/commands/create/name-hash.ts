/** The suffix of `--append-hash`. */
import { createHash } from 'node:crypto';
import { hashInput, hashSuffix } from '../../secret/build.ts';
import type { Secret } from '../../secret/secret.ts';

/** `secret` under the name that kubectl gives it with `--append-hash` (kubectl pkg/util/hash/hash.go `SecretHash`). */
export function withNameHash(secret: Secret): Secret {
  const digest = createHash('sha256').update(hashInput(secret)).digest('hex');
  return { ...secret, metadata: { ...secret.metadata, name: `${secret.metadata.name}-${hashSuffix(digest)}` } };
}
