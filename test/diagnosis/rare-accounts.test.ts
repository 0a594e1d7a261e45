/** Pods that get their list from a service account. */
import { deployment, podWith, templateWith } from '../support/pull-facts.ts';
import {
  both,
  forbidden,
  good,
  jane,
  list,
  quay,
  refused,
  reportsAsEver,
  type Situation,
  wrong,
} from '../support/pull-situation.ts';

const accounts: readonly Situation[] = [
  ['the service account may not be read', templateWith(), { account: 'forbidden', says: both(forbidden) }],
  [
    'the service account may not be read, and the image is public',
    templateWith(),
    { account: 'forbidden', says: () => ({ kind: 'anonymous', why: 'empty', result: 'pulls' }) },
  ],
  [
    'the service account may not be read, and the pod has a list',
    templateWith({ list: list('regcred') }),
    { account: 'forbidden', secrets: { regcred: good }, says: jane },
  ],
  [
    'the service account may not be read, and the list is of no use',
    templateWith({ list: list('regcred') }),
    { account: 'forbidden', secrets: { regcred: wrong }, says: jane },
  ],
  [
    'a pod whose service account may not be read',
    podWith({ list: list('regcred') }),
    { account: 'forbidden', secrets: { regcred: good }, says: jane },
  ],
  [
    'a pod whose service account is gone',
    podWith({ list: list('regcred') }),
    { account: 'missing', secrets: { regcred: good }, says: jane },
  ],
  [
    'a pod with the list of its service account',
    podWith({ list: list('a', 'b') }),
    { account: list('a', 'b'), secrets: { a: good, b: quay }, says: jane },
  ],
  [
    'a pod with the same in another order',
    podWith({ list: list('b', 'a') }),
    { account: list('a', 'b'), secrets: { a: good, b: quay }, says: jane },
  ],
  [
    'a pod with more',
    podWith({ list: list('a', 'b') }),
    { account: list('a'), secrets: { a: good, b: quay }, says: jane },
  ],
  [
    'a pod whose template has its own imagePullSecrets',
    podWith({ list: list('a'), pod: { template: { name: 'deployment/web', list: list('a') } } }),
    { account: list('a'), secrets: { a: good }, says: jane },
  ],
  [
    'a pod whose template has an empty list',
    podWith({ list: list('a'), pod: { template: { name: 'deployment/web', list: [] } } }),
    { account: list('b'), secrets: { a: good }, says: jane },
  ],
  [
    'one name is allowed and one is not',
    templateWith({ list: list('a', 'b') }),
    { account: [{}, { name: 'a' }], enforced: true, secrets: { a: good, b: good }, says: jane },
  ],
  [
    'all names are allowed',
    templateWith({ list: list('a') }),
    { account: list('a'), enforced: true, secrets: { a: good }, says: jane },
  ],
  ['a pod that exists was allowed', podWith({ list: list('a') }), { enforced: true, secrets: { a: good }, says: jane }],
  [
    'a list of its own hides several, of which the second opens the image',
    templateWith({ list: list('a') }),
    { account: list('a', 'b', 'c'), secrets: { a: quay, b: wrong, c: good }, says: jane },
  ],
  [
    'attached to the service account in addition',
    podWith({ pod: { template: { name: 'deployment/web', list: [] } }, list: list('a'), remedy: deployment }),
    { account: list('a', 'b'), secrets: { a: quay, b: good }, says: jane },
  ],
  [
    'attached to the service account in another order',
    podWith({ pod: { template: { name: 'deployment/web', list: [] } }, list: list('a', 'b'), status: refused }),
    { account: list('b'), secrets: { a: wrong, b: good } },
  ],
];

reportsAsEver('service accounts', accounts);
