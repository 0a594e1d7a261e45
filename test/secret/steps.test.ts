/**
 * The work for a Secret of one megabyte is split into many steps, because the program can react to Ctrl-C only between two steps.
 */
import { expect, test } from 'vitest';
import { diagnoseBriefly, diagnosisOf } from '../../src/findings/diagnosed-secret.ts';
import { summarize } from '../../src/findings/secret-row.ts';
import { buildKeyringFor } from '../../src/secret/keyring.ts';
import { DATA_KEY, type Secret } from '../../src/secret/secret.ts';
import { STEP_ENTRIES } from '../../src/secret/steps.ts';
import { executionsOf } from '../support/executions.ts';
import { manyEntries } from '../support/hostile-secrets.ts';
import { pullSecretOf } from '../support/secrets.ts';

const ENTRIES = 2_560;

const work: Readonly<Record<string, (secret: Secret) => Generator<void, unknown>>> = {
  'what is wrong with it': (secret) => diagnosisOf(secret, 0),
  'what is wrong with one of many': (secret) => diagnoseBriefly(secret, 0),
  'its row in a list': (secret) => summarize(secret, 0, () => ''),
  'what it has for an image': (secret) => buildKeyringFor(['ghcr.io/org/app'], secret),
};

const stepsOf = (steps: Generator<void, unknown>): number => [...steps].length;

test.each(Object.keys(work))('%s: a step for every 256 entries', (title) => {
  const secretOf = (count: number): Secret => pullSecretOf('a', manyEntries(0, count));
  const of = (count: number): number => stepsOf(work[title]?.(secretOf(count)) as Generator<void, unknown>);
  expect(of(ENTRIES) - of(1)).toBeGreaterThanOrEqual(ENTRIES / STEP_ENTRIES);
  expect(of(ENTRIES) - of(ENTRIES - STEP_ENTRIES)).toBeGreaterThanOrEqual(1);
});

/**
 * The costly functions: parsing a server as a URL and as an image's glob, and decoding a login. Each step may call them a few
 * times per entry.
 */
const COSTLY = ['parseGoUrl', 'matchesGlob', 'readKubeletEntry'];

test.each(Object.keys(work))('%s: between two steps', { timeout: 300_000 }, (title) => {
  const secret = pullSecretOf('a', manyEntries(0, ENTRIES));
  const { calls, most } = executionsOf(work[title]?.(secret) as Generator<void, unknown>);
  // In one step the costly functions run only for one portion of entries.
  const costly = Math.max(...COSTLY.map(calls));
  expect(costly).toBeGreaterThanOrEqual(STEP_ENTRIES);
  expect(costly).toBeLessThanOrEqual(5 * STEP_ENTRIES);
  // Cheap work may cover all entries in one step, but once: a loop passes the megabyte that a Secret has at most in milliseconds.
  // V8 counts the blocks of a function only if it compiled the function while counting. For other functions it counts the calls,
  // and one call per entry is allowed.
  expect(most).toBeGreaterThanOrEqual(ENTRIES);
  expect(most).toBeLessThanOrEqual(secret.data?.[DATA_KEY['kubernetes.io/dockerconfigjson']]?.length ?? 0);
});
