/** Compares regsecret's keyring with Kubernetes' own code. REGSECRET_SEED and REGSECRET_CASES choose other generated cases. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/codec/go/utf8.ts';
import { ImageReferenceError, imageName, parseImage } from '../../src/secret/image.ts';
import { buildKeyring, KeyringError, lookup } from '../../src/secret/keyring.ts';
import { cases } from '../support/cases.ts';
import { fc, seed } from '../support/fast-check.ts';
import { keyringCase } from '../support/keyring-cases.ts';
import { keyringFacts } from '../support/keyring-facts.ts';
import {
  type KeyringCase,
  type Oracle,
  type OracleAnswer,
  type OracleCredential,
  startOracle,
} from '../support/oracle.ts';
import { pullSecretOf } from '../support/secrets.ts';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await startOracle();
}, 600_000);
afterAll(() => oracle.close());

const base64 = (text: string): string => Buffer.from(encodeUtf8(text)).toString('base64');
const text = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value, 'base64').toString();

test.each(keyringFacts)('$title', async ({ payloads, image, outcome }) => {
  const secrets = payloads.map((payload, index) => pullSecretOf(`secret-${index}`, payload));
  const [answer] = await oracle.ask([{ secrets, image }]);
  const users = answer?.credentials?.map(({ username }) => text(username));
  expect(text(answer?.keyringError) ?? users).toEqual(outcome);
});

test('the keyring equals that of Kubernetes on every generated case', { timeout: 600_000 }, async () => {
  const total = cases(4_000, 100_000);
  const counts = { credentials: 0, nothing: 0, keyringErrors: 0, imageErrors: 0 };
  const started = performance.now();
  for (let done = 0; done < total; ) {
    const batch = fc.sample(keyringCase, { seed: seed + done, numRuns: Math.min(2_000, total - done) });
    const answers = await oracle.ask(batch);
    for (const [index, one] of batch.entries()) {
      const theirs = answers[index] ?? {};
      compare(one, theirs, seed);
      if (theirs.keyringError !== undefined) counts.keyringErrors += 1;
      else if (theirs.imageError !== undefined) counts.imageErrors += 1;
      else if (theirs.credentials !== undefined) counts.credentials += 1;
      else counts.nothing += 1;
    }
    done += batch.length;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`keyring: seed ${seed}, ${total} cases in ${seconds} s, no difference: ${JSON.stringify(counts)}`);
  // If most cases failed, the comparison would prove nothing.
  expect(counts.credentials).toBeGreaterThan(total / 6);
});

function compare(one: KeyringCase, theirs: OracleAnswer, seed: number): void {
  const { groups, ...ours } = answerOf(one);
  const readable = (answer: OracleAnswer) => ({
    name: answer.name,
    credentials: settle(answer.credentials, groups),
    keyringError: text(answer.keyringError),
    imageError: text(answer.imageError),
  });
  const [left, right] = [readable(ours), readable(theirs)];
  // Comparing texts first is ten times faster than 100,000 times `expect`.
  if (JSON.stringify(left) === JSON.stringify(right)) return;
  const payloads = one.secrets.map(({ type, data }) => [
    type,
    ...Object.entries(data ?? {}).map(([key, value]) => [key, text(value)]),
  ]);
  expect(left, JSON.stringify({ seed, image: one.image, payloads })).toEqual(right);
}

/**
 * regsecret's answer in the oracle's format. Entries with the same text in `groups` (same key, same Secret) have a random order
 * in Go.
 */
function answerOf({ secrets, image }: KeyringCase): OracleAnswer & { groups?: readonly string[] } {
  try {
    const found = lookup(buildKeyring(secrets), image);
    return {
      name: imageName(parseImage(image)),
      credentials: found.map(({ username, password, email, source }) => ({
        username: base64(username),
        password: base64(password),
        email: base64(email),
        secret: source.name,
      })),
      groups: found.map(({ key, source }) => `${source.name} ${key}`),
    };
  } catch (error) {
    if (error instanceof KeyringError) return { keyringError: base64(error.message) };
    if (error instanceof ImageReferenceError) return { imageError: base64(error.message) };
    throw error;
  }
}

/** Sorts each run of entries of the same group. */
function settle(credentials: readonly OracleCredential[] = [], groups: readonly string[] = []): string[] {
  const keyed = credentials.map((credential, index) => ({
    run: runOf(groups, index),
    text: JSON.stringify(credential),
  }));
  return keyed.sort((one, other) => one.run - other.run || (one.text < other.text ? -1 : 1)).map((item) => item.text);
}

function runOf(groups: readonly string[], index: number): number {
  let first = index;
  while (first > 0 && groups[first - 1] === groups[index]) first -= 1;
  return first;
}
