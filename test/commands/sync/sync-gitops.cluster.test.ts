/**
 * Coexistence with tools that apply manifests: a copy never has the marks by which such a tool recognizes its objects, and the
 * tool's own objects are left alone.
 */
import { describe, expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import { account, freshName, named, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import {
  changeSecret,
  newFleet,
  OURS,
  payloadOf,
  putSecret,
  type StoredSecret,
  secretIn,
} from '../../support/sync-world.ts';

interface Found extends Pick<StoredSecret, 'metadata'> {
  readonly metadata: StoredSecret['metadata'] & { readonly namespace: string; readonly name: string };
}

/** A tool that deletes objects which it recognizes as its own and which are not in its manifests. */
interface Tool {
  readonly title: string;
  /** The marks that it puts on its own objects. */
  readonly marks: (namespace: string) => { labels?: Record<string, string>; annotations?: Record<string, string> };
  /** Whether it would recognize a Secret as its own. */
  readonly knows: (secret: Found) => boolean;
  /** Its name in our errors, and the command that shows where to change the object. */
  readonly name: string;
  readonly where: string;
}

const FLUX = { name: 'platform', namespace: 'flux-system' };
const flux = (kind: 'kustomize' | 'helm') => ({
  [`${kind}.toolkit.fluxcd.io/name`]: FLUX.name,
  [`${kind}.toolkit.fluxcd.io/namespace`]: FLUX.namespace,
});
const hasAll = (labels: Record<string, string> = {}, wanted: Record<string, string>): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);
const helm = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'platform', 'meta.helm.sh/release-namespace': 'apps' },
};

const TOOLS: readonly Tool[] = [
  {
    title: 'Argo CD, which tracks by label',
    marks: () => ({ labels: { 'argocd.argoproj.io/instance': 'platform' } }),
    knows: ({ metadata: { labels } }) => labels?.['argocd.argoproj.io/instance'] === 'platform',
    name: 'Argo CD application platform',
    where: 'argocd app get platform',
  },
  {
    title: 'Argo CD, which tracks by annotation',
    marks: (namespace) => ({
      annotations: { 'argocd.argoproj.io/tracking-id': `shop:/Secret:${namespace}/regsecret` },
    }),
    // Argo CD ignores a tracking id that names another object; the check here counts it all the same, to be careful.
    knows: ({ metadata: { annotations } }) =>
      annotations?.['argocd.argoproj.io/tracking-id']?.startsWith('shop:') === true,
    name: 'Argo CD application shop',
    where: 'argocd app get shop',
  },
  {
    title: "Flux' kustomize-controller",
    marks: () => ({ labels: flux('kustomize'), annotations: { 'kustomize.toolkit.fluxcd.io/checksum': '1' } }),
    knows: ({ metadata: { labels } }) => hasAll(labels, flux('kustomize')),
    name: 'Flux kustomization platform',
    where: 'kubectl get kustomization platform -n flux-system -o yaml',
  },
  {
    title: "Flux' helm-controller",
    marks: () => ({ labels: { ...helm.labels, ...flux('helm') }, annotations: helm.annotations }),
    knows: ({ metadata: { labels } }) => hasAll(labels, flux('helm')),
    name: 'Flux helmrelease platform',
    where: 'kubectl get helmrelease platform -n flux-system -o yaml',
  },
  {
    title: 'Helm',
    marks: () => helm,
    knows: ({ metadata: { annotations } }) => annotations?.['meta.helm.sh/release-name'] === 'platform',
    name: 'Helm release platform',
    where: 'helm get values platform -n apps',
  },
  {
    title: 'kubectl apply --prune --applyset',
    marks: () => ({ labels: { 'applyset.kubernetes.io/part-of': 'applyset-platform-v1' } }),
    knows: ({ metadata: { labels } }) => labels?.['applyset.kubernetes.io/part-of'] === 'applyset-platform-v1',
    name: 'an ApplySet of kubectl',
    where: 'kubectl get secrets,configmaps -A -l applyset.kubernetes.io/id=applyset-platform-v1',
  },
];

/** kubectl creates objects and does not watch them, so any later write stands. */
const KUBECTL: Pick<Tool, 'title' | 'marks' | 'knows'> = {
  title: 'kubectl apply --prune -l',
  marks: () => ({
    labels: { app: 'platform' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"metadata":{"labels":{"app":"platform"}}}' },
  }),
  knows: ({ metadata: { labels, annotations } }) =>
    labels?.app === 'platform' || annotations?.['kubectl.kubernetes.io/last-applied-configuration'] !== undefined,
};

/** The Secrets that a tool would delete in these namespaces if its manifests contained none. */
async function pruned({ knows }: Pick<Tool, 'knows'>, namespaces: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(namespaces.map((namespace) => api('GET', `/api/v1/namespaces/${namespace}/secrets`)));
  const secrets = lists.flatMap(({ body }) => body.items as Found[]);
  expect(secrets.length).toBeGreaterThanOrEqual(namespaces.length);
  return secrets.filter(knows).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

test.each([...TOOLS, KUBECTL])('a source that $title makes: it would delete no copy, now or later', async (tool) => {
  const { home, teams } = await newFleet(3);
  await changeSecret(home, { metadata: tool.marks(home) });
  expect(await pruned(tool, [home])).toEqual([`${home}/regsecret`]);
  const [, immutable = '', adopted = ''] = teams;
  await putSecret(adopted);
  const line = ['sync', '--to', teams.join(','), '--adopt'];
  expect((await regsecretIn(home, line)).code).toBe(0);
  expect(await pruned(tool, teams)).toEqual([]);
  // A copy that must be recreated keeps the labels and annotations of the copy, not those of the source.
  await changeSecret(immutable, { immutable: true });
  await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') }, metadata: tool.marks(home) });
  expect((await regsecretIn(home, line)).stdout).toContain('3 namespaces: 2 updated, 1 replaced\n');
  expect(await pruned(tool, teams)).toEqual([]);
  for (const team of teams) expect((await secretIn(team))?.metadata.labels).toEqual(OURS);
});

test.each(TOOLS)(
  'a copy that $title has taken over is left to it by sync, --prune, rotate and delete',
  async (tool) => {
    const { home, teams } = await newFleet(2, { serviceAccount: true });
    // The host is unique because rotate -A looks at all namespaces.
    const host = `${freshName('r')}.example.com`;
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf(host) } });
    const [taken = '', other = ''] = teams;
    const line = ['sync', '--to', teams.join(','), '--attach', 'sa/default'];
    expect((await regsecretIn(home, line)).code).toBe(0);
    await changeSecret(taken, { metadata: tool.marks(taken) });
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf(host, 'new.example') } });
    const before = await secretIn(taken);

    const ran = await regsecretIn(home, line);
    expect([ran.code, ran.stdout]).toEqual([
      1,
      `secret/regsecret updated in ${other}\n2 namespaces: 1 updated, 1 left alone\n`,
    ]);
    expect(ran.stderr).toContain(`error: secret ${taken}/regsecret was `);
    expect(ran.stderr).toContain(tool.name);
    expect(ran.stderr).toContain(`hint: ${tool.where}\n`);

    const narrow = await regsecretIn(home, ['sync', '--to', other, '--prune', '--yes']);
    expect(narrow.stdout).not.toContain('deleted');
    const user = ['--server', host, '--username', 'jane', '--password-stdin', '--no-verify'];
    const rotated = await regsecretIn(home, ['rotate', '-A', ...user, '-o', 'name'], { stdin: `${CANARY}-new` });
    expect(rotated.code).toBe(1);
    expect(rotated.stdout.trimEnd().split('\n').sort()).toEqual(
      [home, other].map((namespace) => `secret/regsecret -n ${namespace}`).sort(),
    );
    expect(rotated.stderr).toContain(`hint: ${tool.where}\n`);
    const deleted = await regsecretIn(home, ['delete', 'regsecret', '-A', '--yes', '--force']);
    expect(deleted.stdout).toContain(`secret/regsecret deleted in ${other}\n`);
    expect(deleted.stdout).not.toContain(`deleted in ${taken}\n`);
    expect(await secretIn(taken)).toEqual(before);
    expect((await account(taken, 'default')).imagePullSecrets).toEqual(named('regsecret'));
  },
);

test('a copy with an owner is left to it, until --adopt says otherwise', async () => {
  const { home, teams } = await newFleet(1);
  const [team = ''] = teams;
  await regsecretIn(home, ['sync', '--to', team]);
  const { uid } = (await api('POST', `/api/v1/namespaces/${team}/configmaps`, { metadata: { name: 'owner' } })).body
    .metadata;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid };
  await changeSecret(team, {
    data: { '.dockerconfigjson': payloadOf('own.example') },
    metadata: { ownerReferences: [owner] },
  });
  const ran = await regsecretIn(home, ['sync', '--to', team]);
  expect(ran).toEqual({
    code: 1,
    stdout: '1 namespace: 1 left alone\n',
    stderr: `error: secret ${team}/regsecret was created by sync, but configmap/owner creates it now, so it is left alone\n  --adopt writes it anyway, and drops logins that its source does not have\nhint: kubectl get configmap owner -n ${team} -o yaml\n`,
  });
  const pruned = await regsecretIn(home, ['sync', '-A', '--exclude', '*', '--prune', '--yes']);
  expect([pruned.code, pruned.stdout]).toEqual([1, '1 namespace: 1 failed\n']);
  expect(pruned.stderr).toContain('but configmap/owner creates it now, so it was not deleted\n');
  expect((await regsecretIn(home, ['sync', '--to', team, '--adopt'])).code).toBe(0);
  expect((await secretIn(team))?.data).toEqual((await secretIn(home))?.data);
});

describe('rotate and remove', () => {
  const names = TOOLS.map((_, index) => `tool-${index}`);

  test('Secrets that such tools make are named with where to change them, and left; what kubectl has applied is written', async () => {
    const [namespace, host] = [await newNamespace(), `${freshName('r')}.example.com`];
    const data = { '.dockerconfigjson': payloadOf(host, 'quay.io') };
    for (const [index, { marks }] of TOOLS.entries()) {
      await putSecret(namespace, { data, metadata: marks(namespace) }, names[index]);
    }
    await putSecret(namespace, { data, metadata: KUBECTL.marks(namespace) }, 'applied');
    const user = ['--server', host, '--username', 'jane', '--password-stdin', '--no-verify'];
    const rotate = (...flags: string[]) =>
      regsecretIn(namespace, ['rotate', ...user, ...flags], { stdin: `${CANARY}-new` });
    const remove = (...flags: string[]) =>
      regsecretIn(namespace, ['remove', names[0] ?? '', '--server', 'quay.io', ...flags]);
    const before = await Promise.all(names.map((name) => secretIn(namespace, name)));

    const rotated = await rotate();
    expect([rotated.code, rotated.stdout]).toEqual([1, `secret/applied configured in ${namespace}\n`]);
    for (const [index, { name, where }] of TOOLS.entries()) {
      const error = `error: secret ${namespace}/${names[index]} keeps its login, because ${name} creates it\n`;
      expect(rotated.stderr).toContain(`${error}  --owned writes it anyway\nhint: ${where}\n`);
    }
    const removed = await remove();
    expect([removed.code, removed.stdout]).toEqual([1, '']);
    expect(removed.stderr).toContain(`because ${TOOLS[0]?.name} creates it\n`);
    expect(await Promise.all(names.map((name) => secretIn(namespace, name)))).toEqual(before);

    const owned = await rotate('--owned');
    const [summary, elsewhere = ''] = owned.stderr.split('\n');
    const count = `${TOOLS.length + 1} Secrets`;
    expect([owned.code, summary]).toEqual([0, `${count}: ${TOOLS.length} updated, 1 unchanged`]);
    expect(elsewhere).toContain(`the same password is also stored for quay.io in ${count} (`);
    expect((await remove('--owned')).code).toBe(0);
    for (const [index, name] of names.entries()) {
      const { labels, annotations } = (await secretIn(namespace, name))?.metadata ?? {};
      expect({ labels, annotations }).toMatchObject(TOOLS[index]?.marks(namespace) ?? {});
    }
  });
});
