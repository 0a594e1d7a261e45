/** What is probably wrong with a list, although no pull has failed and no registry is asked. */
import { expect, test } from 'vitest';
import { imagePull } from '../../src/diagnosis/image-pull.ts';
import { suspicionOf } from '../../src/diagnosis/list-causes.ts';
import { factsOf, login, secretWith, templateWith, type World } from '../support/pull-facts.ts';
import { good, list, quay } from '../support/pull-situation.ts';

const path = secretWith({ 'ghcr.io/other': login() });

test.each<[string, object[], World, string | undefined]>([
  ['nothing, as there is no list', [], {}, undefined],
  ['nothing, as an entry fits', list('a'), { secrets: { a: good } }, undefined],
  ['nothing, as an entry of the second Secret fits', list('a', 'b'), { secrets: { a: quay, b: good } }, undefined],
  [
    'nothing, as an entry fits, like one of the service account',
    list('a'),
    { secrets: { a: good, b: good }, account: list('b') },
    undefined,
  ],
  ['nothing, as an entry may fit that may not be read', list('a'), { secrets: { a: 'forbidden' } }, undefined],
  [
    'nothing, as one Secret may not be read, and the other does not fit',
    list('a', 'b'),
    { secrets: { a: 'forbidden', b: quay } },
    undefined,
  ],
  ['no entry fits', list('a'), { secrets: { a: quay } }, 'no-entry'],
  ['an entry fits other images of the registry', list('a'), { secrets: { a: path } }, 'other-images'],
  [
    'an entry of the service account would fit, which a list of its own hides',
    list('a'),
    { secrets: { a: path, b: good }, account: list('b') },
    'own-list',
  ],
  [
    'an entry without a name hides the service account',
    [{}],
    { secrets: { b: good }, account: list('b') },
    'empty-name',
  ],
])('%s', (_, imagePullSecrets, world, code) => {
  const puller = templateWith({ list: imagePullSecrets });
  const [use] = puller.images;
  const found = use && suspicionOf(imagePull(puller, use, factsOf(world)));
  expect(found?.code).toBe(code);
});
