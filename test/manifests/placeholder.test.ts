/** Which texts are worth parsing. A text with an object that regsecret handles is never skipped. */
import { describe, expect, test } from 'vitest';
import { readPullManifest } from '../../src/manifests/edit-manifest.ts';
import { mayHoldObjects } from '../../src/manifests/placeholder.ts';
import { fc } from '../support/fast-check.ts';
import { manifestTexts } from '../support/manifest-texts.ts';

describe('worth it', () => {
  test.each([
    ['a pod', 'kind: Pod\n'],
    ['JSON', '{"apiVersion":"v1","kind":"Secret"}'],
    ['in one line, with single quotes', "{metadata: {name: a}, 'kind': 'CronJob'}"],
    ['a list of anything', 'kind: RolloutList\n'],
    ['another kind with a pod template', 'kind: Rollout\nspec: {template: {spec: {containers: []}}}\n'],
    ['what makes a Secret', 'kind: SealedSecret\n'],
    ['a kind with an anchor', 'kind: &kind Deployment\n'],
    ['a docker config', '{"credsStore": "desktop"}'],
  ])('%s', (_, text) => {
    expect(mayHoldObjects(text)).toBe(true);
  });

  test('whatever holds an object that has a list of pull secrets', () =>
    fc.assert(
      fc.asyncProperty(manifestTexts, async (text) => {
        const { objects } = await readPullManifest({ name: 'a.yaml', text });
        expect(objects.length === 0 || mayHoldObjects(text)).toBe(true);
      }),
    ));
});

describe('not worth it', () => {
  test.each([
    ['nothing', ''],
    ['another kind, with ours in words', 'kind: CustomResourceDefinition\nspec: {description: a Pod or a Secret}\n'],
    [
      'the definition of such a kind',
      'kind: CustomResourceDefinition\nspec: {names: {kind: X}, template: {containers: {}}}\n',
    ],
    ['a schema with a field of that name', 'properties:\n  kind:\n    type: string\n'],
    ['values of a chart', 'imagePullSecrets: [{name: regcred}]\n'],
  ])('%s', (_, text) => {
    expect(mayHoldObjects(text)).toBe(false);
  });
});
