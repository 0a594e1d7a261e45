/**
 * SIGTERM while `sync --watch` writes: pending writes are completed and reported, no new write begins, and the exit code is 0.
 * REGSECRET_CASES=all also waits for the end of a write that is never answered. With the executable, too: signals.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubeconfigFor, waitFor } from '../../environment/use.ts';
import { account, named, regsecretIn } from '../../support/attach-world.ts';
import { whole } from '../../support/cases.ts';
import { artefact } from '../../support/program.ts';
import { changeSecret, type Fleet, newFleet, payloadOf, secretIn } from '../../support/sync-world.ts';
import { askWatch, beginWatch, freePort, startWatchProxy, type WatchProxy } from '../../support/watch-world.ts';

const ARTEFACT = artefact()[0].includes('regsecret') ? 'the executable' : 'the npm package';
const LANES = 2;
const TEAMS = 2 * LANES;

let proxy: WatchProxy;
beforeAll(async () => {
  proxy = await startWatchProxy();
});
afterAll(() => proxy.close());

interface Held {
  readonly writes: readonly string[];
  /** The number of writes that wait. */
  readonly waiting: () => number;
  readonly release: () => void;
}

/** Holds back writes of `plural` from now on: before the API server gets them, or before they are answered. */
function hold(plural: string, where: 'request' | 'answer'): Held {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const writes: string[] = [];
  let waiting = 0;
  proxy.hold = (method, url) => {
    if (method === 'GET') return {};
    writes.push(`${method} ${url}`);
    if (!url.includes(`/${plural}`)) return {};
    waiting += 1;
    return { [where]: promise };
  };
  return { writes, waiting: () => waiting, release };
}

async function begin({ home, prefix }: Fleet) {
  const port = await freePort();
  const to = ['-l', `fleet=${prefix}`, '--attach', 'sa/default', '--concurrency', `${LANES}`];
  const kubeconfig = kubeconfigFor({ server: proxy.server });
  const watch = beginWatch(home, [...to, '--listen', `127.0.0.1:${port}`], { kubeconfig });
  const terminate = async (): Promise<void> => {
    watch.end('SIGTERM').catch(() => undefined);
    // The second answer is sent after the program has handled the signal.
    for (let count = 0; count < 2; count += 1) await askWatch(port, '/healthz');
  };
  return { watch, terminate };
}

/** The namespaces with the right copy, and those with the right list. */
async function served({ teams }: Fleet, payload: string) {
  const copies = await Promise.all(teams.map(async (team) => (await secretIn(team))?.data?.['.dockerconfigjson']));
  const lists = await Promise.all(teams.map(async (team) => (await account(team, 'default')).imagePullSecrets));
  return {
    copies: teams.filter((_, index) => copies[index] === payload),
    lists: teams.filter((_, index) => JSON.stringify(lists[index]) === JSON.stringify(named('regsecret'))),
  };
}

const saidOf = (stdout: string, text: RegExp): string[] =>
  [...stdout.matchAll(text)].map(([, namespace = '']) => namespace).sort();

const looks = {
  'the first look, which makes copies': { plural: 'secrets', isFirst: true },
  'the first look, which writes lists': { plural: 'serviceaccounts', isFirst: true },
  'a later look, which changes copies': { plural: 'secrets', isFirst: false },
} as const;

describe.each(['request', 'answer'] as const)(`${ARTEFACT}, while the %s of a write is on its way`, (where) => {
  test.each(Object.entries(looks))('%s', { timeout: 180_000 }, async (_, { plural, isFirst }) => {
    const fleet = await newFleet(TEAMS, { serviceAccount: true });
    let held = isFirst ? hold(plural, where) : undefined;
    const { watch, terminate } = await begin(fleet);
    if (held === undefined) {
      await watch.says(`${TEAMS} namespaces: `);
      held = hold(plural, where);
      await changeSecret(fleet.home, { data: { '.dockerconfigjson': payloadOf('r.example', 'new.example') } });
    }
    const { writes, waiting, release } = held;
    // One pass may cover only some of the namespaces.
    await waitFor(() => waiting() > 0, { what: 'a write', deadlineMs: 60_000 });
    await terminate();
    const early = watch.stdout;
    release();
    expect(await watch.ended, watch.stderr).toBe(0);
    expect(watch.stderr).not.toMatch(/^(error|warning): /m);
    expect(waiting()).toBeLessThanOrEqual(LANES);
    expect(writes.length).toBe(plural === 'secrets' ? waiting() : TEAMS + waiting());

    const payload = isFirst ? payloadOf('r.example') : payloadOf('r.example', 'new.example');
    const after = await served(fleet, payload);
    const counts = { secrets: [waiting(), isFirst ? 0 : TEAMS], serviceaccounts: [TEAMS, waiting()] };
    expect([after.copies.length, after.lists.length]).toEqual(counts[plural]);
    const late = isFirst ? watch.stdout : watch.stdout.slice(early.length);
    expect(saidOf(late, /^secret\/regsecret (?:created|updated) in (\S+)$/gm)).toEqual(after.copies);
    if (isFirst) expect(saidOf(late, /^serviceaccount\/default patched in (\S+)$/gm)).toEqual(after.lists);

    proxy.hold = () => ({});
    const rest = await regsecretIn(fleet.home, ['sync', '-l', `fleet=${fleet.prefix}`, '--attach', 'sa/default']);
    expect(rest.code, rest.stderr).toBe(0);
    expect(await served(fleet, payload)).toEqual({ copies: fleet.teams, lists: fleet.teams });
  });
});

test('while nothing is written', async () => {
  const fleet = await newFleet(1);
  proxy.hold = () => ({});
  const { watch } = await begin(fleet);
  await watch.says('1 namespace: ');
  expect(await watch.end('SIGTERM')).toBe(0);
});

test.runIf(whole)('while a write is never answered: it ends all the same', async () => {
  const fleet = await newFleet(TEAMS, { serviceAccount: true });
  const { waiting } = hold('secrets', 'request');
  const { watch, terminate } = await begin(fleet);
  await waitFor(() => waiting() === LANES, { what: `${LANES} writes` });
  await terminate();
  expect(await watch.ended, watch.stderr).toBe(0);
  expect(watch.stderr).toContain('warning: interrupted: 0 done');
});
