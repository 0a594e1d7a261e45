/** A pod whose image is on the node: whether the next pull would work. */
import { create, judgements, type Row } from '../../support/judgement-table.ts';
import { podWith } from '../../support/pull-facts.ts';
import { good, jane, list, wrong } from '../../support/pull-situation.ts';

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

judgements('it runs', running);
