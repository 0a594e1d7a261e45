/** `sync --watch` never stops reacting: whatever happens to its watches, a namespace created afterwards is served. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import { changeSecret, type Fleet, newFleet, payloadOf, secretIn } from '../../support/sync-world.ts';
import type { Rule } from '../../support/user.ts';
import { watchRights } from '../../support/watch-rights.ts';
import {
  askWatch,
  freePort,
  type RunningWatch,
  startWatch,
  startWatchProxy,
  type WatchFault,
  type WatchProxy,
} from '../../support/watch-world.ts';

let fleet: Fleet;
let proxy: WatchProxy;
let watch: RunningWatch;
let port: number;
beforeAll(async () => {
  fleet = await newFleet(1);
  proxy = await startWatchProxy();
  port = await freePort();
  watch = await startWatch(fleet.home, ['-l', `fleet=${fleet.prefix}`, '--listen', `127.0.0.1:${port}`], {
    kubeconfig: kubeconfigFor({ server: proxy.server }),
  });
});
afterAll(() => proxy.close());

const newMember = () => newNamespace({ labels: { fleet: fleet.prefix } });
const served = (namespace: string, deadlineMs = 30_000) =>
  waitFor(async () => (await secretIn(namespace)) !== undefined, { what: `the copy in ${namespace}`, deadlineMs });
const watchesOf = (plural: string): number =>
  proxy.requests.filter((request) => request.includes(`/${plural}?`) && request.includes('watch=true')).length;

/** Breaks all open watches, and each new one until `count` have been broken. */
async function breakWatches(fault: WatchFault, count: number): Promise<void> {
  let broken = 0;
  proxy.faults = () => {
    broken += 1;
    return fault;
  };
  proxy.cut();
  await waitFor(() => broken >= count, { what: `${count} broken watches` });
  proxy.faults = () => undefined;
}

test('the API server closes every watch: it goes on where it was, without another look at everything', async () => {
  const lists = (): number => proxy.requests.filter((request) => /\/secrets\?.*limit/.test(request)).length;
  const [before, watches] = [lists(), watchesOf('namespaces')];
  proxy.cut();
  await waitFor(() => watchesOf('namespaces') > watches, { what: 'another watch' });
  await served(await newMember());
  expect(lists()).toBe(before);
});

describe.each<[situation: string, fault: WatchFault]>([
  ['its version is too old: 410', 'expired'],
  ['its version is too old: an ERROR event', 'expired event'],
  ['half an event, and the end', 'half'],
  ['not allowed for a while', 'forbidden'],
])('%s', (_, fault) => {
  test('a namespace that is made meanwhile, and one that is made later', async () => {
    const breaking = breakWatches(fault, 4);
    const meanwhile = await newMember();
    await breaking;
    await served(meanwhile);
    await served(await newMember());
  });
});

test('nothing is said any more, and the connection stays open: it is given up', async () => {
  await breakWatches('silent', 2);
  const born = await newMember();
  await served(born, 45_000);
  await watch.says('has been silent for 28 s, so it is started again');
});

test('it says how it is, and what it has done', async () => {
  const health = await askWatch(port, '/healthz');
  expect([health.status, JSON.parse(health.body)]).toEqual([
    200,
    { status: 'ok', lastLookSeconds: expect.any(Number), lastEventSeconds: expect.any(Number) },
  ]);
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^regsecret_${name} (.*)$`, 'm').exec((await askWatch(port, '/metrics')).body)?.[1]);
  const [copies, created] = [await metric('copies'), await metric('writes_total{kind="Secret",action="created"}')];
  await served(await newMember());
  await waitFor(async () => (await metric('copies')) === copies + 1, { what: 'one copy more' });
  expect(await metric('writes_total{kind="Secret",action="created"}')).toBe(created + 1);
  expect(Math.abs((await metric('last_success_timestamp_seconds')) - Date.now() / 1000)).toBeLessThan(600);
  expect((await askWatch(port, '/')).status).toBe(404);
});

test('the API server is away, and comes back: what has happened meanwhile is done', { timeout: 150_000 }, async () => {
  proxy.isAway = true;
  proxy.cut();
  const born = await newMember();
  const [team = ''] = fleet.teams;
  await changeSecret(team, { data: { '.dockerconfigjson': payloadOf('other.example') } });
  await watch.says(/the watch of \w+ cannot be started/);
  // The watches have been silent for a minute, so the health check fails.
  await waitFor(async () => (await askWatch(port, '/healthz')).status === 503, { what: '503', deadlineMs: 90_000 });
  proxy.isAway = false;
  await served(born);
  const payload = async () => (await secretIn(team))?.data?.['.dockerconfigjson'];
  await waitFor(async () => (await payload()) === payloadOf('r.example'), { what: 'the copy as it was' });
  await waitFor(async () => (await askWatch(port, '/healthz')).status === 200, { what: '200 again' });
});

describe('somebody undoes every write', () => {
  /**
   * Runs `undo` each time the copy in `namespace` is as sync wants it, until sync has printed `says`. Returns the number of
   * times.
   */
  async function undoing(namespace: string, undo: (path: string) => Promise<unknown>, says: string): Promise<number> {
    const stop = new AbortController();
    let undone = 0;
    const manager = (async () => {
      while (!stop.signal.aborted) {
        if ((await payloadIn(namespace)) !== payloadOf('r.example')) continue;
        await undo(`/api/v1/namespaces/${namespace}/secrets/regsecret`);
        undone += 1;
      }
    })();
    await watch.says(says);
    stop.abort();
    await manager;
    return undone;
  }
  const payloadIn = async (namespace: string) => (await secretIn(namespace))?.data?.['.dockerconfigjson'];
  const fields = { data: { '.dockerconfigjson': payloadOf('other.example') } };
  const keepsUndoing = (namespace: string): string =>
    `warning: someone keeps undoing what sync writes to secret ${namespace}/regsecret, so sync writes it less and less often; its other field managers: argocd-controller`;

  test('by server-side apply: a few writes, and then who it is', async () => {
    const namespace = await newMember();
    await served(namespace);
    const apply = (path: string) => {
      const target = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'regsecret' }, ...fields };
      const headers = { 'content-type': 'application/apply-patch+yaml' };
      return api('PATCH', `${path}?fieldManager=argocd-controller&force=true`, target, headers);
    };
    expect(await undoing(namespace, apply, keepsUndoing(namespace))).toBeLessThanOrEqual(6);
  });

  test('by a controller that owns it, as External Secrets does: nothing is written any more, and it is named', async () => {
    const namespace = await newMember();
    await served(namespace);
    const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'registry', uid: 'u' };
    const own = (path: string) => {
      const owned = { ...fields, metadata: { ownerReferences: [{ ...owner, controller: true }] } };
      return api('PATCH', path, owned, { 'content-type': 'application/merge-patch+json' });
    };
    const says = `secret ${namespace}/regsecret was created by sync, but externalsecret.external-secrets.io/registry creates it now, so it is left alone`;
    expect(await undoing(namespace, own, says)).toBe(1);
    expect(await payloadIn(namespace)).toBe(payloadOf('other.example'));
  });

  test('by patches: then what makes peace, and another source is written everywhere', async () => {
    const [team = ''] = fleet.teams;
    const patch = (path: string) =>
      api('PATCH', `${path}?fieldManager=argocd-controller`, fields, {
        'content-type': 'application/merge-patch+json',
      });
    expect(await undoing(team, patch, keepsUndoing(team))).toBeLessThanOrEqual(6);
    await watch.says('- /metadata/labels/app.kubernetes.io~1managed-by\n');
    // Nobody undoes the writes any more, so a changed source reaches the copy.
    await changeSecret(fleet.home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
    const isNew = async () => (await payloadIn(team)) === payloadOf('new.example');
    await waitFor(isNew, { what: 'the copy of the new source' });
  });
});

test('with what was printed, an Argo CD that respects it and the watch leave each other in peace', async () => {
  const [team = ''] = fleet.teams;
  const block = /^ignoreDifferences:\n(?:[ -].*\n)+/m.exec(watch.stderr)?.[0] ?? '';
  const { ignoreDifferences } = load(block) as { ignoreDifferences: { name: string; jsonPointers: string[] }[] };
  const pointers = ignoreDifferences.flatMap(({ jsonPointers }) => jsonPointers);
  expect(watch.stderr).toContain('RespectIgnoreDifferences=true');
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const path = `/api/v1/namespaces/${team}/secrets/regsecret`;
  const versions: (string | undefined)[] = [];
  for (let sync = 0; sync < 5; sync += 1) {
    // Argo CD takes ignored fields from the live object (argo-cd controller/sync.go `normalizeTargetResources`).
    const target = manifestInGit(team);
    const live = await secretIn(team);
    for (const pointer of pointers) copyAt(pointer.slice(1).split('/').map(unescaped), live, target);
    const { status } = await api('PATCH', `${path}?fieldManager=argocd-controller&force=true`, target, headers);
    expect(status).toBe(200);
    const now = await secretIn(team);
    expect(now?.data).toEqual({ '.dockerconfigjson': payloadOf('new.example') });
    versions.push(now?.metadata.resourceVersion);
    // Serving a new namespace shows that the watch has looked since.
    await served(await newMember());
  }
  expect(new Set(versions.slice(1)).size).toBe(1);
});

/** The manifest in a repository, with another login. */
function manifestInGit(namespace: string): Record<string, unknown> {
  const metadata = { namespace, name: 'regsecret', labels: { 'app.kubernetes.io/instance': 'shop' } };
  const data = { '.dockerconfigjson': payloadOf('other.example') };
  return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/dockerconfigjson', metadata, data };
}

/** RFC 6901. */
function unescaped(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function copyAt([first = '', ...rest]: string[], from: unknown, to: Record<string, unknown>): void {
  const value = (from as Record<string, unknown> | undefined)?.[first];
  const below = (to[first] ?? {}) as Record<string, unknown>;
  to[first] = rest.length === 0 ? value : below;
  if (rest.length > 0) copyAt(rest, value, below);
}

test('a login from here is asked for again; where that fails the old one stays, and it is said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-login-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'token');
  writeFileSync(file, 'first');
  const { home, teams } = await newFleet(1);
  const [team = ''] = teams;
  const login = ['--server', 'r.example', '--username', 'u', '--password-file', file];
  const renewing = await startWatch(home, ['pull', ...login, '--to', team, '--refresh', '1s']);
  const passwordIs = (password: string) =>
    waitFor(
      async () => {
        const payload = (await secretIn(team, 'pull'))?.data?.['.dockerconfigjson'] ?? '';
        const auth = JSON.parse(Buffer.from(payload, 'base64').toString()).auths['r.example'].auth;
        return Buffer.from(auth, 'base64').toString() === `u:${password}`;
      },
      { what: `the password ${password}` },
    );
  await passwordIs('first');
  writeFileSync(file, 'second');
  await passwordIs('second');
  rmSync(file);
  await renewing.says('error: the login cannot be renewed, so the old one stays: ');
  writeFileSync(file, 'third');
  await passwordIs('third');
  expect(await renewing.end()).toBe(0);
});

describe('with the rights that `rbac` prints', () => {
  const args = (): string[] => ['-l', `fleet=${fleet.prefix}`, '--attach', 'sa/default'];

  test('a namespace that is made later is served, with its service account, and nothing is amiss', async () => {
    const { end, says } = await startWatch(fleet.home, args(), {
      kubeconfig: (await watchRights(fleet.home, args())).kubeconfig,
    });
    const born = await newNamespace({ labels: { fleet: fleet.prefix }, serviceAccount: true });
    await says(`serviceaccount/default patched in ${born}`);
    expect(await end()).toBe(0);
  });

  test.each(['namespaces', 'secrets', 'serviceaccounts'])(
    'but not the one to watch %s: that is said',
    async (plural) => {
      const without = (rule: Rule): Rule =>
        rule.resources.includes(plural) ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'watch') } : rule;
      const { kubeconfig } = await watchRights(fleet.home, args(), without);
      const { end, says } = await startWatch(fleet.home, args(), { kubeconfig });
      await says(
        `error: the API server refuses the watch of ${plural} with 403\nhint: an administrator can run: regsecret rbac --for user/NAME sync `,
      );
      expect(await end('SIGINT')).toBe(130);
    },
  );
});

test('after all that it ends as it is told to', async () => {
  expect(await watch.end('SIGTERM')).toBe(0);
});
