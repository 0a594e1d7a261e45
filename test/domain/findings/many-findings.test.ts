/** Of a Secret with thousands of entries the first ones are kept where there may be many such Secrets. */
import { expect, test } from 'vitest';
import { diagnoseBriefly, diagnoseSecret, usabilityOf } from '../../../src/domain/findings/diagnosed-secret.ts';
import type { Secret } from '../../../src/domain/keyring/secret.ts';
import { pullSecretOf } from '../../support/secrets.ts';

const secretOf = (count: number, entry: (index: number) => object): Secret => {
  const entries = Array.from({ length: count }, (_, index) => [`r${index}.example.com`, entry(index)]);
  return pullSecretOf('a', JSON.stringify({ auths: Object.fromEntries(entries) }));
};

test('one with 500 entries is kept whole', () => {
  const secret = secretOf(500, () => ({}));
  expect(diagnoseBriefly(secret, 0)).toEqual(diagnoseSecret(secret, 0));
});

test('of 501 entries and their findings 500 are kept, and the others counted', () => {
  const { contents, findings, moreEntries } = diagnoseBriefly(
    secretOf(501, () => ({})),
    0,
  );
  expect([contents.entries.length, moreEntries]).toEqual([500, 1]);
  expect(findings.map(({ code }) => code)).toEqual(Array(500).fill('empty-entry'));
  expect(findings.flatMap(({ more }) => more ?? [])).toEqual([1]);
});

test('an entry that is not kept counts all the same for what pods have of the Secret', () => {
  const login = { auth: Buffer.from('ada:x').toString('base64') };
  const usable = diagnoseBriefly(
    secretOf(600, (index) => (index === 599 ? login : {})),
    0,
  );
  const useless = diagnoseBriefly(
    secretOf(600, () => ({})),
    0,
  );
  expect([usable, useless].map(usabilityOf)).toEqual(['usable', 'useless']);
});
