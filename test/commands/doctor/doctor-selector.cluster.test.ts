/** `doctor -l`: only the namespaces with a label, also for a user who may read only one of them. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import { created, freshName, named, newAccount, newPullSecret } from '../../support/attach-world.ts';
import { here } from '../../support/here.ts';
import { mayDo } from '../../support/user.ts';

interface Finding {
  readonly code: string;
  readonly object: { readonly namespace?: string };
  readonly objects?: readonly { readonly namespace?: string }[];
}

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly unchecked: readonly string[];
  readonly unjudged: readonly string[];
}

/** `CODE NAMESPACE` of every object with the finding. */
const placesOf = ({ code, object, objects = [object] }: Finding): string[] =>
  objects.map(({ namespace }) => `${code} ${namespace}`);

describe('the namespaces with a label', () => {
  const ofLabel = (label: string, ...more: string[]) =>
    here(['doctor', '-l', label, '--offline', ...more], { env: { KUBECONFIG: cluster().kubeconfig } });
  /** Creates a namespace with a service account that names a missing Secret, and with an unused Secret. */
  const broken = async (label: string, name: string): Promise<string> => {
    const namespace = await newNamespace({ serviceAccount: true, labels: { team: label } });
    await newAccount(namespace, { imagePullSecrets: named(name) }, 'builder');
    await newPullSecret(namespace, 'idle');
    return namespace;
  };

  test.each([
    ['a few, which are listed one by one', 2],
    ['many, for which the cluster is listed once', 6],
  ])('%s: findings and counts are theirs', async (_, count) => {
    const label = freshName('team');
    const gone = freshName('gone');
    const [namespaces] = await Promise.all([
      Promise.all(Array.from({ length: count }, () => broken(label, gone))),
      broken(`${label}-other`, gone),
    ]);
    const ran = await ofLabel(`team=${label}`, '-o', 'json');
    expect(ran.code, ran.stderr).toBe(0);
    const report: Report = JSON.parse(ran.stdout);
    expect(report.counts).toMatchObject({ pods: 0, workloads: 0, serviceAccounts: 2 * count, secrets: count });
    const codes = namespaces.flatMap((namespace) => [`missing-secret ${namespace}`, `unused-secret ${namespace}`]);
    expect(report.findings.flatMap(placesOf).sort()).toEqual(codes.sort());
    expect(report).toMatchObject({ healthy: true, unchecked: [], unjudged: [] });
  });

  test.each([
    ['the label alone', []],
    ['with -A', ['-A']],
  ])('where all is well, whatever is wrong elsewhere: %s', async (_, flags) => {
    const label = freshName('team');
    await Promise.all([
      newNamespace({ serviceAccount: true, labels: { team: label } }),
      broken(`${label}-other`, freshName('gone')),
    ]);
    const { code, stdout, stderr } = await ofLabel(`team=${label}`, ...flags);
    expect([code, stdout.split('\n')[0]]).toEqual([
      0,
      'nothing is wrong: 0 pods, 0 workloads, 1 service account, 0 pull secrets',
    ]);
    expect(stderr).toContain('no pods, workloads or pull secrets in these namespaces\n');
  });

  test('--exclude leaves out namespaces by name and pattern, with what is read for several', async () => {
    const label = freshName('team');
    const gone = freshName('gone');
    const [kept = '', named = '', ...globbed] = await Promise.all([1, 2, 3, 4, 5, 6].map(() => broken(label, gone)));
    const args = globbed.flatMap((name) => ['--exclude', name.replace(/.$/, '?')]);
    const ran = await ofLabel(`team=${label}`, '--exclude', named, ...args, '-o', 'json');
    const places = JSON.parse(ran.stdout).findings.flatMap(placesOf);
    expect(places.sort()).toEqual([`missing-secret ${kept}`, `unused-secret ${kept}`]);
  });

  test('--group-by namespace: each with what is wrong in it', async () => {
    const label = freshName('team');
    const namespaces = await Promise.all([1, 2].map(() => broken(label, freshName('gone'))));
    const { stdout } = await ofLabel(`team=${label}`, '--group-by', 'namespace');
    const heads = stdout.split('\n').filter((line) => line.endsWith(': 2 warnings'));
    expect(heads).toEqual(namespaces.sort().map((name) => `${name}: 2 warnings`));
  });

  /** Creates a user who may do everything in `namespace` and list the namespaces. */
  const readerOf = async (namespace: string): Promise<string> => {
    const user = freshName('user');
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const apiGroup = 'rbac.authorization.k8s.io';
    const metadata = { name: user };
    const namespaces = { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] };
    const bound = (name: string) => ({
      metadata,
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ apiGroup, kind: 'User', name: user }],
    });
    await created(`${rbac}/clusterroles`, { metadata, rules: [namespaces] });
    await created(`${rbac}/clusterrolebindings`, bound(user));
    await created(`${rbac}/namespaces/${namespace}/rolebindings`, bound('cluster-admin'));
    onTestFinished(async () => {
      await api('DELETE', `${rbac}/clusterrolebindings/${user}`);
      await api('DELETE', `${rbac}/clusterroles/${user}`);
    });
    const pods = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };
    await waitFor(async () => (await mayDo(user, '', namespaces)) && (await mayDo(user, namespace, pods)), {
      what: `the rights of ${user}`,
      everyMs: 5,
    });
    return user;
  };

  test('that no namespace has: nothing was judged', async () => {
    const label = `team=${freshName('nobody')}`;
    expect(await ofLabel(label)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `error: no namespace has the labels ${label}, so nothing was checked\n` +
        'hint: -l chooses namespaces by their labels: kubectl get namespaces --show-labels\n',
    });
  });

  test('that is none', async () => {
    const { code, stdout, stderr } = await ofLabel('team=(a');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: the API server cannot read the selector of -l: unable to parse requirement/);
  });

  test.each([
    ['a few', 2],
    ['many', 6],
  ])('%s, for somebody who may read one of them: nothing is called healthy', async (_, count) => {
    const label = freshName('team');
    const [first = ''] = await Promise.all(Array.from({ length: count }, () => broken(label, 'gone')));
    const env = { KUBECONFIG: kubeconfigFor({ user: await readerOf(first) }) };
    const ran = await here(['doctor', '-l', `team=${label}`, '--offline', '-o', 'json'], { env });
    expect(ran.code, ran.stderr).toBe(3);
    const report: Report = JSON.parse(ran.stdout);
    expect(report.findings.flatMap(placesOf)).toContain(`missing-secret ${first}`);
    expect(report.unchecked).toContain('list pods');
    expect(report.unjudged.join()).toContain('pods in namespaces ');
  });
});
