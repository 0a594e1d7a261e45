import { expect, test } from 'vitest';
import { formatYaml } from '../../src/codec/yaml.ts';
import { formatPlainYaml } from '../../src/output/secret-manifest.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';

const secret = {
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { name: 'team-a.pull', namespace: 'default' },
  data: { '.dockerconfigjson': 'eyJhdXRocyI6e319+/==' },
  type: 'kubernetes.io/dockerconfigjson',
};

test('a new pull secret is plain', async () => {
  expect(formatPlainYaml(secret)).toBe(await formatYaml(secret));
});

const odd = fc.constantFrom(
  ...[
    'y',
    'No',
    'on',
    'null',
    'NULL',
    'true',
    '1e3',
    '0x1',
    '.inf',
    '.NaN',
    '~',
    '',
    '-',
    'a: b',
    'a #b',
    'a:',
    '=',
    '<<',
  ],
);
const text = fc.oneof(
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'abyn019._/+=-: #'), maxLength: 6 }) },
  { weight: 40, arbitrary: fc.stringMatching(/^[A-Za-z][A-Za-z0-9+/=.]{0,9}$/) },
);
const { map } = fc.letrec((tie) => ({
  value: fc.oneof(
    { weight: 20, arbitrary: text },
    { weight: 2, arbitrary: tie('map') },
    { weight: 1, arbitrary: fc.constantFrom(true, 1, null, [], {}) },
  ),
  map: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

test('what is plain is printed as js-yaml prints it', async () => {
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(map as fc.Arbitrary<object>, async (value) => {
      const printed = formatPlainYaml(value);
      if (!printed) return;
      plain += 1;
      expect(printed).toBe(await formatYaml(value));
    }),
    { numRuns: cases(500, 3000) },
  );
  expect(plain).toBeGreaterThan(100);
});
