/** The rule of a kubelet for an image that is on its node, and what follows for a pod that runs there. */
import { describe, expect, test } from 'vitest';
import type { NodeFacts, Puller } from '../../src/diagnosis/facts.ts';
import { mustPull, type PullRecord, restartOf, type SecretLogin } from '../../src/diagnosis/present-image.ts';
import { finding } from '../../src/findings/finding.ts';
import { formatRestart } from '../../src/findings/node-restart.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { defaultVerification, type Verification, verificationIn } from '../../src/workloads/image-verification.ts';
import { factsOf, IMAGE, login, NOW, podWith, secretWith, type World } from '../support/pull-facts.ts';

const POLICIES = [
  'off',
  'NeverVerify',
  'NeverVerifyPreloadedImages',
  'NeverVerifyAllowlistedImages',
  'AlwaysVerify',
] as const;
const verification = (policy: Verification['policy'], allowlist: readonly string[] = []): Verification => ({
  policy,
  allowlist,
  by: 'kubelet',
});

const pulled: SecretLogin = { uid: '1', secret: 'team-a/regcred', login: 'jane' };

/** Of the policies in their order: `-` uses the image that is there, `p` pulls. */
test.each<[string, PullRecord, readonly SecretLogin[], pulls: string]>([
  ['the Secret that it was pulled with', [pulled], [pulled], '-----'],
  ['that Secret with a new password', [pulled], [{ ...pulled, login: 'new' }], '-----'],
  ['that Secret created again with the same login', [pulled], [{ ...pulled, uid: '2' }], '-----'],
  ['that Secret created again with another login', [pulled], [{ ...pulled, uid: '2', login: 'new' }], '--ppp'],
  ['an equal copy in another namespace', [pulled], [{ ...pulled, uid: '2', secret: 'team-b/regcred' }], '-----'],
  ['another login', [pulled], [{ uid: '3', secret: 'team-a/other', login: 'john' }], '--ppp'],
  ['another login and that Secret', [pulled], [{ uid: '3', secret: 'team-a/other', login: 'john' }, pulled], '-----'],
  ['no login', [pulled], [], '--ppp'],
  [
    'a login, where the one of the pull is not known',
    [{ ...pulled, login: undefined }],
    [{ ...pulled, uid: '2' }],
    '--ppp',
  ],
  ['no login, where no kubelet pulled it', 'preloaded', [], '---pp'],
  ['a login, where no kubelet pulled it', 'preloaded', [pulled], '---pp'],
  ['no login, where it was pulled without one', 'everyone', [], '-----'],
])('a pod with %s', (_, record, logins, expected) => {
  const rule = POLICIES.map((policy) => (mustPull(IMAGE, verification(policy), record, logins) ? 'p' : '-'));
  expect(rule.join('')).toBe(expected);
});

test.each<[pattern: string, image: string, isListed: boolean]>([
  ['ghcr.io/acme/web', 'ghcr.io/acme/web:v1', true],
  ['ghcr.io/acme/web', 'ghcr.io/acme/web:v1@sha256:0123', true],
  ['ghcr.io/acme/web', 'ghcr.io/acme/web2', false],
  ['ghcr.io/acme/*', 'ghcr.io/acme/a/b', true],
  ['ghcr.io/acme/*', 'ghcr.io/acme2/a', false],
  ['r:5000/*', 'r:5000/a', true],
])('allowlist %s: %s %s', (pattern, image, isListed) => {
  const rule = verification('NeverVerifyAllowlistedImages', ['x/y', pattern]);
  expect(mustPull(image, rule, 'preloaded', [])).toBe(!isListed);
});

test.each<[string, policy: string]>([
  ['v1.30.14', 'off'],
  ['v1.34.9+k3s1', 'off'],
  ['v1.35.0', 'NeverVerifyPreloadedImages'],
  ['v1.100.0', 'NeverVerifyPreloadedImages'],
  ['', 'NeverVerifyPreloadedImages'],
])('kubelet %s by default: %s', (version, policy) => {
  expect(defaultVerification(version)).toEqual({ policy, allowlist: [], by: 'default' });
});

describe('/configz', () => {
  const shared = { kind: 'KubeletConfiguration', syncFrequency: '1m0s' };
  test.each<[string, unknown, unknown]>([
    ['without a policy: the feature is off', { ...shared }, 'off'],
    ['with one', { ...shared, imagePullCredentialsVerificationPolicy: 'AlwaysVerify' }, 'AlwaysVerify'],
    [
      'with one that is not known yet',
      { ...shared, imagePullCredentialsVerificationPolicy: 'SometimesVerify' },
      undefined,
    ],
    ['that is something else', { apiVersion: 'v1' }, undefined],
    ['that is null', null, undefined],
  ])('%s', (_, kubeletconfig, policy) => {
    expect(verificationIn({ kubeletconfig })?.policy).toBe(policy);
  });

  test('with an allowlist', () => {
    const preloadedImagesVerificationAllowlist = ['a/*', 7];
    const policy = 'NeverVerifyAllowlistedImages';
    const kubeletconfig = {
      ...shared,
      imagePullCredentialsVerificationPolicy: policy,
      preloadedImagesVerificationAllowlist,
    };
    expect(verificationIn({ kubeletconfig })).toEqual({ policy, allowlist: ['a/*'], by: 'kubelet' });
  });
});

const STARTED = NOW - 60_000;
const before = '2026-11-01T00:00:00Z';
const after = new Date(NOW - 1000).toISOString();
const changed = { managedFields: [{ time: after }] };
const secret = (auths: Record<string, object>, created = before, more: object = {}): Secret =>
  secretWith(auths, { metadata: { uid: 'u', creationTimestamp: created, ...more } });
const good = { 'ghcr.io': login() };
const elsewhere = { 'quay.io': login() };

interface Runs {
  readonly secrets?: World['secrets'];
  readonly list?: readonly string[];
  readonly policy?: 'Always' | 'IfNotPresent';
  readonly node?: Partial<NodeFacts>;
  readonly startedAt?: number | undefined;
}

function resultOf({ secrets = {}, list = ['regcred'], policy = 'IfNotPresent', node = {}, ...rest }: Runs): string {
  const { startedAt = STARTED } = rest;
  const names = list.map((name) => ({ name }));
  const puller: Puller = podWith({ list: names, policy, status: 'runs', pod: { startedAt } });
  const facts = {
    ...factsOf({ secrets, nodeImages: [] }),
    nodes: new Map([['node-1', { exists: true, version: 'v1.36.3', images: [], ...node }]]),
  };
  const cause = finding('missing-secret', { kind: 'Secret', namespace: 'team-a', name: 'regcred' }, {});
  const [use] = puller.images;
  if (use === undefined) throw new Error('no image');
  const found = restartOf(puller, use, facts, cause);
  return found === undefined ? 'not known' : `${found.result} ${found.by}`;
}

/** The pod runs, and could not pull its image any more. */
test.each<[string, Runs, string]>([
  ['the same Secret', { secrets: { regcred: secret(good) } }, 'works default'],
  ['the same Secret with a new password', { secrets: { regcred: secret(good, before, changed) } }, 'works default'],
  ['its entry removed from the Secret', { secrets: { regcred: secret(elsewhere, before, changed) } }, 'fails default'],
  ['a Secret that never had an entry', { secrets: { regcred: secret(elsewhere) } }, 'works default'],
  ['the Secret created again', { secrets: { regcred: secret(good, after) } }, 'not known'],
  ['the Secret created again without the entry', { secrets: { regcred: secret(elsewhere, after) } }, 'fails default'],
  ['the Secret deleted', { secrets: { regcred: 'missing' } }, 'fails default'],
  ['the Secret deleted, on 1.34', { secrets: { regcred: 'missing' }, node: { version: 'v1.34.4' } }, 'works default'],
  [
    'the Secret deleted, and NeverVerify',
    { secrets: { regcred: 'missing' }, node: { verification: verification('NeverVerify') } },
    'works kubelet',
  ],
  [
    'the Secret deleted, and the image in the allowlist',
    {
      secrets: { regcred: 'missing' },
      node: { verification: verification('NeverVerifyAllowlistedImages', ['ghcr.io/acme/*']) },
    },
    'works kubelet',
  ],
  [
    'the Secret deleted, and 1.34 with the feature on',
    { secrets: { regcred: 'missing' }, node: { version: 'v1.34.4', verification: verification('AlwaysVerify') } },
    'fails kubelet',
  ],
  [
    'the Secret that cannot be decoded since',
    { secrets: { regcred: secret({ 'ghcr.io': { auth: '***' } }, after) } },
    'fails default',
  ],
  [
    'one Secret deleted, and another one',
    { secrets: { regcred: secret(good), gone: 'missing' }, list: ['gone', 'regcred'] },
    'not known',
  ],
  [
    'two Secrets, of which one has a new password',
    { secrets: { regcred: secret(good), two: secret(good, before, changed) }, list: ['two', 'regcred'] },
    'works default',
  ],
  ['a Secret that may not be read', { secrets: { regcred: 'forbidden' } }, 'not known'],
  ['a Secret that nobody has read', {}, 'not known'],
  ['a start at a time that is not known', { secrets: { regcred: secret(good) }, startedAt: 0 }, 'not known'],
  [
    'a change in the second of its start',
    { secrets: { regcred: secret(good, new Date(STARTED).toISOString()) } },
    'not known',
  ],
  ['Always', { secrets: { regcred: 'missing' }, policy: 'Always' }, 'not known'],
  ['a node that is gone', { secrets: { regcred: 'missing' }, node: { exists: false } }, 'not known'],
])('a restart with %s: %s', (_, runs, expected) => {
  expect(resultOf(runs)).toBe(expected);
});

test.each<[Verification['policy'], 'kubelet' | 'default', 'works' | 'fails', string]>([
  [
    'off',
    'default',
    'works',
    '; on node n it can restart: by default kubelet v1 lets every pod use an image that is there',
  ],
  [
    'NeverVerify',
    'kubelet',
    'works',
    '; on node n it can restart: kubelet v1 lets every pod use an image that is there',
  ],
  [
    'NeverVerifyPreloadedImages',
    'default',
    'works',
    '; on node n it can restart: by default kubelet v1 accepts the pull secret that the image was pulled with',
  ],
  [
    'NeverVerifyPreloadedImages',
    'default',
    'fails',
    '; on node n it cannot restart either: by default kubelet v1 requires a login for an image that was pulled with a pull secret',
  ],
  [
    'AlwaysVerify',
    'kubelet',
    'fails',
    '; on node n it cannot restart either: kubelet v1 requires a login for every image',
  ],
])('%s by %s: %s', (policy, by, result, expected) => {
  expect(formatRestart({ result, node: 'n', version: 'v1', policy, by })).toBe(expected);
});
