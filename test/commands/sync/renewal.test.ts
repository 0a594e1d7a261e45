/** When a login of this machine is renewed, also if the clock is set. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { keepRenewed } from '../../../src/commands/sync/renewal.ts';
import { UserError } from '../../../src/errors.ts';
import type { Secret } from '../../../src/secret/secret.ts';
import { machineClock } from '../../../src/system/clock.ts';

const HOUR = 3_600_000;
const START = Date.parse('2030-01-01T00:00:00Z');

function loginUntil(end: number, password: string): Secret {
  const ends = new Date(end).toISOString().replace('.000Z', 'Z');
  const payload = { auths: { 'r.example': { username: 'u', password } } };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pull', annotations: { 'regsecret/expires-at': JSON.stringify({ 'r.example': ends }) } },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(payload)).toString('base64') },
  };
}

/** Keeps a login of 12 h renewed, each time for another 12 h. */
function kept() {
  vi.useFakeTimers({ now: START });
  onTestFinished(() => void vi.useRealTimers());
  const [renewals, troubles]: [number[], number[]] = [[], []];
  const helper = { fails: false };
  const stop = new AbortController();
  const hours = (): number => (Date.now() - START) / HOUR;
  const renewal = {
    everyMs: 6 * 24 * HOUR,
    async renew() {
      if (helper.fails) throw new UserError('the helper fails');
      return loginUntil(Date.now() + 12 * HOUR, `${Date.now()}`);
    },
    changed: () => void renewals.push(hours()),
    trouble: () => void troubles.push(hours()),
  };
  const over = keepRenewed(loginUntil(START + 12 * HOUR, 'first'), renewal, stop.signal, machineClock);
  onTestFinished(async () => {
    stop.abort();
    await over;
  });
  return { renewals, troubles, helper };
}

test('after two thirds of its life, again and again', async () => {
  const { renewals } = kept();
  await vi.advanceTimersByTimeAsync(25 * HOUR);
  expect(renewals).toEqual([8, 16, 24]);
});

test('the clock is set forward: within half a minute', async () => {
  const { renewals } = kept();
  await vi.advanceTimersByTimeAsync(HOUR);
  vi.setSystemTime(START + 30 * HOUR);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(renewals).toHaveLength(1);
  expect(renewals[0]).toBeCloseTo(30, 1);
});

test('the clock is set back: not before its time by that clock', async () => {
  const { renewals } = kept();
  await vi.advanceTimersByTimeAsync(7 * HOUR);
  vi.setSystemTime(START + 5 * HOUR);
  await vi.advanceTimersByTimeAsync(3 * HOUR - 1000);
  expect(renewals).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(renewals).toEqual([8]);
});

test('the helper fails for an hour: it is asked again, less and less often, and long before the old login ends', async () => {
  const { renewals, troubles, helper } = kept();
  helper.fails = true;
  await vi.advanceTimersByTimeAsync(9 * HOUR);
  expect(troubles.length).toBeGreaterThan(5);
  expect(troubles.length).toBeLessThan(15);
  helper.fails = false;
  await vi.advanceTimersByTimeAsync(HOUR / 6);
  expect(renewals).toHaveLength(1);
});
