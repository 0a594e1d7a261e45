/**
 * A namespace and its first Deployment in one `kubectl apply`, beside `sync --watch`, on a real node: with the policy of
 * `--admission` the first pod runs, although it is created before its namespace has a copy. REGSECRET_CASES is the number of
 * namespaces; the times are printed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, janedoe, kubectl, newNamespace, node, placedOn, waitFor } from '../../environment/use.ts';
import { withPolicy } from '../../support/admission-world.ts';
import { freshName, newPullSecret, pathOf, podSpec } from '../../support/attach-world.ts';
import { cases } from '../../support/cases.ts';
import { secretIn } from '../../support/sync-world.ts';
import { type RunningWatch, startWatch } from '../../support/watch-world.ts';

const COUNT = cases(2, 50);
const APP = 'web';
let home: string;
let watch: RunningWatch | undefined;
const teams: string[] = [];
const key = freshName('pulls');
const attached = freshName('attached');

beforeAll(async () => {
  home = await newNamespace();
  const { host } = node().registries.basic;
  await newPullSecret(home, 'regsecret', host, janedoe);
  await withPolicy(home, ['-l', `${key}=policy`]);
  // Without a namespace to begin with, the controller prints no count.
  await newNamespace({ labels: { [key]: 'first', [attached]: 'first' } });
  watch = await startWatch(home, ['-l', key]);
}, 120_000);

afterAll(async () => {
  await watch?.end();
  await kubectl(['delete', 'namespace', '--wait=false', ...teams]);
});

interface Started {
  /** Milliseconds from `kubectl apply` to a pod that is ready. */
  readonly ms: number;
  readonly restarts: number;
  /** How many pods there have been. */
  readonly pods: number;
}

function manifests(team: string, labels: Record<string, string>): string {
  const spec = { ...podSpec({ image: node().registries.basic.privateImage }), ...placedOn(node()) };
  const match = { app: APP };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: team, labels } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: APP, namespace: team },
      spec: { selector: { matchLabels: match }, template: { metadata: { labels: match }, spec } },
    },
  ];
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

/** Applies both in one file, and returns when that began. */
async function applied(team: string, labels: Record<string, string>): Promise<number> {
  teams.push(team);
  const begun = performance.now();
  expect(await kubectl(['apply', '-f', '-'], { stdin: manifests(team, labels) })).toMatchObject({ code: 0 });
  return begun;
}

async function pods(team: string) {
  return (await api('GET', pathOf('Pod', team))).body.items;
}

/** Waits until the pod is ready. */
async function readyIn(team: string, begun: number): Promise<Started> {
  const ready = async () => {
    const items = await pods(team);
    const [status] = items[0]?.status.containerStatuses ?? [];
    return status?.ready ? { restarts: status.restartCount, pods: items.length } : undefined;
  };
  const state = await waitFor(ready, { what: `the pod of ${team}`, deadlineMs: 60_000, everyMs: 20 });
  const ms = Math.round(performance.now() - begun);
  await api('DELETE', pathOf('Deployment', team, APP));
  return { ms, ...state };
}

/** Prints the times of all namespaces, and returns how each went. */
async function each(what: string, one: (team: string) => Promise<Started>): Promise<Omit<Started, 'ms'>[]> {
  const started: Started[] = [];
  for (let count = 0; count < COUNT; count += 1) started.push(await one(freshName('team')));
  const times = started
    .map(({ ms }) => ms)
    .filter(Number.isFinite)
    .sort((left, right) => left - right);
  const at = (part: number): number => times[Math.ceil(times.length * part) - 1] ?? 0;
  console.info(
    `${what}: ${times.length} of ${COUNT} namespaces, first ready pod: median ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
  return started.map(({ ms: _, ...state }) => state);
}

const all = Array.from({ length: COUNT }, () => ({ restarts: 0, pods: 1 }));
const timeout = 20_000 + COUNT * 30_000;

test('the policy adds the name, and the copy comes later', { timeout }, async () => {
  expect(
    await each('with the policy', async (team) => readyIn(team, await applied(team, { [key]: 'policy' }))),
  ).toEqual(all);
});

test('the copy is there before the Deployment', { timeout }, async () => {
  const one = async (team: string) => {
    await api('POST', '/api/v1/namespaces', { metadata: { name: team, labels: { [key]: 'policy' } } });
    await waitFor(async () => await secretIn(team), { what: 'the copy' });
    return readyIn(team, await applied(team, { [key]: 'policy' }));
  };
  expect(await each('with the copy already there', one)).toEqual(all);
});

test('without a policy, a pod that comes before its account has the name never gets it', { timeout }, async () => {
  const other = await startWatch(home, ['-l', attached, '--attach', 'sa/default']);
  let without = 0;
  const one = async (team: string) => {
    const begun = await applied(team, { [attached]: 'yes' });
    const pod = await waitFor(async () => (await pods(team))[0], { what: `a pod of ${team}`, everyMs: 20 });
    if (pod.spec.imagePullSecrets !== undefined) return readyIn(team, begun);
    without += 1;
    await api('DELETE', pathOf('Deployment', team, APP));
    return { ms: Number.POSITIVE_INFINITY, restarts: 0, pods: 1 };
  };
  expect(await each('without the policy', one)).toEqual(all);
  console.info(`without the policy: ${without} of ${COUNT} pods without the name`);
  await other.end();
});
