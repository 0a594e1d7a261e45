/** Notes about a list belong to the object that contains it, and to no other. */
import { expect, test } from 'vitest';
import type { Puller } from '../../src/diagnosis/facts.ts';
import { notesOn } from '../../src/diagnosis/puller-report.ts';
import { factsOf, login, podWith, secretWith, templateWith, type World } from '../support/pull-facts.ts';
import { good, list, wrong } from '../support/pull-situation.ts';

const account: Puller = {
  ...templateWith(),
  ref: { kind: 'ServiceAccount', namespace: 'team-a', name: 'default' },
  images: [],
};
const twice = list('a', 'b', 'a');

test.each<[string, Puller, World, string[]]>([
  ['a service account that names a Secret twice', account, { account: twice }, ['duplicate-name a']],
  ['a service account in a manifest that does so', { ...account, imagePullSecrets: twice }, {}, ['duplicate-name a']],
  ['a service account with an entry without a name', account, { account: [{}] }, ['empty-name']],
  ['a service account that may not be read', account, { account: 'forbidden' }, []],
  ['a service account that does not exist', account, { account: 'missing' }, []],
  ['a template whose service account does so', templateWith(), { account: [...twice, {}] }, []],
  ['a template with a list of its own', templateWith({ list: twice }), { account: [{}] }, ['duplicate-name a']],
  [
    'a pod that names two of them twice',
    podWith({ list: [...twice, ...twice] }),
    {},
    ['duplicate-name a', 'duplicate-name b'],
  ],
  ['a pod that names each once', podWith({ list: list('a', 'b') }), {}, []],
  [
    'two Secrets with different logins for one server',
    podWith({ list: list('a', 'b') }),
    { secrets: { a: good, b: wrong } },
    ['different-credentials ghcr.io a b janedoe rex'],
  ],
  [
    'Secrets that are only tried, in the place of the list of a service account',
    { ...account, imagePullSecrets: twice, images: templateWith().images },
    { account: list('c'), secrets: { a: good, b: wrong } },
    [],
  ],
  [
    'the server is shown as the first of them writes it',
    podWith({ list: list('a', 'b') }),
    { secrets: { a: secretWith({ 'https://ghcr.io/v1/': login() }), b: wrong } },
    ['different-credentials https://ghcr.io/v1/ a b janedoe rex'],
  ],
  [
    'a service account with a typo',
    account,
    { account: list('regcerd'), secrets: { regcerd: 'missing' }, others: ['regcred'] },
    ['missing-secret regcred'],
  ],
  [
    'a template with a typo beside the one that was meant',
    templateWith({ list: list('regcerd', 'regcred') }),
    { secrets: { regcerd: 'missing', regcred: good }, others: ['regcred'] },
    ['missing-secret regcred true'],
  ],
  [
    'a template without a list, whose service account has the typo',
    templateWith(),
    { account: list('regcerd'), secrets: { regcerd: 'missing' }, others: ['regcred'] },
    [],
  ],
  [
    'a name that differs by a digit may be another one',
    templateWith({ list: list('regcred-2', 'regcred') }),
    { secrets: { 'regcred-2': 'missing', regcred: good }, others: ['regcred'] },
    [],
  ],
  [
    'a template with a name that nobody has, beside a login for its image',
    templateWith({ list: list('gone', 'regcred') }),
    { secrets: { gone: 'missing', regcred: good }, others: ['regcred'] },
    ['missing-secret regcred true'],
  ],
  [
    'a template whose service account has the two',
    templateWith(),
    { account: list('gone', 'regcred'), secrets: { gone: 'missing', regcred: good }, others: ['regcred'] },
    ['missing-secret regcred true'],
  ],
  [
    'the same, and another namespace has a Secret of that name',
    templateWith({ list: list('gone', 'regcred') }),
    { secrets: { gone: { elsewhere: ['prod'] }, regcred: good }, others: ['regcred'] },
    [],
  ],
  [
    'a name that nobody has, beside a login for another image',
    templateWith({ list: list('gone', 'quay') }),
    { secrets: { gone: 'missing', quay: secretWith({ 'quay.io': login() }) }, others: ['quay'] },
    [],
  ],
  [
    'a name that nobody has, in a pod that nothing makes again',
    podWith({ list: list('gone', 'regcred') }),
    { secrets: { gone: 'missing', regcred: good }, others: ['regcred'] },
    [],
  ],
  [
    'a pod with a typo that its template does not have any more, or never had',
    podWith({ list: list('regcerd', 'regcred'), pod: { template: { name: 'deployment/web', list: list('regcred') } } }),
    { secrets: { regcerd: 'missing', regcred: good }, others: ['regcred'] },
    [],
  ],
  [
    'a pod with a typo that its template has, too',
    podWith({ list: list('regcerd'), pod: { template: { name: 'deployment/web', list: list('regcerd') } } }),
    { secrets: { regcerd: 'missing', regcred: good }, others: ['regcred'] },
    ['missing-secret regcred'],
  ],
  ['two with the same login', podWith({ list: list('a', 'b') }), { secrets: { a: good, b: good } }, []],
  [
    'two of which one cannot be decoded',
    podWith({ list: list('a', 'b') }),
    { secrets: { a: good, b: secretWith({ 'ghcr.io': { auth: '***' } }) } },
    [],
  ],
])('%s', (_, puller, world, expected) => {
  const shown = notesOn(puller, [], factsOf(world)).map(({ code, arguments: args }) =>
    [code, ...Object.entries(args).flatMap(([name, value]) => (name === 'remedy' ? [] : (value ?? [])))].join(' '),
  );
  expect(shown).toEqual(expected);
});
