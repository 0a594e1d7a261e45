/** What the registry answers about a login and an image. */
import type { Verdict } from '../../../src/verify/verdict.ts';
import {
  all,
  attachOther,
  bare,
  create,
  judgements,
  jwt,
  noCredential,
  noTag,
  notFound,
  open,
  type Row,
} from '../../support/judgement-table.ts';
import { login, podWith, secretWith, templateWith } from '../../support/pull-facts.ts';
import { down, forbidden, good, jane, list, noAccess, rejected, wrong } from '../../support/pull-situation.ts';

const accepted: Verdict = { kind: 'accepted' };
const turnedAway: Verdict = { kind: 'anonymous', why: 'empty', result: 'fails', status: 403 };

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
    'the same of an image that runs without a list',
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
      fix: 'regsecret verify -n team-a --image acme/web --on-node=node-1',
      sufficient: false,
    },
  ],
  [
    'a registry that does not answer, and a template',
    templateWith({ list: list('regcred') }),
    { secrets: { regcred: good }, says: all(down) },
    {
      outcome: 'cannot know',
      cause: 'registry-unreachable',
      fix: 'regsecret verify regcred -n team-a --image ghcr.io/acme/web:v1 --on-node',
      sufficient: false,
    },
  ],
  [
    'the same of an image that runs',
    podWith({ status: 'runs', list: list('regcred') }),
    { secrets: { regcred: good }, says: all(down) },
    {
      outcome: 'cannot know',
      cause: 'registry-unreachable',
      fix: 'curl -sv https://ghcr.io/v2/',
      sufficient: false,
    },
  ],
  [
    'the same, and the Secret was changed since',
    podWith({ status: 'runs', list: list('regcred') }),
    {
      secrets: { regcred: { ...good, metadata: { creationTimestamp: '2026-11-25T11:59:30Z' } } },
      says: all(down),
    },
    {
      outcome: 'cannot know',
      cause: 'registry-unreachable',
      fix: 'regsecret verify regcred -n team-a --image ghcr.io/acme/web:v1 --on-node=node-1',
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

judgements('the registry', registries);
