/** The work for a Secret of one megabyte grows in proportion to its contents. */
import { expect, test } from 'vitest';
import { diagnoseSecret } from '../../src/findings/diagnosed-secret.ts';
import { EXPIRES_AT } from '../../src/secret/expiry.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { growth, MAX_GROWTH } from '../support/growth.ts';
import { pullSecretOf } from '../support/secrets.ts';

/** A Secret with entries of about `length` characters; if `noted`, the annotation has an expiry for each. */
function secretOf(length: number, noted: boolean): Secret {
  const servers = Array.from({ length: length / 32 }, (_, index) => `r${index}.example.com`);
  const auths = Object.fromEntries(servers.map((server) => [server, { auth: 'YWRhOnA=' }]));
  const times = Object.fromEntries(servers.map((server) => [server, '2026-01-01T00:00:00Z']));
  const secret = pullSecretOf('a', JSON.stringify({ auths }));
  const annotations = noted ? { [EXPIRES_AT]: JSON.stringify(times) } : {};
  return { ...secret, metadata: { ...secret.metadata, annotations } };
}

test.each([
  ['entries', false],
  ['entries whose end is noted', true],
])('%s', { timeout: 60_000 }, (_, noted) => {
  const secrets = new Map<number, Secret>();
  const ofLength = (length: number): string => {
    secrets.set(length, secretOf(length, noted));
    return ' '.repeat(length);
  };
  const work = ({ length }: string): void => void diagnoseSecret(secrets.get(length) as Secret, 0);
  expect(growth(work, ofLength)).toBeLessThan(MAX_GROWTH);
});
