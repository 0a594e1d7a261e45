/** No pull secret, one that was attached after the pod was created, and a list that hides another. */
import type { Puller } from '../../../src/diagnosis/facts.ts';
import {
  all,
  attachOther,
  bare,
  judgements,
  noCredential,
  noTag,
  open,
  type Row,
} from '../../support/judgement-table.ts';
import { deployment, IMAGE, podWith, templateWith } from '../../support/pull-facts.ts';
import { both, forbidden, good, jane, list, quay, wrong } from '../../support/pull-situation.ts';

const newAccount = 'kubectl create serviceaccount default -n team-a';
/** For an image that is only named on the command line, so no pod uses it. */
const account = { ...templateWith(), ref: { kind: 'ServiceAccount', namespace: 'team-a', name: 'default' } } as const;
const typed: Puller = { ...account, images: account.images.map((use) => ({ ...use, containers: [''] })) };

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
    'attached to the service account after the pod was created, and a new pod of the template is refused, too',
    podWith({ remedy: deployment, pod: { template: { name: 'deployment/web', list: undefined } } }),
    { secrets: { regcred: wrong }, account: list('regcred'), says: jane },
    {
      outcome: 'will not pull',
      cause: 'outdated-pod',
      fix: 'regsecret why deployment/web -n team-a',
      sufficient: false,
    },
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
    'a tag that does not exist, which only a Secret is told that is not in the list: the image is one that was typed',
    typed,
    { secrets: { other: good }, others: ['other'], says: both(noTag) },
    { outcome: 'will not pull', cause: 'image-not-found', sufficient: false },
  ],
  [
    'a tag that one Secret is told does not exist, and another one opens the image',
    typed,
    {
      secrets: { rex: wrong, other: good },
      others: ['rex', 'other'],
      says: (user) => (user === 'rex' ? noTag : jane(user, undefined as never)),
    },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: 'regsecret attach other -n team-a --to deployment/web' },
  ],
  [
    'a service account that does not exist',
    templateWith({ list: list('regcred') }),
    { secrets: { regcred: good }, account: 'missing', says: jane },
    { outcome: 'will not pull', cause: 'missing-account', fix: newAccount },
  ],
  [
    'a service account that does not exist, and the image is public',
    templateWith(),
    { secrets: { other: good }, account: 'missing', others: ['other'], says: all(open) },
    { outcome: 'will not pull', cause: 'missing-account', fix: newAccount },
  ],
  [
    'a service account that does not exist, and a Secret that opens the image',
    templateWith(),
    { secrets: { other: good }, account: 'missing', others: ['other'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-account',
      fix: `${newAccount} && regsecret attach other -n team-a --serviceaccount default`,
    },
  ],
  [
    'a service account that does not exist, and no Secret opens the image',
    templateWith(),
    { secrets: { other: wrong }, account: 'missing', others: ['other'], says: jane },
    { outcome: 'will not pull', cause: 'missing-account', fix: newAccount, sufficient: false },
  ],
  [
    'a service account that does not exist, and a list of its own that does not open the image',
    templateWith({ list: list('wrong') }),
    { secrets: { wrong, other: good }, account: 'missing', others: ['other'], says: jane },
    { outcome: 'will not pull', cause: 'missing-account', fix: newAccount, sufficient: false },
  ],
];

judgements('the list', lists);
