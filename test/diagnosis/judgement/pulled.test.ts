/** Which login gets the image, and which problems are only noted because of that. */
import {
  all,
  judgements,
  jwt,
  noCredential,
  notFound,
  open,
  type Row,
  writtenAt,
} from '../../support/judgement-table.ts';
import { IMAGE, login, NOW, podWith, secretWith, templateWith } from '../../support/pull-facts.ts';
import { good, jane, list, quay, wrong } from '../../support/pull-situation.ts';

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

judgements('the image is pulled with', pulls);
