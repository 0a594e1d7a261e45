/** Kubelet messages that only the state of the node explains, as containerd 2.2.9 and kubelet 1.36.3 wrote them. */
import { expect, test } from 'vitest';
import type { PodEvent, Puller } from '../../src/diagnosis/facts.ts';
import type { FindingOf } from '../../src/findings/finding.ts';
import { rfc3339 } from '../../src/text/time.ts';
import { IMAGE, login, NOW, podWith, secretWith, settle, type World } from '../support/pull-facts.ts';
import { good, jane, list, wrong } from '../support/pull-situation.ts';

const head =
  'failed to do request: Head "https://ghcr.io/v2/acme/web/manifests/v1": tls: failed to verify certificate: x509: ';
const expired = (now: number, relation: string): string =>
  `${head}certificate has expired or is not yet valid: current time ${rfc3339(now)} is ${relation} 2026-11-24T21:57:58Z`;
const YEAR = 365 * 24 * 3_600_000;
const mirrored = (status: string): string =>
  `failed to resolve image: unexpected status from HEAD request to http://127.0.0.1:5001/v2/acme/web/manifests/v1?ns=ghcr.io: ${status}`;
const failedAt = (ago: number, pulls: number): readonly PodEvent[] => [
  { reason: 'Pulling', message: `Pulling image "${IMAGE}"`, count: pulls, at: NOW - ago },
  { reason: 'Failed', message: `Failed to pull image "${IMAGE}": …`, count: pulls, at: NOW - ago },
];
const made = (at: number, fields: object = {}) =>
  secretWith({ 'ghcr.io': login() }, { metadata: { creationTimestamp: rfc3339(at) }, ...fields });
const unauthorized =
  'unexpected status from HEAD request to https://ghcr.io/v2/acme/web/manifests/v1: 401 Unauthorized';
const noCredential = 'no basic auth credentials';

/** The code of the cause, with the arguments that matter here, and the outcome. */
function causeOf(puller: Puller, world: World): string | undefined {
  const { judgement } = settle(puller, world);
  const { cause, outcome } = judgement;
  if (cause === undefined) return undefined;
  const { trouble, mirror } = (cause as FindingOf<'node-cannot-reach'>).arguments;
  return [cause.code, trouble, mirror, outcome].filter((word) => word !== undefined).join(', ');
}

const pod = (status: string, events: readonly PodEvent[] = []): Puller =>
  podWith({ list: list('regcred'), status, pod: { createdAt: NOW - 600_000, events } });

test.each<[situation: string, puller: Puller, world: World, cause: string]>([
  [
    'a certificate that is over',
    pod(expired(NOW, 'after')),
    { secrets: { regcred: good }, says: jane },
    'node-cannot-reach, dates, will not pull',
  ],
  [
    'a node whose clock is a year slow',
    pod(expired(NOW - YEAR, 'before')),
    { secrets: { regcred: good }, says: jane },
    'node-cannot-reach, clock, will not pull',
  ],
  [
    'a node whose clock is a year fast',
    pod(expired(NOW + YEAR, 'after')),
    { secrets: { regcred: good }, says: jane },
    'node-cannot-reach, clock, will not pull',
  ],
  [
    'a mirror that refuses what the registry gives',
    pod(mirrored('403 Forbidden')),
    { secrets: { regcred: good }, says: jane },
    'node-cannot-reach, mirror, 127.0.0.1:5001, will not pull',
  ],
  [
    'a mirror that refuses, and so does the registry',
    pod(mirrored('403 Forbidden')),
    { secrets: { regcred: wrong }, says: jane },
    'credential-rejected, will not pull',
  ],
  [
    'a mirror that is out of order',
    pod(mirrored('503 Service Unavailable')),
    { secrets: { regcred: good }, says: jane },
    'node-cannot-reach, out of order, 127.0.0.1:5001, will not pull',
  ],
  [
    'a Secret that came a moment after the first attempt',
    pod(noCredential, failedAt(2_000, 1)),
    { secrets: { regcred: made(NOW - 700_000) }, says: jane },
    'retry-pending, will pull',
  ],
  [
    'the same after the second attempt',
    pod(noCredential, failedAt(2_000, 2)),
    { secrets: { regcred: made(NOW - 700_000) }, says: jane },
    'unexplained, cannot know',
  ],
  [
    'an immutable Secret that was made again, before the next attempt',
    pod(unauthorized, failedAt(60_000, 2)),
    { secrets: { regcred: made(NOW - 30_000, { immutable: true }) }, says: jane },
    'stale-secret, cannot know',
  ],
  [
    'an immutable Secret that was made again, after the next attempt',
    pod(unauthorized, failedAt(2_000, 3)),
    { secrets: { regcred: made(NOW - 30_000, { immutable: true }) }, says: jane },
    'stale-secret, will not pull',
  ],
  [
    'an immutable Secret that was missing until now',
    pod(noCredential, failedAt(60_000, 2)),
    { secrets: { regcred: made(NOW - 30_000, { immutable: true }) }, says: jane },
    'retry-pending, will pull',
  ],
  [
    'a Secret that was made again and is not immutable',
    pod(unauthorized, failedAt(60_000, 2)),
    { secrets: { regcred: made(NOW - 30_000) }, says: jane },
    'retry-pending, will pull',
  ],
])('%s', (_, puller, world, cause) => {
  expect(causeOf(puller, world)).toBe(cause);
});

test('a pod without a Secret, for which its node has sent a login', () => {
  const alone = podWith({ status: unauthorized });
  expect(causeOf(alone, { says: jane })).toBe('node-login-refused, will not pull');
  expect(causeOf(alone, { says: () => ({ kind: 'anonymous', why: 'empty', result: 'pulls' }) })).toBe(
    'node-login-refused, will not pull',
  );
});
