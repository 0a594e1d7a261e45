/** `rbac` without an API server: its refusals, and the subjects of the rights. */
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../../src/cli.ts';
import { here } from '../../support/here.ts';
import { fakeIo } from '../../support/io.ts';

const ROLE_NAME = 'the name of a role has no / and no %, and is not . or ..';

describe('what makes no role', () => {
  test.each([
    ['no command', ['rbac'], 2, "missing required argument 'command'"],
    ['a command that is none', ['rbac', 'foo'], 2, 'unknown command'],
    ['a flag that the command has not', ['rbac', 'attach', '--foo'], 2, "unknown option '--foo'"],
    ['a command that needs none', ['rbac', 'rbac', 'list'], 2, 'rbac needs no role'],
    ['attach to nothing', ['rbac', 'attach', '-n', 'x'], 2, 'attach needs a target here'],
    ['a target that is none', ['rbac', 'attach', '--to', 'foo/x', '-n', 'x'], 2, 'a target is KIND/NAME'],
    ['manifests', ['rbac', 'doctor', '-f', 'deploy'], 0, 'no role is needed'],
    ['manifests that are changed', ['rbac', 'attach', '-f', 'deploy'], 0, 'no role is needed'],
    ['manifests, as JSON', ['rbac', '-o', 'json', 'doctor', '-f', 'deploy'], 0, 'no role is needed'],
    ['a login', ['rbac', 'verify', '--server', 'ghcr.io'], 0, 'no role is needed'],
    ['a dry run of the client', ['rbac', 'create', '--dry-run=client'], 0, 'no role is needed'],
    ['somebody who is nobody', ['rbac', '--for', 'jane', 'list', '-n', 'x'], 2, '--for takes'],
    ['a role without a name', ['rbac', '--name', '..', 'list', '-n', 'x'], 2, ROLE_NAME],
    ['a role with a path', ['rbac', '--name', 'a/b', 'list', '-n', 'x'], 2, ROLE_NAME],
    ['a namespace that is none', ['rbac', 'list', '-n', 'X'], 2, 'the name of a namespace'],
  ])('%s', async (_, args, code, sentence) => {
    const ran = await here(args, { env: { HOME: '/nowhere' } });
    expect(ran.stderr).toContain(sentence);
    expect(ran).toMatchObject({ code, stdout: '' });
  });
});

test.each(['regsecret-why:ci', 'Team A'])('a role may be called %j', async (name) => {
  const ran = await here(['rbac', '--name', name, '-o', 'name', 'list', '-n', 'x'], { env: { HOME: '/nowhere' } });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toContain(`role.rbac.authorization.k8s.io/${name}\n`);
});

test.each(
  buildProgram([], fakeIo(), 'regsecret', () => undefined)
    .commands.map((command) => command.name())
    .filter((name) => !['rbac', 'options', 'completion', 'version'].includes(name)),
)('%s is a command whose rights are known', async (name) => {
  const ran = await here(['rbac', name, '-n', 'x'], { env: { HOME: '/nowhere' } });
  expect(ran.stderr).not.toContain('needs no role');
});

describe('two commands, or somebody in place of the command', () => {
  test.each([
    ['attach pull --to deploy/web create pull', 'error: attach takes the name of one Secret, and 3 are given'],
    ['create pull -p hunter2 attach pull', "error: unknown option '-p'"],
    ['deployer create pull -n team', "error: unknown command 'deployer'"],
    ['sa/deployer create -p hunter2', 'error: unknown command'],
  ])('%s', async (line, error) => {
    const { code, stdout, stderr } = await here(['rbac', ...line.split(' ')], { env: { HOME: '/nowhere' } });
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', error]);
    expect(stderr).not.toContain('hunter2');
  });

  test('a Secret may be called as a command', async () => {
    const ran = await here(['rbac', '-n', 'team', 'inspect', 'attach'], { env: { HOME: '/nowhere' } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('resourceNames:\n      - attach\n');
  });
});

describe('how it is printed', () => {
  const env = { HOME: '/nowhere' };

  test('names, with which kubectl deletes the role again', async () => {
    const ran = await here(['rbac', '-o', 'name', '-n', 'team', 'why', 'pod/web'], { env });
    const api = 'rbac.authorization.k8s.io/regsecret-doctor';
    const names = ['role', 'rolebinding'].map((kind) => `${kind}.${api}\n`);
    for (const kind of ['clusterrole', 'clusterrolebinding']) names.push(`${kind}.${api}:team:regsecret\n`);
    expect(ran).toEqual({ code: 0, stdout: names.join(''), stderr: '' });
  });

  test.each([
    ['create pull -o name -n team', 'create', 'name'],
    ['list -o json -n team', 'list', 'json'],
  ])('what stands behind the command is not for the role: %s', async (line, command, format) => {
    const ran = await here(['rbac', ...line.split(' ')], { env });
    expect(ran.stdout).toMatch(/^---\napiVersion: /);
    expect(ran.stderr).toBe(
      `-o ${format} belongs to ${command} here, so the role was printed as YAML\n` +
        `hint: for the role, put it before the command: regsecret rbac -o ${format} ${command} …\n`,
    );
  });
});

describe('a role that another command would replace', () => {
  const said = 'the same command with other targets replaces this role; --name NAME creates another\n';
  const named = (where: string) => `another command with this --name replaces this role${where}\n`;

  test.each([
    ['attach pull --to deploy/web', said],
    ['detach pull --from deploy/web', said],
    ['create pull --attach sa/default', said],
    ['sync pull --to shop --attach sa/default', said],
    ['why deploy/web', said],
    ['-o json why deploy/web', said],
    ['--name web attach pull --to deploy/web', named(' in namespace team')],
    ['--name web create pull', named(' in namespace team')],
    ['--name web why deploy/web', named(', also if it is for another namespace')],
    ['--name web list -A', named(', also if it is for another namespace')],
    ['--name web -o name attach pull --to deploy/web', ''],
    ['-o name attach pull --to deploy/web', ''],
    ['create pull', ''],
    ['doctor', ''],
    ['inspect pull', ''],
  ])('%s', async (line, stderr) => {
    const ran = await here(['rbac', '-n', 'team', ...line.split(' ')], { env: { HOME: '/nowhere' } });
    expect(ran).toMatchObject({ code: 0, stderr });
  });
});

describe('the name of the role: for another Secret it is another role', () => {
  test.each([
    ['create', 'regsecret-create'],
    ['create regsecret', 'regsecret-create'],
    ['create regcred', 'regsecret-create-regcred'],
    ['create secret/regcred.v1', 'regsecret-create-regcred.v1'],
    ['attach regcred --serviceaccount default', 'regsecret-attach-regcred'],
    ['delete regcred', 'regsecret-delete-regcred'],
    ['remove', 'regsecret-remove'],
    ['list', 'regsecret-list'],
    ['verify regcred other', 'regsecret-verify-regcred.other'],
    ['sync regcred --to team-a', 'regsecret-sync-regcred:team:regsecret'],
    ['why secret/regcred', 'regsecret-doctor'],
    [`create ${'a'.repeat(253)}`, `regsecret-create-${'a'.repeat(236)}`],
    [`create ${'a'.repeat(235)}.b`, `regsecret-create-${'a'.repeat(235)}`],
  ])('%s', async (line, name) => {
    const args = ['rbac', '-n', 'team', '-o', 'name', ...line.split(' ')];
    const { code, stdout, stderr } = await here(args, { env: { HOME: '/nowhere' } });
    expect([code, stderr]).toEqual([0, '']);
    expect(
      new Set(
        stdout
          .trim()
          .split('\n')
          .map((text) => text.split('/')[1]),
      ),
    ).toEqual(new Set([name]));
  });
});

describe('an image with pull secrets that are named', () => {
  const rulesOf = async (line: string) => {
    const ran = await here(['rbac', '-o', 'json', '-n', 'team', ...line.split(' ')], { env: { HOME: '/nowhere' } });
    return JSON.parse(ran.stdout).items[0].rules;
  };
  const rule = (resource: string, ...names: string[]) => [
    { apiGroups: [''], resources: [resource], resourceNames: names, verbs: ['get'] },
  ];

  test.each([
    ['why ghcr.io/org/app:1 --secret pull', ['default'], ['pull']],
    ['why ghcr.io/org/app:1 --secret pull --secret other --sa ci', ['ci'], ['other', 'pull']],
    ['why sa/ci --image ghcr.io/org/app:1 --secret pull', ['ci'], ['pull']],
  ])('%s: nothing else is read', async (line, accounts, secrets) => {
    const rules = [...rule('serviceaccounts', ...accounts), ...rule('secrets', ...secrets)];
    expect(await rulesOf(line)).toEqual(expect.arrayContaining(rules));
    expect(await rulesOf(line)).toHaveLength(2);
  });
});

test.each([
  'rbac --for sa/deployer list -n team',
  'rbac --for sa/deployer regsecret list -n team',
  'rbac regsecret list -n team --for sa/deployer',
  'rbac --for sa/deployer kubectl regsecret -n team list',
  'rbac --name regsecret-list -n team --for sa/deployer list',
  'rbac -o yaml -n team list --for sa/deployer',
  'rbac list -n team --for sa/deployer',
  'rbac -n team --for sa/deployer list',
  'rbac -n team list --for=sa/deployer',
  '-n team rbac list --for sa/deployer',
])('who has the rights and where may stand anywhere: %s', async (line) => {
  const ran = await here(line.split(' '), { env: { HOME: '/nowhere' } });
  expect(ran).toMatchObject({ code: 0 });
  const name = line.includes('--name') ? 'regsecret-list' : 'regsecret-list:deployer';
  expect(ran.stdout).toContain(`kind: Role\nmetadata:\n  name: ${name}\n  namespace: team\n`);
  expect(ran.stdout).toMatch(/name: deployer\n {4}namespace: team\n/);
});

describe('several clusters', () => {
  const said = async (line: string) => (await here(line.split(' '), { env: { HOME: '/nowhere' } })).stderr;
  const contexts = '--to-context east --to-context west';
  const where = 'this role is for the clusters of --to-context, so apply it in each: east, west\n';

  test.each([
    [
      'sync pull -n platform -A',
      'hint: in the cluster of the source, it is enough to get namespace kube-system, and to read the source: regsecret rbac verify pull -n platform\n',
    ],
    [
      'sync pull -n platform -A --assume-different',
      'hint: in the cluster of the source, it is enough to read the source: regsecret rbac verify pull -n platform\n',
    ],
    ['sync pull -n platform -A --server ghcr.io', ''],
    ['rotate --server ghcr.io -n team', ''],
    ['remove --server ghcr.io -n team', ''],
    ['delete pull -n team -A', ''],
  ])('%s: which clusters the role is for', async (line, hint) => {
    expect(await said(`rbac ${line} ${contexts}`)).toBe(where + hint);
  });

  test.each([
    ['sync with a source of another context', 'sync pull -n platform -A --to-context east', true],
    ['sync with a login', 'sync pull -n platform -A --to-context east --server ghcr.io', false],
    ['sync in one cluster', 'sync pull -n platform -A', false],
    ['sync of who knows', 'sync pull -n platform -A --to-context east --assume-different', false],
    ['rotate in two contexts', `rotate --server ghcr.io -n team ${contexts}`, true],
    ['rotate in one context', 'rotate --server ghcr.io -n team --to-context east', false],
    ['rotate of who knows', `rotate --server ghcr.io -n team ${contexts} --assume-different`, false],
    ['delete in two contexts', `delete pull -n team -A ${contexts}`, false],
  ])('%s: whether kube-system may be read, and no other namespace', async (_, line, isAsked) => {
    const { stdout } = await here(['rbac', '-o', 'json', ...line.split(' ')], { env: { HOME: '/nowhere' } });
    const { items }: { items: { rules?: { resources: string[]; verbs: string[] }[] }[] } = JSON.parse(stdout);
    const rules = items.flatMap(({ rules = [] }) => rules);
    const rule = { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] };
    expect(rules.filter(({ resources, verbs }) => resources.includes('namespaces') && verbs.includes('get'))).toEqual(
      isAsked ? [rule] : [],
    );
  });

  test('what does not go with it is no role either', async () => {
    expect(await said(`rbac rotate --server ghcr.io -n team ${contexts} --token x`)).toContain(
      'error: --to-context and --token cannot be used together',
    );
  });
});

test('why --watch needs no other rights than why', async () => {
  const rolesOf = (...flags: string[]) =>
    here(['rbac', '-o', 'json', 'why', 'pod/web', '-n', 'x', ...flags], { env: { HOME: '/nowhere' } });
  expect(await rolesOf('--watch')).toEqual(await rolesOf());
});

describe('who gets the rights', () => {
  const account = { kind: 'ServiceAccount', namespace: 'team' };
  const rbac = 'rbac.authorization.k8s.io';
  test.each([
    ['nobody named', [], { ...account, name: 'regsecret' }, ''],
    ['a service account', ['--for', 'sa/ci'], { ...account, name: 'ci' }, ':ci'],
    ['one of another namespace', ['--for', 'sa/tools:ci'], { ...account, name: 'ci', namespace: 'tools' }, ':tools:ci'],
    [
      'the usual one of another',
      ['--for', 'sa/x:regsecret'],
      { ...account, name: 'regsecret', namespace: 'x' },
      ':x:regsecret',
    ],
    ['one of this namespace, which is named', ['--for', 'sa/team:ci'], { ...account, name: 'ci' }, ':ci'],
    [
      'a user',
      ['--for', 'user/jane@example.com'],
      { kind: 'User', name: 'jane@example.com', apiGroup: rbac },
      ':User:jane@example.com',
    ],
    ['a group', ['--for', 'group/oidc:dev'], { kind: 'Group', name: 'oidc:dev', apiGroup: rbac }, ':Group:oidc:dev'],
    [
      'a user with a path',
      ['--for', 'user/https://sso/#a%b=c d'],
      { kind: 'User', name: 'https://sso/#a%b=c d', apiGroup: rbac },
      ':User:https:=2F=2Fsso=2F=23a=25b=3Dc=20d',
    ],
  ])('%s: also in the name, so that nobody else loses their rights', async (_, flags, subject, suffix) => {
    const ran = await here(['rbac', ...flags, '-o', 'json', 'verify', '-n', 'team'], { env: { HOME: '/nowhere' } });
    expect(ran.stderr).toBe('');
    const [role, binding] = JSON.parse(ran.stdout).items;
    const name = `regsecret-verify${suffix}`;
    expect(role.metadata).toEqual({ name, namespace: 'team' });
    expect(role.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['regsecret'], verbs: ['get'] },
    ]);
    expect(binding).toMatchObject({
      subjects: [subject],
      roleRef: { apiGroup: rbac, kind: 'Role', name },
    });
  });
});

describe('the name of a ClusterRole, which has the namespace of the account', () => {
  test.each([
    ['why pod/web -n team', ':team:regsecret'],
    ['--for sa/ci why pod/web -n team', ':team:ci'],
    ['--for sa/tools:ci why pod/web -n team', ':tools:ci'],
    ['--for sa/tools:ci doctor -A', ':tools:ci'],
    ['--for group/dev doctor -A', ':Group:dev'],
  ])('%s', async (line, suffix) => {
    const ran = await here(['rbac', '-o', 'name', ...line.split(' ')], { env: { HOME: '/nowhere' } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const names = ran.stdout.split('\n').filter((name) => name.startsWith('cluster'));
    expect(new Set(names.map((name) => name.split('/')[1]))).toEqual(new Set([`regsecret-doctor${suffix}`]));
  });
});

test('a name that is too long is cut before the subject', async () => {
  const args = ['rbac', '--for', 'sa/ci', '-o', 'name', 'create', 'a'.repeat(253), '-n', 'team'];
  const { stdout } = await here(args, { env: { HOME: '/nowhere' } });
  expect(stdout).toContain(`/regsecret-create-${'a'.repeat(233)}:ci\n`);
});

describe('a policy beside the role', () => {
  const guard = (line: string) =>
    here(['rbac', '--guard', '-n', 'team', ...line.split(' ')], { env: { HOME: '/nowhere' } });
  const needs =
    'the policy needs an API server of version 1.30 or later; it limits all that the account writes, so let the account run nothing else\n';
  const policies = (...names: string[]) =>
    names.flatMap((name) =>
      ['validatingadmissionpolicy', 'validatingadmissionpolicybinding'].map(
        (kind) => `${kind}.admissionregistration.k8s.io/${name}`,
      ),
    );

  test.each([
    ['-o name create pull', policies('regsecret-create-pull.team')],
    ['-o name --for sa/ci:deployer attach --serviceaccount default', policies('regsecret-attach.ci.deployer.team')],
    ['-o name sync -A', policies('regsecret-sync.team.regsecret')],
    ['-o name --name web sync -A', policies('web')],
    ['-o name sync -A --dry-run=client', []],
    ['-o name inspect', []],
  ])('%s', async (line, names) => {
    const { code, stdout, stderr } = await guard(line);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: names.length > 0 ? needs : 'no policy is needed: that command line writes nothing\n',
    });
    expect(
      stdout
        .trim()
        .split('\n')
        .filter((name) => name.includes('admission')),
    ).toEqual(names);
  });

  test.each([
    ['--for user/jane sync -A', '--guard is for a service account', '--for sa/NAME'],
    ['--for group/devs create pull', '--guard is for a service account', '--for sa/NAME'],
    ['--name Web create pull', 'the name of a policy has only', '--name NAME'],
    [
      'attach --pod web --recreate',
      'an account with permission to create pods can run as any service account',
      'attach --pod web -n team',
    ],
    ['sync -l a>1', 'the selector of -l has a form that a policy cannot express', '-l a=b,c!=d,e'],
  ])('none for %s', async (line, error, hint) => {
    const { code, stdout, stderr } = await guard(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${error}`);
    expect(stderr).toContain(hint);
  });

  test('the flag may follow the command, as --for may', async () => {
    const env = { HOME: '/nowhere' };
    const [before, after] = await Promise.all([
      here(['rbac', '--guard', 'sync', '-A', '-n', 'team'], { env }),
      here(['rbac', 'sync', '-A', '-n', 'team', '--guard'], { env }),
    ]);
    expect(after).toEqual(before);
  });

  test('the role beside it is the one that is printed without it', async () => {
    const line = ['sync', '-A', '--attach', 'used', '-n', 'team'];
    const env = { HOME: '/nowhere' };
    const { stdout } = await here(['rbac', ...line], { env });
    expect((await here(['rbac', '--guard', ...line], { env })).stdout.startsWith(stdout)).toBe(true);
  });
});
