/** From facts to the one cause: each row is a situation, and what is said about it. */

import { describe, expect, test } from 'vitest';
import type { Puller } from '../../../src/domain/diagnosis/facts.ts';
import type { FindingCode } from '../../../src/domain/findings/finding.ts';
import { formatFinding } from '../../../src/domain/findings/messages.ts';
import type { Secret } from '../../../src/domain/keyring/secret.ts';
import type { Verdict } from '../../../src/domain/verify/verdict.ts';
import { shownHint } from '../../support/hints.ts';
import {
  deployment,
  IMAGE,
  login,
  NOW,
  podWith,
  secretWith,
  settle,
  templateWith,
  type World,
} from '../../support/pull-facts.ts';
import { outlineOfSituation } from '../../support/report-outline.ts';

const list = (...names: string[]): object[] => names.map((name) => ({ name }));
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const jwt = (seconds: number): string =>
  `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ exp: NOW / 1000 + seconds })).toString('base64url')}.`;

const accepted: Verdict = { kind: 'accepted' };
const rejected: Verdict = { kind: 'rejected', status: 401 };
const forbidden: Verdict = { kind: 'anonymous', why: 'empty', result: 'fails' };
const open: Verdict = { kind: 'anonymous', why: 'empty', result: 'pulls' };
const turnedAway: Verdict = { ...forbidden, status: 403 };
const noTag: Verdict = { kind: 'not found', repository: 'acme/web', missing: 'tag' };
const noAccess: Verdict = { kind: 'no access', repository: 'acme/web', status: 403 };
const down: Verdict = { kind: 'unreachable', cause: 'dns', reason: 'its name cannot be resolved' };

type Says = NonNullable<World['says']>;

/** Nobody gets it, janedoe does, everybody else is rejected. */
const jane: Says = (user) => (user === undefined ? forbidden : user === 'janedoe' ? accepted : rejected);
const all =
  (verdict: Verdict): Says =>
  () =>
    verdict;

const good = secretWith({ 'ghcr.io': login() });
const wrong = secretWith({ 'ghcr.io': login('rex') });
const quay = secretWith({ 'quay.io': login() });
const broken = secretWith({ 'ghcr.io': login(), 'r.io': { auth: 'notbase64!' } });

const writtenAt = (creationTimestamp: string): Secret =>
  secretWith({ 'ghcr.io': login() }, { metadata: { creationTimestamp } });

const noCredential = `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`;
const refused = `failed to resolve reference "${IMAGE}": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden`;
const notFound = `failed to resolve reference "${IMAGE}": ${IMAGE}: not found`;

interface Expected {
  readonly outcome: 'will pull' | 'will not pull' | 'cannot know';
  readonly cause?: FindingCode;
  readonly fix?: string;
  /** False where the command is only advice. */
  readonly sufficient?: boolean;
  readonly notes?: readonly FindingCode[];
  readonly asked?: readonly string[];
}

type Row = readonly [situation: string, puller: Puller, world: World, expected: Expected];

const create = 'regsecret create regcred -n team-a --server ghcr.io';
const bare = 'regsecret create -n team-a --server ghcr.io && regsecret attach regsecret -n team-a --pod web --recreate';
const attachOther = 'regsecret attach other -n team-a --pod web --recreate';

const pulls: readonly Row[] = [
  [
    'a good login',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will pull', asked: ['janedoe'] },
  ],
  [
    'a rejected login and a good one: lazily, in the order in which they are tried',
    podWith({ list: list('a', 'b') }),
    { secrets: { a: wrong, b: good }, says: jane },
    { outcome: 'will pull', notes: ['different-credentials'], asked: ['rex', 'janedoe'] },
  ],
  [
    'a good login and another, which nobody asks about',
    podWith({ list: list('b', 'a') }),
    { secrets: { a: wrong, b: good }, says: jane },
    { outcome: 'will pull', notes: ['different-credentials'], asked: ['janedoe'] },
  ],
  ['a public image and no Secret', podWith(), { says: all(open) }, { outcome: 'will pull', asked: ['anonymous'] }],
  [
    'a public image and a Secret for another registry',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: quay }, says: all(open) },
    { outcome: 'will pull' },
  ],
  [
    'a good login beside a Secret that is missing',
    podWith({ list: list('gone', 'regcred') }),
    { secrets: { gone: 'missing', regcred: good }, says: jane },
    { outcome: 'will pull', notes: ['missing-secret'] },
  ],
  [
    'a Secret named twice, and an entry without a name',
    podWith({ list: [{ name: 'regcred' }, {}, { name: 'regcred' }] }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will pull', notes: ['empty-name', 'duplicate-name'] },
  ],
  [
    'a login that ends in an hour',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': login('janedoe', jwt(3600)) }) }, says: jane },
    { outcome: 'will pull', notes: ['expires-soon'] },
  ],
  [
    'an empty entry for another registry, which is no matter here',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': login(), 'quay.io': {} }) }, says: jane },
    { outcome: 'will pull' },
  ],
  [
    'the list of the service account, for the pods of a template',
    templateWith(),
    { secrets: { regcred: good }, account: list('regcred'), says: jane },
    { outcome: 'will pull', asked: ['janedoe'] },
  ],
  [
    'a pull that was put off',
    podWith({ list: list('regcred'), status: 'pull QPS exceeded' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will pull', cause: 'pull-postponed', sufficient: false },
  ],
  [
    'a Secret that was fixed after the last attempt',
    podWith({
      list: list('regcred'),
      status: noCredential,
      pod: {
        events: [{ reason: 'Failed', message: `Failed to pull image "${IMAGE}": …`, count: 1, at: NOW - 60_000 }],
      },
    }),
    {
      secrets: {
        regcred: writtenAt('2026-11-25T11:59:30Z'),
      },
      says: jane,
    },
    { outcome: 'will pull', cause: 'retry-pending', sufficient: false },
  ],
  [
    'a Secret that was fixed after the pod was created, of whose attempts there are no events',
    podWith({ list: list('regcred'), status: noCredential }),
    { secrets: { regcred: writtenAt('2026-11-25T11:59:30Z') }, says: jane },
    { outcome: 'will pull', cause: 'retry-pending', sufficient: false },
  ],
  [
    'a Secret that was fixed in the second of the last attempt',
    podWith({
      list: list('regcred'),
      status: noCredential,
      pod: {
        events: [{ reason: 'Failed', message: `Failed to pull image "${IMAGE}": …`, count: 1, at: NOW - 30_000 }],
      },
    }),
    { secrets: { regcred: writtenAt('2026-11-25T11:59:30Z') }, says: jane },
    { outcome: 'will pull', cause: 'retry-pending', sufficient: false },
  ],
  [
    'a tag that was pushed after the last attempt',
    podWith({ list: list('regcred'), status: notFound }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will pull', cause: 'retry-pending', sufficient: false },
  ],
];

const lists: readonly Row[] = [
  ['no pull secret', podWith(), { says: jane }, { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare }],
  [
    'no pull secret, in a template',
    templateWith(),
    { says: jane },
    {
      outcome: 'will not pull',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n team-a --server ghcr.io --attach deployment/web',
    },
  ],
  [
    'no pull secret, and one in the namespace that opens the image',
    podWith(),
    { secrets: { bad: wrong, other: good }, others: ['bad', 'other'], says: jane },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: attachOther, asked: ['anonymous', 'rex', 'janedoe'] },
  ],
  [
    'no pull secret, and several in the namespace that open the image: the first',
    podWith(),
    { secrets: { other: good, second: good }, others: ['other', 'second'], says: jane },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: attachOther, asked: ['anonymous', 'janedoe'] },
  ],
  [
    'no pull secret, and the login in the namespace is told that there is no such image',
    podWith(),
    { secrets: { other: good }, others: ['other'], says: (user) => (user === undefined ? forbidden : noTag) },
    {
      outcome: 'will not pull',
      cause: 'no-pull-secret',
      fix: attachOther,
      asked: ['anonymous', 'janedoe'],
      sufficient: false,
    },
  ],
  [
    'attached to the service account after the pod was created',
    podWith({ status: noCredential }),
    { secrets: { regcred: good }, account: list('regcred'), says: jane },
    {
      outcome: 'will not pull',
      cause: 'attached-later',
      fix: 'regsecret attach regcred -n team-a --pod web --recreate',
    },
  ],
  [
    'attached to the service account after the pod of a Deployment was created',
    podWith({ remedy: deployment, pod: { template: { name: 'deployment/web', list: undefined } } }),
    { secrets: { regcred: good }, account: list('regcred'), says: jane },
    {
      outcome: 'will not pull',
      cause: 'attached-later',
      fix: 'kubectl rollout restart deployment/web -n team-a',
    },
  ],
  [
    'attached to the service account, and a roll-out is replacing the pod',
    podWith({
      remedy: deployment,
      pod: { template: { name: 'deployment/web', list: undefined, rollout: '1 of 2 pods are new' } },
    }),
    { secrets: { regcred: good }, account: list('regcred'), says: jane },
    {
      outcome: 'will not pull',
      cause: 'attached-later',
      sufficient: false,
      fix: 'kubectl rollout status deployment/web -n team-a',
    },
  ],
  [
    'attached to the template after the pod was created',
    podWith({
      remedy: { ...deployment, next: { step: 'delete pods', pods: ['web'] } },
      pod: { template: { name: 'statefulset/web', list: list('regcred') } },
    }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'outdated-pod', fix: 'kubectl delete pod web -n team-a' },
  ],
  [
    'attached to the template after the pod was created, and there is no such image',
    podWith({ remedy: deployment, pod: { template: { name: 'deployment/web', list: list('regcred') } } }),
    { secrets: { regcred: good }, says: (user) => (user === 'janedoe' ? noTag : forbidden) },
    {
      outcome: 'will not pull',
      cause: 'image-not-found',
      fix: 'kubectl set image deployment/web app=ghcr.io/acme/web:TAG -n team-a',
      sufficient: false,
    },
  ],
  [
    'attached to the template after the pod was created, and a new pod is refused, too',
    podWith({
      remedy: deployment,
      pod: { template: { name: 'deployment/web', list: list('regcred'), rollout: '1 pod is not ready' } },
    }),
    { secrets: { regcred: wrong, other: good }, others: ['other', 'regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'outdated-pod',
      fix: 'regsecret why deployment/web -n team-a',
      sufficient: false,
    },
  ],
  ...(
    [
      ['no list', undefined, undefined],
      ['a list whose Secret is missing', list('regcerd'), list('regcerd'), ['missing-secret']],
      ['a list whose Secret is missing, and the template has none any more', list('regcerd'), undefined],
      ['a list whose Secret has no login for it', list('quay'), list('quay')],
      ['no list, and the template has one now that does not open the old image', undefined, list('quay')],
    ] as const
  ).map(
    ([situation, own, now, notes = []]): Row => [
      `${situation}, and the template has another image now`,
      podWith({
        ...(own && { list: own }),
        status: noCredential,
        remedy: deployment,
        pod: { template: { name: 'deployment/web', list: now, changed: ['app'], rollout: '1 pod is not ready' } },
      }),
      { secrets: { regcerd: 'missing', quay }, nodeImages: [IMAGE], says: jane },
      {
        outcome: 'will not pull',
        cause: 'outdated-pod',
        fix: 'kubectl rollout status deployment/web -n team-a',
        sufficient: false,
        notes,
      },
    ],
  ),
  [
    'a Secret that is missing, and the template has no list any more, nor has the service account',
    podWith({
      list: list('regcerd'),
      remedy: deployment,
      pod: { template: { name: 'deployment/web', list: undefined } },
    }),
    { secrets: { regcerd: 'missing', regcred: good }, others: ['regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'outdated-pod',
      fix: 'regsecret why deployment/web -n team-a',
      sufficient: false,
    },
  ],
  [
    'a login that is refused, and the template has another one now that is refused, too',
    podWith({
      list: list('old'),
      remedy: deployment,
      pod: { template: { name: 'deployment/web', list: list('regcred') } },
    }),
    { secrets: { old: wrong, regcred: wrong }, says: jane },
    { outcome: 'will not pull', cause: 'credential-rejected' },
  ],
  [
    'attached later, and of no use either',
    podWith(),
    { secrets: { regcred: wrong }, account: list('regcred'), says: jane },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare },
  ],
  [
    'a list of its own hides that of the service account',
    templateWith({ list: list('mine') }),
    { secrets: { mine: quay, regcred: good }, account: list('regcred'), says: jane },
    {
      outcome: 'will not pull',
      cause: 'own-list',
      fix: 'regsecret attach regcred -n team-a --to deployment/web',
    },
  ],
  [
    'an entry without a name hides the list of the service account',
    templateWith({ list: [{}] }),
    { secrets: { regcred: good }, account: list('regcred'), says: jane },
    {
      outcome: 'will not pull',
      cause: 'empty-name',
      fix: 'regsecret attach regcred -n team-a --to deployment/web',
    },
  ],
  [
    'a Secret that the service account does not allow',
    templateWith({ list: list('regcred') }),
    { secrets: { regcred: good }, enforced: true, says: jane },
    {
      outcome: 'will not pull',
      cause: 'not-mountable',
      fix: 'regsecret attach regcred -n team-a --serviceaccount default',
    },
  ],
  [
    'no pull secret, in a template whose service account allows only what is in its list',
    templateWith(),
    { secrets: { other: good }, others: ['other'], enforced: true, says: jane },
    {
      outcome: 'will not pull',
      cause: 'no-pull-secret',
      fix: 'regsecret attach other -n team-a --serviceaccount default --to deployment/web',
    },
  ],
  [
    'no pull secret, for a pod whose service account allows only what is in its list: it comes first',
    podWith(),
    { secrets: { other: good }, others: ['other'], enforced: true, says: jane },
    {
      outcome: 'will not pull',
      cause: 'no-pull-secret',
      fix: 'regsecret attach other -n team-a --serviceaccount default && regsecret attach other -n team-a --pod web --recreate',
    },
  ],
  [
    'a service account that does not exist',
    templateWith({ list: list('regcred') }),
    { secrets: { regcred: good }, account: 'missing', says: jane },
    { outcome: 'will not pull', cause: 'missing-account', fix: 'kubectl create serviceaccount default -n team-a' },
  ],
];

const secrets: readonly Row[] = [
  [
    'a Secret that is missing',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: 'missing' }, says: jane },
    { outcome: 'will not pull', cause: 'missing-secret', fix: create },
  ],
  [
    'a Secret that is nearly called so and opens the image',
    podWith({ list: list('regcerd') }),
    { secrets: { regcerd: 'missing', regcred: good }, others: ['regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --pod web --recreate && regsecret detach regcerd -n team-a --pod web --recreate',
    },
  ],
  [
    'a Secret that is nearly called so and opens the image, and the list is that of the service account',
    {
      ...podWith({
        list: list('regcerd'),
        remedy: deployment,
        pod: { template: { name: 'deployment/web', list: undefined } },
      }),
      count: 2,
      names: ['web', 'web-2'],
    },
    { secrets: { regcerd: 'missing', regcred: good }, account: list('regcerd'), others: ['regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --serviceaccount default && regsecret detach regcerd -n team-a --serviceaccount default && kubectl delete pod web web-2 -n team-a',
    },
  ],
  [
    'a Secret that is nearly called so, whose login is told that there is no such image, and one in another namespace',
    podWith({ list: list('regcerd') }),
    {
      secrets: { regcerd: { elsewhere: ['prod'] }, regcred: good },
      others: ['regcred'],
      says: (user) => (user === undefined ? forbidden : noTag),
    },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --pod web --recreate && regsecret detach regcerd -n team-a --pod web --recreate',
      sufficient: false,
    },
  ],
  [
    'a Secret of another name that opens the image, and one of that name in another namespace',
    podWith({ list: list('old') }),
    { secrets: { old: { elsewhere: ['prod'] }, regcred: good }, others: ['regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --pod web --recreate && regsecret detach old -n team-a --pod web --recreate',
    },
  ],
  [
    'a Secret that is in another namespace',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { elsewhere: ['prod'] } }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret create regcred -n team-a --server ghcr.io',
    },
  ],
  [
    'a Secret that is in other namespaces: their logins are tried nowhere, whatever they open',
    podWith({ list: list('regcred') }),
    {
      secrets: { regcred: { elsewhere: ['dev', 'prod'] } },
      beyond: { 'dev/regcred': quay, 'prod/regcred': good },
      says: jane,
    },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret create regcred -n team-a --server ghcr.io',
      asked: ['anonymous'],
    },
  ],
  [
    'a Secret of type Opaque',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...good, type: 'Opaque' } }, says: jane },
    { outcome: 'will not pull', cause: 'wrong-type', fix: `${create} --force` },
  ],
  [
    'a docker config in a Secret of the legacy type',
    podWith({ list: list('regcred') }),
    {
      secrets: {
        regcred: {
          ...good,
          type: 'kubernetes.io/dockercfg',
          data: { '.dockercfg': good.data?.['.dockerconfigjson'] ?? '' },
        },
      },
      says: jane,
    },
    { outcome: 'will not pull', cause: 'wrong-format', fix: create },
  ],
  [
    'nothing under the key',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...good, data: {} } }, says: jane },
    { outcome: 'will not pull', cause: 'no-payload', fix: create },
  ],
  [
    'a good Secret and one with an entry that cannot be decoded',
    podWith({ list: list('a', 'regcred') }),
    { secrets: { a: good, regcred: broken }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'unreadable-entry',
      fix: 'regsecret remove regcred -n team-a --server r.io',
      asked: [],
    },
  ],
  [
    'a good entry and one under the same key that cannot be decoded, which is no other login',
    podWith({ list: list('a', 'regcred') }),
    { secrets: { a: good, regcred: secretWith({ 'ghcr.io': { auth: 'notbase64!' } }) }, says: jane },
    { outcome: 'will not pull', cause: 'unreadable-entry', fix: create, notes: [] },
  ],
  [
    'no JSON',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...good, data: { '.dockerconfigjson': base64('x') } } }, says: jane },
    { outcome: 'will not pull', cause: 'unreadable-payload', fix: `${create} --replace` },
  ],
  [
    'an immutable Secret with a wrong password',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...wrong, immutable: true } }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'credential-rejected',
      fix: 'regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate',
    },
  ],
  [
    'an immutable Secret with a wrong password and a login for another registry, which pods keep',
    podWith({ list: list('regcred') }),
    {
      secrets: { regcred: secretWith({ 'ghcr.io': login('rex'), 'quay.io': login() }, { immutable: true }) },
      says: jane,
    },
    {
      outcome: 'will not pull',
      cause: 'credential-rejected',
      fix: `kubectl get secret regcred -n team-a -o go-template='{{index .data ".dockerconfigjson" | base64decode}}' | regsecret create regcred-2 -n team-a --from-file - && regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate`,
    },
  ],
  [
    'an immutable Secret with a wrong password, where the next two names are taken',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...wrong, immutable: true }, 'regcred-2': wrong, 'regcred-3': wrong }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'credential-rejected',
      fix: 'regsecret create regcred-4 -n team-a --server ghcr.io && regsecret attach regcred-4 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate',
    },
  ],
  [
    'an immutable Secret without an entry for the image',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'quay.io': login() }, { immutable: true }) }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'no-entry',
      fix: `kubectl get secret regcred -n team-a -o go-template='{{index .data ".dockerconfigjson" | base64decode}}' | regsecret create regcred-2 -n team-a --from-file - && regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate`,
    },
  ],
  [
    'the logins are in a credential store',
    podWith({ list: list('regcred') }),
    {
      secrets: { regcred: { ...good, data: { '.dockerconfigjson': base64('{"auths":{},"credsStore":"desktop"}') } } },
      says: jane,
    },
    { outcome: 'will not pull', cause: 'credential-store', fix: create },
  ],
  [
    'an empty entry, which is the mark of a credential store',
    podWith({ list: list('regcred') }),
    {
      secrets: {
        regcred: {
          ...good,
          data: { '.dockerconfigjson': base64('{"auths":{"ghcr.io":{}},"credsStore":"desktop"}') },
        },
      },
      says: jane,
    },
    { outcome: 'will not pull', cause: 'credential-store', fix: create },
  ],
  [
    'no entries',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({}) }, says: jane },
    { outcome: 'will not pull', cause: 'no-login', fix: create },
  ],
  [
    'an empty entry',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': {}, 'quay.io': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'empty-entry', fix: create, asked: ['anonymous'] },
  ],
  [
    'an identity token',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': { identitytoken: 't' } }) }, says: jane },
    { outcome: 'will not pull', cause: 'identity-token', fix: create },
  ],
  [
    'a user name without a password',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': { auth: base64('janedoe:') } }) }, says: jane },
    { outcome: 'will not pull', cause: 'incomplete-entry', fix: create },
  ],
];

const servers: readonly Row[] = [
  [
    'entries for other registries',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: quay }, says: jane },
    { outcome: 'will not pull', cause: 'no-entry', fix: create },
  ],
  [
    'entries for other registries, and a Secret of the namespace that opens the image',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: quay, other: good }, others: ['regcred', 'other'], says: jane },
    { outcome: 'will not pull', cause: 'no-entry', fix: attachOther },
  ],
  [
    'a key with a tag',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io/acme/web:v1': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'opens-nothing', fix: create },
  ],
  [
    'a key in capitals',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'GHCR.io': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'unusual-server', fix: create },
  ],
  [
    'the host of the API of Docker Hub',
    podWith({ list: list('regcred'), image: 'acme/web' }),
    { secrets: { regcred: secretWith({ 'registry-1.docker.io': login() }) }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'unusual-server',
      fix: 'regsecret create regcred -n team-a --server docker.io',
    },
  ],
  [
    'a key with the port that an image without one does not have',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io:443': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'other-images', fix: create },
  ],
  [
    'a key without the port',
    podWith({ list: list('regcred'), image: 'r.example:5000/app:v1' }),
    { secrets: { regcred: secretWith({ 'r.example': login() }) }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'other-images',
      fix: 'regsecret create regcred -n team-a --server r.example:5000',
    },
  ],
  [
    'a key with the path of others',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io/other/': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'other-images', fix: create },
  ],
  [
    'an entry of Docker Hub that another key keeps away, in another Secret',
    podWith({ list: list('regcred', 'b'), image: 'acme/web' }),
    {
      secrets: {
        regcred: secretWith({ 'https://index.docker.io/v1/': login() }),
        b: secretWith({ 'docker.io/acme': login('rex') }),
      },
      says: jane,
    },
    {
      outcome: 'will not pull',
      cause: 'shadowed-entry',
      fix: 'regsecret create b -n team-a --server docker.io/acme',
    },
  ],
];

const registries: readonly Row[] = [
  [
    'a wrong password',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: wrong }, says: jane },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create, asked: ['rex', 'anonymous'] },
  ],
  [
    'a password that has ended',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': login('rex', jwt(-60)) }) }, says: jane },
    { outcome: 'will not pull', cause: 'expired', fix: create },
  ],
  [
    'a newline behind the password',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': login('rex', 'p\n') }) }, says: jane },
    { outcome: 'will not pull', cause: 'white-space', fix: create },
  ],
  [
    'a password that was changed beside auth',
    podWith({ list: list('regcred') }),
    {
      secrets: { regcred: secretWith({ 'ghcr.io': { ...login('rex'), username: 'rex', password: 'new' } }) },
      says: jane,
    },
    { outcome: 'will not pull', cause: 'ignored-login', fix: create },
  ],
  [
    'a good login without access',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: good }, says: (user) => (user === undefined ? forbidden : noAccess) },
    { outcome: 'will not pull', cause: 'no-access', fix: create },
  ],
  [
    'a tag that is not there',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: good }, says: (user) => (user === undefined ? forbidden : noTag) },
    {
      outcome: 'will not pull',
      cause: 'image-not-found',
      fix: 'kubectl set image pod/web app=ghcr.io/acme/web:TAG -n team-a',
      sufficient: false,
    },
  ],
  [
    'a repository that is not there for nobody, and a Secret of the namespace that opens it',
    podWith({ status: notFound }),
    {
      secrets: { other: good },
      others: ['other'],
      says: (user) => (user === 'janedoe' ? accepted : { kind: 'not found', repository: 'acme/web' }),
    },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: attachOther, asked: ['anonymous', 'janedoe'] },
  ],
  [
    'a public image, and a login that is rejected',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: wrong }, says: (user) => (user === undefined ? open : rejected) },
    { outcome: 'will not pull', cause: 'public-image-refused', fix: create },
  ],
  [
    'a registry that does not answer',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: good }, says: all(down) },
    { outcome: 'cannot know', cause: 'registry-unreachable', sufficient: false },
  ],
  [
    'a registry that refuses this machine before it asks for a login',
    podWith(),
    { secrets: { other: good }, others: ['other'], says: all(turnedAway) },
    { outcome: 'cannot know', cause: 'registry-unreachable', sufficient: false, asked: ['anonymous'] },
  ],
  [
    'the same, with a login',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: good }, says: all(turnedAway) },
    { outcome: 'cannot know', cause: 'registry-unreachable', sufficient: false },
  ],
  [
    'the same of an image that runs',
    podWith({ status: 'runs' }),
    { says: all(turnedAway) },
    { outcome: 'cannot know', cause: 'registry-unreachable', sufficient: false },
  ],
  [
    'the same, and it refuses the node, too',
    podWith({
      status: 'unexpected status from HEAD request to https://ghcr.io/v2/acme/web/manifests/v1: 403 Forbidden',
    }),
    { says: all(turnedAway) },
    { outcome: 'cannot know', cause: 'registry-unreachable', sufficient: false },
  ],
  [
    'the same, and it asks the node for a login',
    podWith({ status: noCredential }),
    { says: all(turnedAway) },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare },
  ],
  [
    'Docker Hub, which does not answer',
    podWith({ image: 'acme/web' }),
    { says: all(down) },
    {
      outcome: 'cannot know',
      cause: 'registry-unreachable',
      fix: 'curl -sv https://registry-1.docker.io/v2/',
      sufficient: false,
    },
  ],
  [
    'a registry that limits the rate',
    podWith(),
    { says: all({ kind: 'rate limited' }) },
    { outcome: 'cannot know', cause: 'rate-limited', sufficient: false },
  ],
  [
    'no image',
    podWith({ image: 'ghcr.io/Acme/web' }),
    { says: jane },
    { outcome: 'will not pull', cause: 'invalid-image', sufficient: false, asked: [] },
  ],
];

const kubelet: readonly Row[] = [
  [
    'says that no credential was sent',
    podWith({ status: noCredential }),
    {},
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare },
  ],
  [
    'says that no credential was sent, and there is a Secret for the image, which nobody has tried',
    podWith({ status: noCredential }),
    { secrets: { other: good }, others: ['other'] },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: attachOther, sufficient: false },
  ],
  [
    'says that the login was refused',
    podWith({ list: list('regcred'), status: refused }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create },
  ],
  [
    'says that the login was refused, which is as old as the pod, and there are no events yet',
    podWith({ list: list('regcred'), status: refused }),
    { secrets: { regcred: writtenAt('2026-11-25T11:59:01Z') }, says: all(down) },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create },
  ],
  [
    'says once that two logins were refused',
    podWith({ list: list('a', 'b'), status: refused }),
    { secrets: { a: wrong, b: good } },
    { outcome: 'will not pull', cause: 'credential-rejected', notes: ['different-credentials'] },
  ],
  [
    'says different things of two logins, and not which',
    podWith({ list: list('a', 'b'), status: `[${refused}, ${noCredential}]` }),
    { secrets: { a: wrong, b: good } },
    { outcome: 'cannot know', cause: 'unexplained', sufficient: false, notes: ['different-credentials'] },
  ],
  [
    'says that there is no such image to nobody, and no registry is asked',
    podWith({ status: notFound }),
    { secrets: { other: good }, others: ['other'] },
    { outcome: 'will not pull', cause: 'image-not-found', sufficient: false },
  ],
  [
    'could not decode a Secret that was fixed in the second of the last attempt',
    podWith({
      list: list('regcred'),
      reason: 'illegal base64 data at input byte 9',
      status: 'illegal base64 data at input byte 9',
      pod: { events: [{ reason: 'Failed', message: 'Error: illegal base64 data …', count: 1, at: NOW - 30_000 }] },
    }),
    { secrets: { regcred: writtenAt('2026-11-25T11:59:30Z') } },
    { outcome: 'cannot know', cause: 'retry-pending', sufficient: false },
  ],
  [
    'says that the login may not pull this',
    podWith({ list: list('regcred'), status: 'server message: insufficient_scope: authorization failed' }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'no-access', fix: create },
  ],
  [
    'got 403, which what is no registry may answer, too',
    podWith({
      list: list('regcred'),
      status: 'unexpected status from HEAD request to https://ghcr.io/v2/acme/web/manifests/v1: 403 Forbidden',
    }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'no-access', fix: create },
  ],
  [
    'says that the image is not there',
    podWith({ list: list('regcred'), status: notFound }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'image-not-found', sufficient: false },
  ],
  [
    'limits the rate',
    podWith({
      status: '429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit',
    }),
    {},
    { outcome: 'will not pull', cause: 'rate-limited', sufficient: false },
  ],
  [
    'cannot resolve the name of the registry',
    podWith({ status: 'dial tcp: lookup ghcr.io: no such host' }),
    { says: jane },
    { outcome: 'will not pull', cause: 'node-cannot-reach', sufficient: false },
  ],
  [
    'does not trust the registry',
    podWith({ status: 'tls: failed to verify certificate: x509: certificate signed by unknown authority' }),
    { says: jane },
    { outcome: 'will not pull', cause: 'node-cannot-reach', sufficient: false },
  ],
  [
    'gets an error of the registry',
    podWith({ list: list('regcred'), status: 'unexpected status from HEAD request to x: 503 Service Unavailable' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'node-cannot-reach', sufficient: false },
  ],
  [
    'has another platform than the image',
    podWith({ list: list('regcred'), status: 'no match for platform in manifest: not found' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'wrong-platform', sufficient: false },
  ],
  [
    'has no room',
    podWith({ list: list('regcred'), status: 'failed to copy: write /var/lib/x: no space left on device' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'disk-full', sufficient: false },
  ],
  [
    'may not pull, and does not have the image',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { says: jane },
    { outcome: 'will not pull', cause: 'never-pulled', sufficient: false, asked: [] },
  ],
  [
    'may not pull, and has no login for when it may',
    podWith({
      list: list('quay'),
      policy: 'Never',
      reason: 'ErrImageNeverPull',
      status: 'is not present with pull policy of Never',
    }),
    { secrets: { quay }, says: jane },
    { outcome: 'will not pull', cause: 'never-pulled', sufficient: false, notes: ['no-entry'], asked: [] },
  ],
  [
    'may not pull, and has the image for others, whose login nobody knows',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { nodeImages: [IMAGE], says: jane },
    { outcome: 'will not pull', cause: 'unverified-image', fix: bare, sufficient: false },
  ],
  [
    'may not pull, and has the image for others, and there is a Secret for it',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { nodeImages: [IMAGE], secrets: { other: good }, others: ['other'], says: jane },
    { outcome: 'will not pull', cause: 'unverified-image', fix: attachOther, asked: [] },
  ],
  [
    'has the image for others, and pulls again in vain',
    podWith({ policy: 'IfNotPresent', status: noCredential }),
    { nodeImages: [IMAGE], says: jane },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare, notes: [] },
  ],
  [
    'has the image for others, and its own login is rejected',
    podWith({ policy: 'IfNotPresent', list: list('regcred'), status: refused }),
    { nodeImages: [IMAGE], secrets: { regcred: wrong }, says: jane },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create, notes: [] },
  ],
  [
    'has the image for others, and a good login beside a Secret that cannot be decoded',
    podWith({ policy: 'IfNotPresent', list: list('a', 'regcred'), status: noCredential }),
    { nodeImages: [IMAGE], secrets: { a: broken, regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'unreadable-entry', notes: [] },
  ],
  [
    'had the image, and its kubelet is too old to keep it for some',
    podWith({ policy: 'IfNotPresent', status: noCredential }),
    { nodeImages: [IMAGE], nodeVersion: 'v1.32.9', says: jane },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare, notes: [] },
  ],
  [
    'may not pull, had the image, and its kubelet is too old to keep it for some',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { nodeImages: [IMAGE], nodeVersion: 'v1.30.14', says: jane },
    { outcome: 'will not pull', cause: 'never-pulled', sufficient: false, asked: [] },
  ],
  [
    'cannot decode a Secret that may not be read from here',
    podWith({
      list: list('a', 'b'),
      reason: 'illegal base64 data at input byte 9',
      status: 'illegal base64 data at input byte 9',
    }),
    { secrets: { a: 'forbidden', b: 'forbidden' }, says: jane },
    { outcome: 'will not pull', cause: 'undecodable-list', sufficient: false },
  ],
  [
    'sent no credential, and the Secrets may not be read from here',
    podWith({ list: list('a'), status: noCredential }),
    { secrets: { a: 'forbidden' }, says: jane },
    { outcome: 'will not pull', cause: 'unread-secrets', sufficient: false },
  ],
  [
    'is refused what is accepted from here',
    podWith({ list: list('regcred'), status: refused }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'cannot know', cause: 'unexplained', sufficient: false },
  ],
  [
    'says something that we do not know',
    podWith({ list: list('regcred'), status: 'the moon is full' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'cannot know', cause: 'unexplained', sufficient: false },
  ],
];

const running: readonly Row[] = [
  [
    'with a good login',
    podWith({ list: list('regcred'), status: 'runs' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will pull' },
  ],
  [
    'although its Secret is gone',
    podWith({ list: list('regcred'), status: 'runs' }),
    { secrets: { regcred: 'missing' }, says: jane },
    { outcome: 'will not pull', cause: 'missing-secret', fix: create },
  ],
  [
    'although its login is rejected now',
    podWith({ list: list('regcred'), status: 'runs' }),
    { secrets: { regcred: wrong }, says: jane },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create },
  ],
  [
    'although nothing that is seen opens its image',
    podWith({ status: 'runs' }),
    { says: jane },
    { outcome: 'cannot know', cause: 'unseen-credential', sufficient: false },
  ],
  [
    'and was never to be pulled',
    podWith({ status: 'runs', policy: 'Never' }),
    { says: jane },
    { outcome: 'will pull', asked: [] },
  ],
  [
    'and nobody is asked',
    podWith({ status: 'runs', list: list('regcred') }),
    { secrets: { regcred: good } },
    { outcome: 'cannot know' },
  ],
  [
    'no more: a pod that is done pulls nothing',
    podWith({ list: list('regcred'), pod: { done: true } }),
    { secrets: { regcred: wrong }, says: jane },
    { outcome: 'cannot know', asked: [] },
  ],
];

describe.each([
  ['the image is pulled with', pulls],
  ['the list', lists],
  ['the Secret', secrets],
  ['the server', servers],
  ['the registry', registries],
  ['the kubelet', kubelet],
  ['it runs', running],
])('%s', (title, rows) => {
  test('the whole reports', async () => {
    const outlines = rows.map(([situation, puller, world]) => outlineOfSituation(situation, puller, world));
    await expect(outlines.join('\n')).toMatchFileSnapshot(`reports/${title.replaceAll(' ', '-')}.txt`);
  });

  test.each(rows)('%s', (_situation, puller, world, expected) => {
    const { judgement, notes, asked } = settle(puller, world);
    const { outcome, cause, fix } = judgement;
    expect({ outcome, cause: cause?.code, notes }).toEqual({
      outcome: expected.outcome,
      cause: expected.cause,
      notes: expected.notes ?? [],
    });
    if (expected.fix !== undefined) expect(shownHint(fix?.command)).toBe(expected.fix);
    if (cause !== undefined) expect(fix).toMatchObject({ sufficient: expected.sufficient ?? true });
    if (expected.asked !== undefined) expect(asked).toEqual(expected.asked);
    if (cause !== undefined) {
      expect(formatFinding(cause)).not.toMatch(/undefined|\.$|pa55word/);
      expect(JSON.stringify(cause)).not.toContain('pa55word');
    }
  });
});
