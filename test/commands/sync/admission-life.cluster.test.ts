/** The policy of `sync --admission` from its first run to `delete`: printed, applied, left alone, refused, and taken along. */
import { load } from 'js-yaml';
import { beforeEach, describe, expect, test } from 'vitest';
import { api, cluster, kubeconfigFor, kubectl, newNamespace, waitFor } from '../../environment/use.ts';
import { BINDINGS, POLICIES, policyIn, policyName, rehearsed } from '../../support/admission-world.ts';
import { recorded } from '../../support/asked-rights.ts';
import { account, created, named, newPullSecret, regsecretIn } from '../../support/attach-world.ts';
import { accountFor } from '../../support/guarded-account.ts';
import { here } from '../../support/here.ts';
import { newFleet, secretIn } from '../../support/sync-world.ts';
import { type Rule, userWith } from '../../support/user.ts';

let home: string;
let team: string;
let policy: string;
let line: string[];

beforeEach(async () => {
  const fleet = await newFleet(1, { serviceAccount: true });
  home = fleet.home;
  [team = ''] = fleet.teams;
  policy = policyName(home);
  line = ['sync', '-l', `fleet=${fleet.prefix}`, '--admission', '--yes'];
});

const merge = { 'content-type': 'application/merge-patch+json' };
const BOTH = ['policy', 'binding'];
const kinds = (action: string, end = ''): string =>
  ['mutatingadmissionpolicy', 'mutatingadmissionpolicybinding']
    .map((kind) => `${kind}/${policy} ${action}${end}\n`)
    .join('');

test('what is printed is what is applied, and printing it contacts no cluster', async () => {
  const nowhere = kubeconfigFor({ server: 'https://127.0.0.1:1' });
  const printed = await regsecretIn(home, [...line, '-o', 'yaml'], { kubeconfig: nowhere });
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  const applied = await kubectl(['apply', '-f', '-'], { stdin: printed.stdout });
  expect(applied.stderr).toBe('');
  const again = await regsecretIn(home, line);
  expect([again.code, again.stdout]).toEqual([0, `secret/regsecret created in ${team}\n1 namespace: 1 created\n`]);
});

test('a dry run, the first run, and one that writes nothing', async () => {
  for (const [mode, end] of [
    ['client', ' (dry run)'],
    ['server', ' (server dry run)'],
  ]) {
    const { stdout } = await regsecretIn(home, [...line, `--dry-run=${mode}`]);
    expect(stdout).toBe(
      `${kinds('created', end)}secret/regsecret created in ${team}${end}\n1 namespace: 1 created${end}\n`,
    );
    expect([await policyIn(home), await secretIn(team)]).toEqual([[], undefined]);
  }
  const first = await regsecretIn(home, line);
  expect([first.code, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toBe(`${kinds('created')}secret/regsecret created in ${team}\n1 namespace: 1 created\n`);
  const { result, asked } = await recorded(() => regsecretIn(home, line));
  expect(result.stdout).toBe('1 namespace: 1 unchanged\n');
  expect(asked.filter(({ verb }) => verb === 'patch')).toEqual([]);
  expect((await account(team, 'default')).imagePullSecrets).toBeUndefined();
});

test('each form of the output', async () => {
  const asName = await regsecretIn(home, [...line, '-o', 'name']);
  expect(asName.stdout).toContain(`mutatingadmissionpolicy.admissionregistration.k8s.io/${policy}\n`);
  const asJson = await regsecretIn(home, [...line, '-o', 'json']);
  expect(JSON.parse(asJson.stdout).policies).toEqual([
    { kind: 'MutatingAdmissionPolicy', name: policy, action: 'unchanged' },
    { kind: 'MutatingAdmissionPolicyBinding', name: policy, action: 'unchanged' },
  ]);
});

test('a policy that someone changed is set right', async () => {
  await regsecretIn(home, line);
  await api('PATCH', `${POLICIES}/${policy}`, { spec: { failurePolicy: 'Fail' } }, merge);
  expect((await regsecretIn(home, line)).stdout).toContain(`mutatingadmissionpolicy/${policy} updated\n`);
  expect((await api('GET', `${POLICIES}/${policy}`)).body.spec.failurePolicy).toBe('Ignore');
});

test('a policy of that name which sync did not create stays as it is, and nothing is written', async () => {
  const spec = { policyName: policy };
  await created(BINDINGS, { metadata: { name: policy }, spec });
  const { code, stdout, stderr } = await regsecretIn(home, line);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(
    `error: mutatingadmissionpolicybinding ${policy} exists, and sync did not create it\nhint: kubectl get`,
  );
  expect([await secretIn(team), (await api('GET', `${POLICIES}/${policy}`)).status]).toEqual([undefined, 404]);
});

test('without a namespace that is selected, the policy is for those to come', async () => {
  const ran = await regsecretIn(home, ['sync', '--to', `${policy.replaceAll('.', '-')}-*`, '--admission', '--yes']);
  expect([ran.code, await policyIn(home)]).toEqual([0, BOTH]);
});

test('no pod is accepted anywhere: a warning, because nobody knows', { timeout: 60_000 }, async () => {
  await created(`/api/v1/namespaces/${team}/resourcequotas`, {
    metadata: { name: 'none' },
    spec: { hard: { pods: '0' } },
  });
  const counted = async () => (await rehearsed(team)).status === 403;
  await waitFor(counted, { what: 'the quota' });
  const { code, stderr } = await regsecretIn(home, line);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: not known whether new pods get regsecret: .*exceeded quota/);
});

describe('permissions', () => {
  test('without those for policies: an error with the line for an administrator, and nothing is left', async () => {
    const rules = [
      { apiGroups: [''], resources: ['secrets', 'namespaces'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
    ];
    const kubeconfig = await userWith(home, [], rules);
    const { code, stdout, stderr } = await regsecretIn(home, line, { kubeconfig });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^error: no permission to apply mutatingadmissionpolicy ${policy}\n`));
    expect(stderr).toMatch(/: regsecret rbac --for user\/.* sync .*--admission.* \| kubectl apply -f -\n/);
    expect([await secretIn(team), await policyIn(home)]).toEqual([undefined, []]);
  });

  test('those that rbac prints are enough, also to delete', { timeout: 60_000 }, async () => {
    const { kubeconfig } = await accountFor(home, line);
    expect(await regsecretIn(home, line, { kubeconfig })).toMatchObject({ code: 0, stderr: '' });
    const remove = ['delete', 'regsecret', '-A', '--yes'];
    const printed = await regsecretIn(home, ['rbac', '-o', 'json', ...remove]);
    const rules = JSON.parse(printed.stdout).items.flatMap((object: { rules?: Rule[] }) => object.rules ?? []);
    const cleaner = await userWith(home, [], rules);
    const removed = await regsecretIn(home, remove, { kubeconfig: cleaner });
    expect([removed.code, removed.stderr]).toEqual([0, '2 Secrets: 2 deleted\n']);
    expect(await policyIn(home)).toEqual([]);
  });

  test('no policy limits who may write policies', async () => {
    const { code, stderr } = await regsecretIn(home, ['rbac', '--guard', ...line]);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error: whoever may write policies may change every pod, which no policy of ours limits',
    ]);
  });

  test('the controller may write no policy, not even that of its own copies', async () => {
    const { ask } = await accountFor(
      home,
      ['sync', '-l', `${line[2]}`, '--attach', 'sa/default', '--watch'],
      '--guard',
    );
    await regsecretIn(home, line);
    const { spec } = (await api('GET', `${POLICIES}/${policy}`)).body;
    const answers = [
      await ask('POST', POLICIES, { metadata: { name: `${policy}.own` }, spec }),
      await ask('PATCH', `${POLICIES}/${policy}`, { spec: { failurePolicy: 'Fail' } }, merge['content-type']),
      await ask('DELETE', `${POLICIES}/${policy}`),
      await ask('POST', BINDINGS, { metadata: { name: `${policy}.own` }, spec: { policyName: policy } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });

  test('who has no copies asks for no policy; who has one asks once a command, and sync never', async () => {
    const asks = async (namespace: string, command: string) => {
      const { asked } = await recorded(() => regsecretIn(namespace, command.split(' ')));
      return asked.filter(({ plural }) => plural.startsWith('mutating')).length;
    };
    const counts = async (namespace: string) => [
      await asks(namespace, 'doctor --offline'),
      await asks(namespace, 'attach --serviceaccount default'),
      await asks(namespace, 'doctor --offline'),
      await asks(namespace, 'detach --serviceaccount default --yes'),
      await asks(namespace, 'delete regsecret --yes'),
    ];
    const plain = await newNamespace({ serviceAccount: true });
    await newPullSecret(plain, 'regsecret');
    expect(await asks(home, line.filter((word) => word !== '--admission').join(' '))).toBe(0);
    expect([await counts(plain), await counts(team)]).toEqual([
      [0, 0, 0, 0, 0],
      [1, 1, 0, 1, 0],
    ]);
  });
});

describe('delete -A', () => {
  const remove = (...flags: string[]) => regsecretIn(home, ['delete', 'regsecret', '-A', '--yes', ...flags]);

  test('takes the policy and its binding along, after the Secrets', async () => {
    await regsecretIn(home, line);
    const dry = await remove('--dry-run=server');
    expect(dry.stdout).toContain(`mutatingadmissionpolicy/${policy} deleted (server dry run)\n`);
    expect(await policyIn(home)).toEqual(BOTH);
    const { code, stdout } = await remove();
    expect([code, await policyIn(home), await secretIn(team)]).toEqual([0, [], undefined]);
    expect(
      stdout.endsWith(`mutatingadmissionpolicybinding/${policy} deleted\nmutatingadmissionpolicy/${policy} deleted\n`),
    ).toBe(true);
  });

  test('takes it along also when the Secrets are already gone', async () => {
    await regsecretIn(home, line);
    for (const place of [home, team]) await api('DELETE', `/api/v1/namespaces/${place}/secrets/regsecret`);
    expect([(await remove()).code, await policyIn(home)]).toEqual([0, []]);
  });

  test('leaves it while a Secret stays', async () => {
    await regsecretIn(home, line);
    await created(`/api/v1/namespaces/${team}/pods`, {
      metadata: { name: 'needy' },
      spec: { containers: [{ name: 'app', image: 'r.example/app:1' }], imagePullSecrets: named('regsecret') },
    });
    expect([(await remove()).code, await policyIn(home)]).toEqual([1, BOTH]);
  });

  test.each<readonly [whose: string, metadata: (name: string) => object]>([
    ['without our label', (name) => ({ name, annotations: { 'regsecret/source': `${home}/regsecret` } })],
    [
      'for another source',
      (name) => ({
        name,
        labels: { 'regsecret/admission': 'true' },
        annotations: { 'regsecret/source': `${team}/regsecret` },
      }),
    ],
    [
      'of another name',
      (name) => ({
        name: `${name}.more`,
        labels: { 'regsecret/admission': 'true' },
        annotations: { 'regsecret/source': `${home}/regsecret` },
      }),
    ],
    [
      'of a Helm release',
      (name) => ({
        name,
        labels: { 'regsecret/admission': 'true', 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'regsecret/source': `${home}/regsecret`, 'meta.helm.sh/release-name': 'web' },
      }),
    ],
  ])('leaves one %s', async (whose, metadata) => {
    const body: { metadata: { name: string } } = await created(POLICIES, {
      metadata: metadata(policy),
      spec: (await bareSpec()) as object,
    });
    const { name } = body.metadata;
    policyName(home, name.slice(`regsecret.${home}.`.length));
    const { code, stderr } = await remove();
    expect([code, (await api('GET', `${POLICIES}/${name}`)).status]).toEqual([0, 200]);
    expect(stderr.includes('is not deleted, because Helm release web creates it')).toBe(whose === 'of a Helm release');
  });
});

/** A spec that changes no pod. */
async function bareSpec(): Promise<unknown> {
  const { stdout } = await here(['sync', '--to', 'nowhere', '--admission', '-n', await newNamespace(), '-o', 'yaml'], {
    env: { KUBECONFIG: cluster().kubeconfig },
  });
  return (load(stdout.split('---\n')[1] ?? '') as { spec: unknown }).spec;
}
