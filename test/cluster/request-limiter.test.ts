/** The number of requests that are sent at a time. When the server turns one away, the others wait, too. */
import { expect, test, vi } from 'vitest';
import { createRequestLimiter } from '../../src/cluster/transport.ts';
import { machineClock } from '../../src/system/clock.ts';
import { fakeClock } from '../support/fake-clock.ts';

const never = new AbortController().signal;

/** Makes requests that record when they are sent. */
function recorder() {
  const start = performance.now();
  const sent: string[] = [];
  const send = (name: string) => async (): Promise<void> => {
    sent.push(`${name} at ${Math.round(performance.now() - start)}`);
  };
  return { sent, send };
}

test('of five requests with two slots two are under way, and the next one starts when one of them ends', async () => {
  const limiter = createRequestLimiter(2, machineClock);
  const ends: (() => void)[] = [];
  const all = Array.from({ length: 5 }, () =>
    limiter.run(() => new Promise<void>((resolve) => void ends.push(resolve)), never),
  );
  for (let ended = 0; ended < all.length; ended += 1) {
    await vi.waitFor(() => expect(ends).toHaveLength(Math.min(5, ended + 2)));
    ends[ended]?.();
  }
  await Promise.all(all);
});

test('after one is told to wait, no request is sent before that time is over', async () => {
  fakeClock();
  const limiter = createRequestLimiter(3, machineClock);
  const { sent, send } = recorder();
  limiter.hold(2000);
  const all = Promise.all(['a', 'b', 'c', 'd'].map((name) => limiter.run(send(name), never)));
  await vi.advanceTimersByTimeAsync(1999);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await all;
  expect(sent.toSorted()).toEqual(['a at 2000', 'b at 2000', 'c at 2000', 'd at 2000']);
});

test.each([
  ['a longer time after a shorter one', [1000, 5000]],
  ['a shorter time after a longer one', [5000, 1000]],
])('the longest time counts: %s', async (_title, times) => {
  fakeClock();
  const limiter = createRequestLimiter(2, machineClock);
  const { sent, send } = recorder();
  await limiter.run(send('first'), never);
  for (const time of times) limiter.hold(time);
  const later = limiter.run(send('second'), never);
  await vi.advanceTimersByTimeAsync(5000);
  await later;
  expect(sent).toEqual(['first at 0', 'second at 5000']);
});

test('who waits already waits on when another is told to wait longer', async () => {
  fakeClock();
  const limiter = createRequestLimiter(2, machineClock);
  const { sent, send } = recorder();
  limiter.hold(1000);
  const waiting = limiter.run(send('one'), never);
  await vi.advanceTimersByTimeAsync(500);
  limiter.hold(3000);
  await vi.advanceTimersByTimeAsync(3000);
  await waiting;
  expect(sent).toEqual(['one at 3500']);
});

test('Ctrl-C ends the wait, in a slot and before one, and nothing is sent', async () => {
  fakeClock();
  const limiter = createRequestLimiter(1, machineClock);
  const { sent, send } = recorder();
  const control = new AbortController();
  limiter.hold(60_000);
  const all = Promise.allSettled(['a', 'b'].map((name) => limiter.run(send(name), control.signal)));
  await vi.advanceTimersByTimeAsync(10);
  control.abort(new Error('interrupted'));
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(sent).toEqual([]);
});

test('a request that fails frees its slot', async () => {
  const limiter = createRequestLimiter(1, machineClock);
  await expect(limiter.run(() => Promise.reject(new Error('cut')), never)).rejects.toThrow('cut');
  await expect(limiter.run(async () => 'sent', never)).resolves.toBe('sent');
});
