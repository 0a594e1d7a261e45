/** Command lines as people type them who use kubectl every day. */
import { describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';

const CREATE = 'create x --docker-username=u --docker-password=p --dry-run=client';
const nobody = { env: { HOME: '/nowhere' } };

const typed = (line: string): string[] => line.split(' ').filter(Boolean);

describe('flags of Kubernetes stand before the command, too', () => {
  test.each([
    [`-n team ${CREATE} -o yaml`, 'namespace: team'],
    [`--namespace team ${CREATE} -o yaml`, 'namespace: team'],
    [`--namespace=team ${CREATE} -o yaml`, 'namespace: team'],
    [`-n=team ${CREATE} -o yaml`, 'namespace: team'],
    [`--context c --kubeconfig f -n team ${CREATE} -o yaml`, 'namespace: team'],
    [`--insecure-skip-tls-verify -n team ${CREATE} -o yaml`, 'namespace: team'],
    [`-n team ${CREATE} -n team -o yaml`, 'namespace: team'],
    [
      `-n team create secret docker-registry x --docker-username=u --docker-password=p --dry-run=client -o name`,
      'secret/x',
    ],
    ['-n team rbac verify', 'namespace: team'],
  ])('%s', async (line, stdout) => {
    const ran = await here(typed(line), nobody);
    expect(ran.stderr).not.toContain('error');
    expect(ran.stdout).toContain(stdout);
  });
});

describe('every flag without a value takes one, as with pflag', () => {
  test.each([
    [`${CREATE} -o name --append-hash=true`, 0, 'secret/x-'],
    [`${CREATE} -o name --append-hash=false`, 0, 'secret/x\n'],
    [`${CREATE} -o name --replace=1 --force=F --no-verify=true`, 0, 'secret/x\n'],
    [`rbac list -A=true --insecure-skip-tls-verify=false`, 1, ''],
    [`rbac --for user/u list -A=true`, 0, 'kind: ClusterRole\n'],
    [`rbac --for user/u list --all-namespaces=t`, 0, 'kind: ClusterRole\n'],
    [`rbac --for user/u list -A=false -n team`, 0, 'kind: Role\n'],
    [`rbac --for user/u list -A -A=0 -n team`, 0, 'kind: Role\n'],
    [`rbac --for user/u doctor -A=T`, 0, 'kind: ClusterRole\n'],
    [`rbac attach --used=true --restart=false -n team`, 0, 'kind: Role\n'],
  ])('%s', async (line, code, stdout) => {
    const ran = await here(typed(line), nobody);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stdout).toContain(stdout);
  });

  test.each([
    ['list -A=maybe', '-A=true or -A=false'],
    ['list --all-namespaces=', '--all-namespaces=true or --all-namespaces=false'],
    ['attach --sa default --restart=2', '--restart=true or --restart=false'],
  ])('%s', async (line, hint) => {
    const { code, stderr } = await here(typed(line), nobody);
    expect([code, stderr.split('\n').at(-2)]).toEqual([2, `hint: ${hint}`]);
  });
});

describe('help and version', () => {
  test.each([
    ['', 'Usage: regsecret COMMAND [flags]'],
    ['help', 'Usage: regsecret COMMAND [flags]'],
    ['--help', 'Usage: regsecret COMMAND [flags]'],
    ['help create', 'Usage: regsecret create '],
    ['help why', 'Usage: regsecret why '],
    ['help ls', 'Usage: regsecret list '],
    ['help create secret docker-registry', 'Usage: regsecret create '],
    ['create --help', 'Usage: regsecret create '],
    ['-n team create -h', 'Usage: regsecret create '],
    ['-V', '0.'],
    ['--version', '0.'],
    ['version', 'regsecret 0.'],
    ['version -o json', '"runtime": "'],
    ['version -o=yaml', 'platform: '],
  ])('regsecret %s', async (line, begin) => {
    const { code, stdout, stderr } = await here(typed(line), nobody);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(begin);
  });
});

describe('names that others have for a command', () => {
  test.each([
    ['ls --help', 'regsecret list'],
    ['get --help', 'regsecret list'],
    ['describe --help', 'regsecret inspect'],
    ['check --help', 'regsecret doctor'],
    ['why --help', 'regsecret why'],
    ['-n team ls --help', 'regsecret list'],
  ])('%s', async (line, usage) => {
    expect((await here(typed(line), nobody)).stdout).toContain(`Usage: ${usage}`);
  });
});

describe('two namespaces', () => {
  test.each([
    ['list -n a,b', 'run it once for each, or with -A'],
    ['list -n a -n b', 'run it once for each, or with -A'],
    ['-n a list -n b', 'run it once for each, or with -A'],
    ['why -n a,b', 'run it once for each, or with -A'],
    ['verify -n a,b', 'run it once for each, or with -A'],
    ["list -n 'team-*'", 'run it once for each, or with -A'],
    // If the user names two namespaces, all must not be changed.
    ['delete x -n a -n b', 'run it once for each'],
    ['attach x --sa default -n a,b,c,d', 'run it once for each'],
    ["attach x --sa default -n a,'b*'", 'run it once for each'],
    ['rotate --server ghcr.io --password-stdin -n a,b', 'run it once for each'],
    // A target does not go with -A.
    ['why deploy/web -n a,b', 'run it once for each'],
    ['-n a --namespace=b create x', 'create it once, and copy it: regsecret sync x -n NAMESPACE --to a,b'],
    ['sync -n=a,b', 'regsecret sync --to a,b'],
  ])('%s', async (line, hint) => {
    const { code, stderr } = await here(typed(line), nobody);
    expect([code, stderr]).toEqual([2, `error: a command works in one namespace\nhint: ${hint}\n`]);
  });
});

describe('what is asked about is told by its form', () => {
  test.each([
    ['ghcr.io/org/app:v1', true],
    ['nginx:1.29', true],
    ['registry.example.com:5000/app', true],
    ['ghcr.io/org/app', true],
    [`ghcr.io/app@sha256:${'0'.repeat(64)}`, true],
    ['web', false],
    ['pod/web', false],
    ['deploy/web', false],
    ['deployments.apps/web', false],
    ['deployments.v1.apps/web', false],
    ['secret/regcred', false],
  ])('why %s', async (word, isImage) => {
    const { stdout } = await here(['rbac', '-o', 'json', 'why', word, '-n', 'x'], nobody);
    const [role] = JSON.parse(stdout).items;
    const asksAccount = role.rules.some((rule: { resourceNames?: string[] }) => rule.resourceNames?.[0] === 'default');
    expect(asksAccount).toBe(isImage);
  });
});
