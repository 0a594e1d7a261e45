/**
 * Mistakes that people make where a Secret's name belongs. The hint is the command that they mean, with all flags that they
 * typed. Nothing is contacted.
 */
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { COMMANDS } from '../../src/command-table.ts';
import { here } from '../support/here.ts';
import { fakeIo } from '../support/io.ts';

async function refusal(line: string): Promise<{ code: number; error: string; hint: string }> {
  const { code, stdout, stderr } = await here(line.split(' '), { env: { HOME: '/nowhere' }, stdin: 'secret' });
  expect(stdout).toBe('');
  const [error = '', hint = ''] = stderr.split('\n');
  return { code, error, hint };
}

describe('a namespace before the name', () => {
  const error = 'error: use -n for the namespace of a Secret';

  test.each([
    [
      'sync platform/regcred -l pulls=private --dry-run=client',
      'regsecret sync regcred -n platform -l pulls=private --dry-run=client',
    ],
    ['sync platform/regcred -A --exclude sandbox', 'regsecret sync regcred -n platform -A --exclude sandbox'],
    ['delete team-a/pull', 'regsecret delete pull -n team-a'],
    ['delete team-a/pull -A --dry-run=server --yes', 'regsecret delete pull -n team-a -A --dry-run=server --yes'],
    ['delete secret/team-a/pull --context staging', 'regsecret delete --context staging pull -n team-a'],
    ['inspect team-a/pull -o json', 'regsecret inspect pull -n team-a -o json'],
    ['inspect team-a/pull team-a/other', 'regsecret inspect pull other -n team-a'],
    ['inspect team-a/pull team-b/pull', 'run it once for each namespace'],
    ['verify team-a/pull --image ghcr.io/acme/app:v1', 'regsecret verify pull -n team-a --image ghcr.io/acme/app:v1'],
    ['verify team-a/pull -A', 'regsecret verify pull -n team-a'],
    ['list team-a/pull -A', 'regsecret list pull -n team-a'],
    ['rotate team-a/pull --server ghcr.io', 'regsecret rotate pull -n team-a --server ghcr.io'],
    ['rotate team-a/pull --server ghcr.io -A', 'regsecret rotate pull -n team-a --server ghcr.io -A'],
    ['remove team-a/pull --server ghcr.io -A', 'regsecret remove pull -n team-a --server ghcr.io'],
    ['attach team-a/pull --sa default', 'regsecret attach pull -n team-a --sa default'],
    [
      'detach team-a/pull --from deploy/web --dry-run=client',
      'regsecret detach pull -n team-a --from deploy/web --dry-run=client',
    ],
    ['create team-a/pull --server ghcr.io --no-verify', 'regsecret create pull -n team-a --server ghcr.io --no-verify'],
    ['delete team-a/pull -n team-a', 'regsecret delete pull -n team-a'],
    ['delete team-a/pull -n team-b', 'run it once for each namespace'],
    ['create team-a/pull --username jane', 'regsecret create pull -n team-a --username jane'],
    // The value may be a password, so it is not repeated, and without the flag the command would do something else.
    ['create team-a/pull --username jane:Hunter2', 'regsecret create pull -n team-a --username USER'],
    ['sync team-a/pull -l pulls', 'regsecret sync pull -n team-a -l LABELS'],
  ])('%s', async (line, hint) => {
    expect(await refusal(line)).toEqual({ code: 2, error, hint: `hint: ${hint}` });
  });

  test.each(['delete deploy/web --yes', 'inspect team_a/pull', 'delete a/b/c --yes', 'list a/', 'list /b'])(
    'not in %s',
    async (line) => {
      expect((await refusal(line)).error).toMatch(/^error: the name of a secret has only /);
    },
  );
});

describe('a manifest without its flag', () => {
  test.each([
    ['attach k8s/worker.yaml', 'regsecret attach -f k8s/worker.yaml --write'],
    ['attach pull k8s/worker.yaml -n shop', 'regsecret attach -n shop pull -f k8s/worker.yaml --write'],
    ['attach a.yaml b.yml --dry-run=client', 'regsecret attach --dry-run=client -f a.yaml -f b.yml --write'],
    ['attach deploy/web.yaml --write', 'regsecret attach -f deploy/web.yaml --write'],
    ['attach secret/pull -- -x.yaml', 'regsecret attach secret/pull -f ./-x.yaml --write'],
    ['detach pull ./k8s -R', 'regsecret detach pull -R -f ./k8s --write'],
    ['attach pull test/line', 'regsecret attach pull -f test/line --write'],
    ['inspect k8s/pull.json', 'regsecret inspect -f k8s/pull.json'],
    ['verify pull secrets.yaml', 'regsecret verify pull -f secrets.yaml'],
    ['attach pull --to k8s/worker.yaml', 'regsecret attach pull -f k8s/worker.yaml --write'],
    ['attach --to worker.yaml -n shop --auto', 'regsecret attach -n shop --auto -f worker.yaml --write'],
    ['detach pull --from k8s/', 'regsecret detach pull -f k8s/ --write'],
  ])('%s', async (line, hint) => {
    expect(await refusal(line)).toEqual({
      code: 2,
      error: 'error: use -f for a manifest',
      hint: `hint: ${hint}`,
    });
  });

  test.each([
    [
      'create pull --server ghcr.io --attach k8s/worker.yaml',
      'regsecret create pull --server ghcr.io, and for the manifest: regsecret attach NAME -f k8s/worker.yaml --write',
    ],
    [
      'create pull --username Hunter2! --attach k8s/worker.yaml',
      'regsecret create pull --username USER, and for the manifest: regsecret attach NAME -f k8s/worker.yaml --write',
    ],
  ])('%s', async (line, hint) => {
    const error = 'error: --attach is only for objects in the cluster';
    expect(await refusal(line)).toEqual({ code: 2, error, hint: `hint: ${hint}` });
  });

  test('not where its kind says that it is a Secret', async () => {
    expect((await refusal('attach secret/pull.json --to hunter2')).error).toMatch(/^error: a target is KIND\/NAME/);
  });
});

describe('a registry in place of a name', () => {
  test.each([
    ['create ghcr.io', 'regsecret create --server ghcr.io'],
    ['create ghcr.io -n team-a --attach sa/default', 'regsecret create -n team-a --attach sa/default --server ghcr.io'],
    ['create pull ghcr.io', 'regsecret create pull --server ghcr.io'],
    ['create pull registry.example.com:5000', 'regsecret create pull --server registry.example.com:5000'],
    [
      'create registry.example.com',
      'regsecret create --server registry.example.com, or secret/registry.example.com for a Secret of that name',
    ],
    [
      'create 127.0.0.1:5000 --username bob --password-stdin',
      'regsecret create --username bob --password-stdin --server 127.0.0.1:5000',
    ],
    [
      'create registry.example.com --username bob --password-file f',
      'regsecret create --username bob --password-file FILE --server registry.example.com, or secret/registry.example.com for a Secret of that name',
    ],
    ['remove registry.example.com', 'regsecret remove --server registry.example.com'],
    ['remove ghcr.io -A --dry-run=client', 'regsecret remove -A --dry-run=client --server ghcr.io'],
    ['remove regsecret registry.example.com', 'regsecret remove regsecret --server registry.example.com'],
    ['remove registry.example.com pull -n a', 'regsecret remove -n a pull --server registry.example.com'],
    ['rotate ghcr.io -n platform -A', 'regsecret rotate -n platform -A --server ghcr.io'],
  ])('%s', async (line, hint) => {
    expect(await refusal(line)).toEqual({
      code: 2,
      error: 'error: use --server for a registry',
      hint: `hint: ${hint}`,
    });
  });
});

describe('several registries in one --server', () => {
  const error = 'error: --server takes one registry, so repeat it for each';

  test.each([
    ['create --server ghcr.io,quay.io', 'regsecret create --server ghcr.io --server quay.io'],
    [
      'create pull --server ghcr.io,quay.io/acme/ --server docker.io --from-file all.json --dry-run=client',
      'regsecret create pull --server ghcr.io --server quay.io/acme/ --server docker.io --from-file all.json --dry-run=client',
    ],
    ['create pull --server r.io:5000, --no-verify', 'regsecret create pull --server r.io:5000 --no-verify'],
    ['verify --server ghcr.io,quay.io', 'regsecret verify --server ghcr.io --server quay.io'],
    ['rotate --server ghcr.io,quay.io -A', 'regsecret rotate --server ghcr.io --server quay.io -A'],
    ['sync pull --server ghcr.io,quay.io --to a', 'regsecret sync pull --server ghcr.io --server quay.io --to a'],
  ])('%s', async (line, hint) => {
    expect(await refusal(line)).toEqual({ code: 2, error, hint: `hint: ${hint}` });
  });

  test('what is no registry apart is none together', async () => {
    expect((await refusal('create pull --server ghcr.io/a,b')).error).toMatch(/^error: no image can match the server/);
  });
});

describe('a target without its flag', () => {
  test.each([
    [
      'attach regcred deploy/shop -n team-03 --dry-run=client',
      'regsecret attach -n team-03 regcred --dry-run=client --to deploy/shop',
    ],
    ['attach secret/regcreds deploy/web', 'regsecret attach secret/regcreds --to deploy/web'],
    ['attach secret regcreds deploy/web', 'regsecret attach regcreds --to deploy/web'],
    ['attach deploy/web regcreds', 'regsecret attach regcreds --to deploy/web'],
    ['attach deploy/web', 'regsecret attach --to deploy/web'],
    ['attach regcred deploy/a sts/b --wait', 'regsecret attach regcred --wait --to deploy/a --to sts/b'],
    ['attach regcred deploy/web --to sa/default', 'regsecret attach regcred --to deploy/web --to sa/default'],
    ['detach regcred cj/nightly -n a', 'regsecret detach -n a regcred --from cj/nightly'],
    ['--context staging attach regcred sa/ci', 'regsecret attach --context staging regcred --to sa/ci'],
  ])('%s', async (line, hint) => {
    const flag = line.includes('detach') ? '--from' : '--to';
    expect(await refusal(line)).toEqual({
      code: 2,
      error: `error: use ${flag} for a target`,
      hint: `hint: ${hint}`,
    });
  });
});

describe('a target without its kind', () => {
  test.each([
    ['attach --to default', 'regsecret attach --to sa/default'],
    ['attach pull --to default -n team-a --wait', 'regsecret attach -n team-a pull --to sa/default --wait'],
    ['attach pull --to deploy/web --to default', 'regsecret attach pull --to deploy/web --to sa/default'],
    ['detach pull --from default', 'regsecret detach pull --from sa/default'],
    ['detach pull --to default', 'regsecret detach pull --to sa/default'],
    ['attach pull --to deplyo/web', 'regsecret attach pull --to deploy/web'],
    ['attach pull --to hunter2', 'regsecret attach pull --to deployment/NAME'],
    ['create --server r.io --attach default', 'regsecret create --server r.io --attach sa/default'],
    ['create --server r.io --attach web', 'regsecret create --server r.io --attach deployment/NAME'],
    ['sync pull --to a --attach web', 'regsecret sync pull --to a --attach deployment/NAME'],
  ])('%s', async (line, hint) => {
    expect(await refusal(line)).toEqual({
      code: 2,
      error: 'error: a target is KIND/NAME, with a kind that has pull secrets',
      hint: `hint: ${hint}`,
    });
  });
});

test.each([
  [
    'attach pull deployment/web -f k8s/worker.yaml',
    'regsecret attach pull -f k8s/worker.yaml for the files, and regsecret attach pull --to deployment/web for the cluster',
  ],
  [
    'attach pull deploy/web -f a.yaml --auto --wait -n x --dry-run=client',
    'regsecret attach -n x pull -f a.yaml --auto --dry-run=client for the files, and regsecret attach -n x pull --wait --dry-run=client --to deploy/web for the cluster',
  ],
  [
    'detach pull deploy/web -f -',
    'regsecret detach pull -f - for the files, and regsecret detach pull --from deploy/web for the cluster',
  ],
])('a target beside a manifest is changed by a command of its own: %s', async (line, hint) => {
  expect((await refusal(line)).hint).toBe(`hint: ${hint}`);
});

test.each([])('a namespace without its flag: %s', async (line, hint) => {
  expect(await refusal(line)).toEqual({
    code: 2,
    error: 'error: a target namespace is named with --to',
    hint: `hint: ${hint}`,
  });
});

describe('more arguments than there are', () => {
  test.each([
    ['create x y', 'create takes the name of one Secret, and 2 are given'],
    ['attach regcred other', 'attach takes the name of one Secret, and 2 are given'],
    ['delete a Hunter2! c', 'delete takes the name of one Secret, and 3 are given'],
    ['version x', 'version takes 0 arguments, and 1 is given'],
    ['completion bash x', 'completion takes 1 argument, and 2 are given'],
  ])('%s', async (line, text) => {
    const [verb] = line.split(' ');
    expect(await refusal(line)).toEqual({
      code: 2,
      error: `error: ${text}`,
      hint: `hint: regsecret ${verb} --help`,
    });
  });
});

test.each([])('several Secrets where one is deleted: %s', async (line, hint) => {
  const { error, ...rest } = await refusal(line);
  expect(error).toMatch(/^error: (delete|remove) takes the name of one Secret, and \d are given$/);
  expect(rest).toEqual({ code: 2, hint: `hint: ${hint}` });
});

describe('a workload or an image where a Secret is read', () => {
  const secret = (verb: string) => `error: ${verb} takes the name of a Secret`;
  const image = 'error: use --image for an image';

  test.each([
    ['inspect deploy/web', secret('inspect'), 'regsecret why deploy/web'],
    ['verify deploy/web -n shop', secret('verify'), 'regsecret why -n shop deploy/web'],
    ['inspect pull sts/db --context east', secret('inspect'), 'regsecret why --context east sts/db'],
    ['inspect pull ghcr.io/acme/app:v1', image, 'regsecret verify pull --image ghcr.io/acme/app:v1'],
    ['inspect 127.0.0.1:5000/app -n shop', image, 'regsecret verify -n shop --image 127.0.0.1:5000/app'],
    [
      'verify pull 127.0.0.1:5000 -n shop',
      'error: use --server for a registry',
      'regsecret verify -n shop pull --server 127.0.0.1:5000',
    ],
    ['verify pull ghcr.io/acme/app', image, 'regsecret verify pull --image ghcr.io/acme/app'],
    [
      'verify ghcr.io/a/b ghcr.io/c/d -o json',
      image,
      'regsecret verify -o json --image ghcr.io/a/b --image ghcr.io/c/d',
    ],
  ])('%s', async (line, error, hint) => {
    expect(await refusal(line)).toEqual({ code: 2, error, hint: `hint: ${hint}` });
  });
});

test.each([
  [
    'create brk -n shop --server 127.0.0.1:27876',
    'docker login 127.0.0.1:27876, or give one: regsecret create -n shop brk --server 127.0.0.1:27876 --username USER --password-stdin',
  ],
  [
    'create --server docker.io',
    'docker login, or give one: regsecret create --server docker.io --username USER --password-stdin',
  ],
  [
    'create pull --attach sa/default',
    'docker login REGISTRY, or give one: regsecret create pull --attach sa/default --server REGISTRY --username USER --password-stdin',
  ],
  [
    'create pull --all -n a',
    'docker login REGISTRY, or give one: regsecret create -n a pull --server REGISTRY --username USER --password-stdin',
  ],
  [
    'verify --server ghcr.io --image ghcr.io/a/b',
    'docker login ghcr.io, or give one: regsecret verify --server ghcr.io --username USER --password-stdin --image ghcr.io/a/b',
  ],
  // `--user` names a user of the kubeconfig. With it a password makes no sense, so `--username` is meant.
  [
    'rotate --server ghcr.io --user bob --context c',
    'docker login ghcr.io, or give one: regsecret rotate --context c --server ghcr.io --username bob --password-stdin',
  ],
  [
    'create pull --user bob',
    'docker login REGISTRY, or give one: regsecret create pull --server REGISTRY --username bob --password-stdin',
  ],
])('no login on this machine: %s', async (line, hint) => {
  expect(await refusal(line)).toMatchObject({ code: 1, hint: `hint: ${hint}` });
});

describe('a flag that would take the next flag for its value', () => {
  const lines = COMMANDS.flatMap(({ title }) => {
    const program = buildProgram([title], fakeIo({}), 'regsecret', () => undefined);
    const options = program.commands.find((one) => one.name() === title)?.options ?? [];
    const next = options.at(-1)?.long ?? '';
    // Those of kubectl take what follows, as there.
    const valued = options.filter(
      ({ required, long }) => required && !/^--(dry-run|on-node|docker-.*)$/.test(long ?? ''),
    );
    return valued.map(({ long = '' }) => [title, long, next] as const);
  });

  test.each(lines)('%s %s %s', async (title, flag, next) => {
    expect(await refusal(`${title} ${flag} ${next}`)).toEqual({
      code: 2,
      error: `error: ${flag} has no value, because ${next} follows it`,
      hint: `hint: give ${flag} a value`,
    });
  });

  test.each([
    ['create --server --username bob --password-file bob.pw', '--server', '--username'],
    ['create --server --username=bob', '--server', '--username'],
    ['list -n -A', '-n', '-A'],
    ['rbac --for --name x list', '--for', '--name'],
    ['rbac list -n --all-namespaces', '-n', '--all-namespaces'],
  ])('%s', async (line, flag, next) => {
    expect((await refusal(line)).error).toBe(`error: ${flag} has no value, because ${next} follows it`);
  });

  test('with = it is the value', async () => {
    const line = [
      'create',
      'x',
      '--docker-username=--all',
      '--docker-password=--yes',
      '--dry-run=client',
      '-o',
      'name',
    ];
    expect(await here(line)).toMatchObject({ code: 0, stdout: 'secret/x\n' });
  });
});
