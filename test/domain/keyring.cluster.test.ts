/**
 * Our keyring against Kubernetes' own code, on generated cases. REGSECRET_SEED and REGSECRET_CASES choose others; the
 * seed is printed, so that a difference can be had again.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ImageReferenceError, imageName, parseImage } from '../../src/domain/image.ts';
import { buildKeyring, KeyringError, lookup } from '../../src/domain/keyring.ts';
import { encodeUtf8 } from '../../src/domain/utf8.ts';
import { ensurePrograms } from '../cluster/programs.ts';
import { report } from '../cluster/report.ts';
import { type KeyringCase, keyringCase } from '../support/keyring-cases.ts';

interface Credential {
  readonly username: string;
  readonly password: string;
  readonly email: string;
  readonly secret: string;
}

interface Answer {
  readonly keyringError?: string;
  readonly imageError?: string;
  readonly name?: string;
  readonly credentials?: readonly Credential[];
}

const base64 = (text: string): string => Buffer.from(encodeUtf8(text)).toString('base64');

/** Our answer in the form of the oracle's, and the entries that Go orders at random: same key, same Secret. */
function answer({ secrets, image }: KeyringCase): Answer & { groups?: readonly string[] } {
  try {
    const keyring = buildKeyring(secrets);
    const found = lookup(keyring, image);
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

/** Sorts within each run of entries that belong to one group. */
function settle(credentials: readonly Credential[] = [], groups: readonly string[] = []): string[] {
  const keyed = credentials.map((credential, index) => ({
    run: runOf(groups, index),
    text: JSON.stringify(credential),
  }));
  return keyed.sort((one, other) => one.run - other.run || (one.text < other.text ? -1 : 1)).map(({ text }) => text);
}

function runOf(groups: readonly string[], index: number): number {
  let first = index;
  while (first > 0 && groups[first - 1] === groups[index]) first -= 1;
  return first;
}

let oracle: ChildProcessWithoutNullStreams | undefined;
afterAll(() => oracle?.kill());

test('the keyring equals that of Kubernetes on every generated case', { timeout: 600_000 }, async () => {
  const seed = Number(process.env.REGSECRET_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const total = Number(process.env.REGSECRET_CASES ?? 100_000);
  const programs = await ensurePrograms(['oracle'], report);
  oracle = spawn(programs.oracle, [], { stdio: 'pipe' });
  const answers = createInterface(oracle.stdout)[Symbol.asyncIterator]();
  const counts = { credentials: 0, nothing: 0, keyringErrors: 0, imageErrors: 0 };
  const started = performance.now();
  for (let done = 0; done < total; ) {
    const batch = fc.sample(keyringCase, { seed: seed + done, numRuns: Math.min(2_000, total - done) });
    oracle.stdin.write(batch.map((one) => `${JSON.stringify(one)}\n`).join(''));
    for (const one of batch) {
      const theirs: Answer = JSON.parse((await answers.next()).value ?? '');
      const { groups, ...ours } = answer(one);
      compare(one, ours, theirs, groups);
      if (theirs.keyringError !== undefined) counts.keyringErrors += 1;
      else if (theirs.imageError !== undefined) counts.imageErrors += 1;
      else if (theirs.credentials !== undefined) counts.credentials += 1;
      else counts.nothing += 1;
    }
    done += batch.length;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`keyring: seed ${seed}, ${total} cases in ${seconds} s, no difference: ${JSON.stringify(counts)}`);
  // A generator that only makes failures proves nothing.
  expect(counts.credentials).toBeGreaterThan(total / 20);
});

function compare(one: KeyringCase, ours: Answer, theirs: Answer, groups: readonly string[] | undefined): void {
  const shown = (it: Answer) => ({ ...it, credentials: settle(it.credentials, groups) });
  const text = (value: string | undefined) =>
    value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  const readable = (it: Answer) => ({
    ...shown(it),
    keyringError: text(it.keyringError),
    imageError: text(it.imageError),
  });
  const [left, right] = [readable(ours), readable(theirs)];
  if (JSON.stringify(left) === JSON.stringify(right)) return;
  const payloads = one.secrets.map(({ type, data }) => [
    type,
    ...Object.entries(data ?? {}).flatMap(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  ]);
  expect(left, JSON.stringify({ image: one.image, payloads })).toEqual(right);
}
