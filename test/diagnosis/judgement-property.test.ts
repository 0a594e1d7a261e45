/** With any Secrets, and any answers of registry and kubelet, a missing image has a cause, and its texts contain no secret. */
import { expect, test } from 'vitest';
import { formatFinding } from '../../src/findings/finding.ts';
import type { Secret } from '../../src/secret/secret.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';
import { shownHint } from '../support/hints.ts';
import { deployment, IMAGE, login, podWith, recreate, secretWith, settle, type World } from '../support/pull-facts.ts';

const NAMES = ['a', 'b', 'regcred'];
const USERS = ['janedoe', 'rex', ''];

const server = fc.constantFrom(
  'ghcr.io',
  'ghcr.io/acme',
  'https://ghcr.io/v1/',
  'https://ghcr.io/v1',
  'GHCR.io',
  'ghcr.io:443',
  '*.io',
  'quay.io',
  'https://index.docker.io/v1/',
  'docker.io',
  'http://u:pa55word@ghcr.io',
  'ghcr.io/acme/web:v1',
  '',
  '%',
);
const entry = fc.oneof(
  fc.constantFrom(...USERS).map((user) => login(user)),
  fc.constantFrom<object>(
    {},
    { identitytoken: 'pa55word' },
    { auth: 'notbase64!' },
    { password: 5 },
    login('rex', 'pa55word\n'),
  ),
);
const secret: fc.Arbitrary<Secret> = fc
  .tuple(
    fc.dictionary(server, entry, { maxKeys: 3 }),
    fc.constantFrom<object>(
      {},
      { type: 'Opaque' },
      { type: 'kubernetes.io/dockercfg' },
      { data: {} },
      { immutable: true },
    ),
  )
  .map(([auths, rest]) => secretWith(auths, rest));
const state = fc.oneof(
  secret,
  fc.constantFrom('missing' as const, 'forbidden' as const),
  fc.constant<{ elsewhere: string[] }>({ elsewhere: ['prod'] }),
);

const verdict = fc.constantFrom<Verdict>(
  { kind: 'accepted' },
  { kind: 'accepted', public: true },
  { kind: 'rejected', status: 401 },
  { kind: 'no access', repository: 'acme/web', status: 403 },
  { kind: 'not found', repository: 'acme/web', missing: 'tag' },
  { kind: 'anonymous', why: 'empty', result: 'pulls' },
  { kind: 'anonymous', why: 'empty', result: 'fails' },
  { kind: 'anonymous', why: 'same answer' },
  { kind: 'rate limited' },
  { kind: 'unreachable', cause: 'dns', reason: 'its name cannot be resolved' },
  { kind: 'not asked', reason: 'nobody' },
);

const status = fc.constantFrom(
  'no basic auth credentials',
  'failed to fetch anonymous token',
  'failed to fetch oauth token: 403 Forbidden',
  'HEAD request to https://ghcr.io/v2/x: 401 Unauthorized',
  'insufficient_scope: authorization failed',
  `${IMAGE}: not found`,
  '429 Too Many Requests',
  'no such host',
  'connection refused',
  'x509: unknown authority',
  '503 Service Unavailable',
  'no match for platform in manifest',
  'no space left on device',
  'pull QPS exceeded',
  'illegal base64 data at input byte 9',
  'is not present with pull policy of Never',
  "couldn't parse image name",
  'the moon is full',
  '',
);

const world: fc.Arbitrary<World> = fc.record(
  {
    secrets: fc.dictionary(fc.constantFrom(...NAMES), state, { maxKeys: 3 }),
    account: fc.oneof(
      fc.subarray(NAMES).map((names) => names.map((name) => ({ name }))),
      fc.constantFrom('forbidden' as const, 'missing' as const),
    ),
    enforced: fc.boolean(),
    others: fc.subarray(NAMES),
    nodeImages: fc.constantFrom([], [IMAGE]),
    says: fc.tuple(verdict, verdict, verdict).map(([jane, rex, nobody]) => (user: string | undefined) => {
      return user === 'janedoe' ? jane : user === 'rex' ? rex : nobody;
    }),
  },
  { requiredKeys: [] },
);

const puller = fc.record(
  {
    list: fc.array(fc.constantFrom<object>(...NAMES.map((name) => ({ name })), {}), { maxLength: 4 }),
    image: fc.constantFrom(IMAGE, 'acme/web', 'ghcr.io/Acme/web', ''),
    policy: fc.constantFrom('Always' as const, 'IfNotPresent' as const, 'Never' as const),
    status,
    remedy: fc.constantFrom(recreate, deployment),
  },
  { requiredKeys: ['status'] },
);

test('an image that is missing', () => {
  fc.assert(
    fc.property(puller, world, (options, facts) => {
      const { judgement, asked } = settle(podWith(options), facts);
      const { cause, fix, outcome } = judgement;
      if (cause === undefined || fix === undefined) throw new Error('nothing is wrong');
      const said = `${formatFinding(cause)}\n${shownHint(fix.command)}`;
      expect(said).not.toMatch(/undefined|\[object|pa55word/);
      expect(JSON.stringify(cause)).not.toContain('pa55word');
      // The registry is asked once with each login, and once without.
      expect(asked.length).toBeLessThanOrEqual(3 * NAMES.length + 1);
      if (cause.severity === 'error') expect(outcome).not.toBe('will pull');
      else expect(['retry-pending', 'pull-postponed', 'registry-unreachable', 'rate-limited']).toContain(cause.code);
    }),
    { numRuns: cases(500, 3000) },
  );
});

test('an image that is there, or has not been tried', () => {
  fc.assert(
    fc.property(puller, world, fc.boolean(), ({ status: _, ...options }, facts, runs) => {
      const { judgement } = settle(podWith({ ...options, ...(runs ? { status: 'runs' } : {}) }), facts);
      const { cause, outcome, attempt } = judgement;
      if (outcome === 'will not pull') expect(cause?.severity).toBe('error');
      if (outcome === 'will pull' && options.policy !== 'Never') expect(attempt.result).toBe('pulls');
      if (cause !== undefined) expect(formatFinding(cause)).not.toMatch(/undefined|pa55word/);
    }),
    { numRuns: cases(500, 3000) },
  );
});
