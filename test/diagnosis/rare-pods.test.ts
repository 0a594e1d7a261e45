/** Pods that have no node, are being deleted, or are one of many. */
import { NOW, podWith } from '../support/pull-facts.ts';
import {
  both,
  good,
  jane,
  list,
  quay,
  refused,
  rejected,
  reportsAsEver,
  type Situation,
} from '../support/pull-situation.ts';

const pods: readonly Situation[] = [
  ['no node yet', podWith({ list: list('a'), pod: { node: '' } }), { secrets: { a: good }, says: jane }],
  ['about to go', podWith({ list: list('a'), pod: { deletedAt: NOW } }), { secrets: { a: good }, says: jane }],
  [
    'done and about to go',
    podWith({ list: list('a'), pod: { deletedAt: NOW, done: true } }),
    { secrets: { a: good }, says: jane },
  ],
  ['on a node that is there', podWith({ list: list('a') }), { secrets: { a: good }, nodeImages: [], says: jane }],
  [
    'one of many, with a login that fits: nobody is asked',
    { ...podWith({ list: list('a') }), shownByPods: true },
    { secrets: { a: good }, says: jane },
  ],
  [
    'one of many, with a login that does not fit',
    { ...podWith({ list: list('a') }), shownByPods: true },
    { secrets: { a: quay }, says: jane },
  ],
  ['one of many without a list', { ...podWith(), shownByPods: true }, { says: jane }],
  [
    'one of many whose Secret may not be read',
    { ...podWith({ list: list('a') }), shownByPods: true },
    { secrets: { a: 'forbidden' }, says: jane },
  ],
  [
    'one of many that fails',
    { ...podWith({ list: list('a'), status: refused }), shownByPods: true },
    { secrets: { a: good }, says: both(rejected) },
  ],
  [
    'one of many that fails, and no registry can be asked',
    { ...podWith({ list: list('a'), status: refused }), shownByPods: true },
    { secrets: { a: good } },
  ],
];

reportsAsEver('pods', pods);
