/** For a Secret with thousands of entries only the first findings are kept when many Secrets are examined. */
import { expect, test } from 'vitest';
import {
  diagnoseBriefly as diagnoseInSteps,
  diagnoseSecret,
  usabilityOf,
} from '../../src/findings/diagnosed-secret.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { finished } from '../../src/secret/steps.ts';
import { pullSecretOf } from '../support/secrets.ts';

const diagnoseBriefly = (secret: Secret, now: number) => finished(diagnoseInSteps(secret, now));

const secretOf = (count: number, entry: (index: number) => object): Secret => {
  const entries = Array.from({ length: count }, (_, index) => [`r${index}.example.com`, entry(index)]);
  return pullSecretOf('a', JSON.stringify({ auths: Object.fromEntries(entries) }));
};

test('one with 500 entries is kept whole', () => {
  const secret = secretOf(500, () => ({}));
  expect(diagnoseBriefly(secret, 0)).toEqual(diagnoseSecret(secret, 0));
});

test('of 501 entries 500 are kept and judged, and the others counted', () => {
  const { contents, findings } = diagnoseBriefly(
    secretOf(501, () => ({})),
    0,
  );
  expect([contents.entries.length, contents.moreEntries]).toEqual([500, 1]);
  expect(findings.map(({ code }) => code)).toEqual(Array(500).fill('empty-entry'));
});

test('an entry that is not kept and cannot be decoded is named all the same: a pod can use none of its pull secrets', () => {
  const secret = secretOf(600, (index) => (index === 599 ? { auth: '!' } : { auth: 'YTpi' }));
  const diagnosed = diagnoseBriefly(secret, 0);
  expect(diagnosed.findings).toMatchObject([{ code: 'unreadable-entry', arguments: { server: 'r599.example.com' } }]);
  expect(usabilityOf(diagnosed)).toBe('undecodable');
});

test('a credential store leaves empty entries, but one that is not kept may be a login', () => {
  const entries = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`r${index}.example.com`, {}]));
  const config = (auths: object): string => JSON.stringify({ auths, credsStore: 'desktop' });
  const codes = (secret: Secret) => new Set(diagnoseBriefly(secret, 0).findings.map(({ code }) => code));
  expect(codes(pullSecretOf('a', config({ 'r.example.com': {} })))).toContain('credential-store');
  expect(codes(pullSecretOf('a', config(entries)))).not.toContain('credential-store');
});
