/** The time comes from one place, so that a test can run through a week in a moment. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepRenewed } from '../../src/commands/sync/renewal.ts';
import { type Clock, machineClock } from '../../src/system/clock.ts';

const HOUR = 3_600_000;

test('only the clock reads the time of the machine, and what shares the processor in portions', () => {
  const cwd = join(import.meta.dirname, '../../src');
  const files = globSync('**/*.ts', { cwd }).map((file) => file.replaceAll('\\', '/'));
  const found = files.filter((file) => /\b(?:Date|performance)\.now\b/.test(readFileSync(join(cwd, file), 'utf8')));
  expect(found.sort()).toEqual(['system/clock.ts', 'system/concurrency.ts']);
});

test('a login is renewed through a week, without waiting for it', async () => {
  let now = 0;
  const stop = new AbortController();
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    pause: async (milliseconds) => {
      now += milliseconds;
      if (now > 7 * 24 * HOUR) stop.abort();
    },
  };
  let renewals = 0;
  const login = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'regsecret' } } as const;
  const renew = async () => {
    renewals += 1;
    return login;
  };
  const renewal = { renew, everyMs: 6 * HOUR, changed: () => undefined, trouble: () => undefined };
  await keepRenewed(login, renewal, stop.signal, clock);
  expect(renewals).toBe(28);
});

test('a pause ends with the reason of its signal', async () => {
  const stop = new AbortController();
  const pause = machineClock.pause(60_000, stop.signal);
  stop.abort(new Error('enough'));
  await expect(pause).rejects.toThrow('enough');
  expect(() => machineClock.pause(0, stop.signal)).toThrow('enough');
});
