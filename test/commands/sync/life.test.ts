/**
 * Runs hours of `sync --watch` by a fake clock, with random faults. Every namespace is served within 30 s after the last fault.
 * REGSECRET_CASES sets the number of hours.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import { createHealth } from '../../../src/commands/sync/health.ts';
import { createMetrics } from '../../../src/commands/sync/metrics.ts';
import type { SyncListener, SyncRequest } from '../../../src/commands/sync/sync-request.ts';
import { watchedFor, watchName, watchSync } from '../../../src/commands/sync/watch-sync.ts';
import { cases } from '../../support/cases.ts';
import { seed } from '../../support/fast-check.ts';
import { randomNumbers } from '../../support/random.ts';
import { type SimulatedFault, simulatedCluster } from '../../support/simulated-cluster.ts';
import { SYNC_REQUEST } from '../../support/sync-request.ts';

const HOURS = cases(1, 24);
const HOME = 'platform';
const QUIET_MS = 900_000;
const FAULTS: readonly SimulatedFault[] = ['away', 'forbidden', 'all forbidden', 'cut', 'expired'];

const request: SyncRequest = {
  ...SYNC_REQUEST,
  selection: { ...SYNC_REQUEST.selection, globs: ['team-*'], all: false },
  folders: { cluster: undefined } as unknown as SyncRequest['folders'],
};

const nothing = (): undefined => undefined;
const listener: SyncListener = {
  reading: (work) => work(),
  writing: (work) => work(),
  ends: nothing,
  finding: nothing,
  skipped: nothing,
  idle: nothing,
  losses: nothing,
  outcome: nothing,
  list: nothing,
  note: nothing,
  problem: nothing,
  absent: nothing,
  policy: nothing,
  unproven: nothing,
};

const payload = (password: string): string =>
  Buffer.from(JSON.stringify({ auths: { 'r.example': { username: 'u', password } } })).toString('base64');

test(`${HOURS} h with faults`, { timeout: 600_000 }, async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const random = randomNumbers(seed);
  // The watch's delays are random, too.
  vi.spyOn(Math, 'random').mockImplementation(randomNumbers(seed + 1));
  onTestFinished(() => void vi.restoreAllMocks());
  const cluster = simulatedCluster();
  const stop = new AbortController();
  let current = payload('0');
  for (const name of [HOME, 'team-first']) cluster.putNamespace(name);
  cluster.putSecret(HOME, { data: { '.dockerconfigjson': current } });
  // Collects what is needed to find the reason of a failure.
  const troubles: string[] = [];
  const looks = { full: 0, some: 0 };
  const over = watchSync(cluster.transport, request, {
    now: () => Date.now(),
    stop: stop.signal,
    health: createHealth(watchedFor(request).map(watchName), Date.now()),
    metrics: createMetrics(),
    login: () => undefined,
    keepLogin: () => new Promise(() => undefined),
    async look(isFull, work) {
      looks[isFull ? 'full' : 'some'] += 1;
      await work(listener);
    },
    trouble: (error) => void troubles.push(error.message),
    fight: () => undefined,
    left: () => undefined,
  });
  const failed = over.catch((error: unknown) => error);
  const start = Date.now();
  const teams = new Map([['team-first', start]]);
  const undone = new Map<string, number>();
  const delays: number[] = [];
  const faults: Record<string, number> = {};
  let [rightSince, faultEnd, made] = [start, 0, 0];
  let isWrong = false;
  for (let second = 0; second < HOURS * 3600; second += 1) {
    const now = Date.now();
    if (isWrong && now >= faultEnd) {
      cluster.fail(undefined);
      isWrong = false;
      rightSince = now;
    } else if (!isWrong && random() < 1 / 240) {
      const kind = FAULTS[Math.floor(random() * FAULTS.length)];
      faults[`${kind}`] = (faults[`${kind}`] ?? 0) + 1;
      cluster.fail(kind);
      isWrong = true;
      faultEnd = now + 1000 + random() * 300_000;
    }
    if (random() < 1 / 300) {
      faults['forgotten connections'] = (faults['forgotten connections'] ?? 0) + 1;
      cluster.forgetConnections();
      rightSince = Math.max(rightSince, now);
    }
    if (random() < 1 / 600) cluster.compact();
    const [team = ''] = [...teams.keys()].slice(Math.floor(random() * teams.size));
    // Leaves a copy alone for a while after it was undone: repeated undoing is tested elsewhere.
    const isThere = cluster.payloadIn(team) !== undefined;
    const isQuiet = isThere && now - (undone.get(team) ?? start - QUIET_MS) >= QUIET_MS;
    const what = random();
    if (what < 1 / 60) {
      made += 1;
      cluster.putNamespace(`team-${made}`);
      teams.set(`team-${made}`, now);
    } else if (what < 1 / 30 && isQuiet) {
      if (what < 1 / 40) cluster.deleteSecret(team);
      else cluster.putSecret(team, { data: { '.dockerconfigjson': payload('theirs') } });
      teams.set(team, now);
      undone.set(team, now);
    } else if (what > 1 - 1 / 900) {
      current = payload(`${second}`);
      cluster.putSecret(HOME, { data: { '.dockerconfigjson': current } });
      for (const one of teams.keys()) teams.set(one, now);
    } else if (teams.size > 30) {
      cluster.deleteNamespace(team);
      teams.delete(team);
    }
    await vi.advanceTimersByTimeAsync(1000);
    for (const [name, since] of teams) {
      if (since === Number.POSITIVE_INFINITY) continue;
      const waited = (Date.now() - Math.max(since, rightSince)) / 1000;
      if (cluster.payloadIn(name) === current) {
        delays.push(waited);
        teams.set(name, Number.POSITIVE_INFINITY);
      } else if (!isWrong)
        expect(
          waited,
          `${name} after ${second} s, ${JSON.stringify(faults)} ${troubles.slice(-3)} ${JSON.stringify(looks)} ${JSON.stringify(cluster.counts)}`,
        ).toBeLessThanOrEqual(31);
    }
  }
  stop.abort();
  await vi.advanceTimersByTimeAsync(1000);
  expect(await failed).toBe(undefined);
  if (HOURS === 1) return;
  const sorted = delays.sort((one, other) => one - other);
  const at = (share: number): number | undefined =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  console.log({
    hours: HOURS,
    made,
    served: delays.length,
    median: at(0.5),
    p99: at(0.99),
    longest: at(1),
    faults,
    looks,
    ...cluster.counts,
    troubles: troubles.length,
  });
});
