/** Tests each row of docs/kubectl.md with the real kubectl and regsecret, on one cluster. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, cluster, kubeconfigFor, kubectl, newNamespace, type Result, waitFor } from '../environment/use.ts';
import { listOf, named, newAccount, newPullSecret, newWorkload } from '../support/attach-world.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { here, type RanHere } from '../support/here.ts';
import { artefacts, execute } from '../support/program.ts';

type Show = () => Promise<void>;
type Rows = Readonly<Record<string, Show>>;

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'kubectl.md'), 'utf8');
const home = mkdtempSync(join(tmpdir(), 'regsecret-kubectl-'));
let namespace = '';
let other = '';
let kubeconfig = '';

/** Creates a Secret in each of two namespaces, two pods that refer to it, and some files. */
beforeAll(async () => {
  [namespace, other] = await Promise.all([
    newNamespace({ serviceAccount: true }),
    newNamespace({ serviceAccount: true }),
  ]);
  kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  await Promise.all([
    newPullSecret(namespace, 'pull'),
    newPullSecret(namespace, `of-${namespace}`),
    newPullSecret(other, `of-${namespace}`),
    newWorkload('Pod', namespace, { name: 'a', list: named('pull') }),
    newWorkload('Pod', namespace, { name: 'b', list: named('pull') }),
  ]);
  mkdirSync(join(home, 'deploy'));
  const auth = Buffer.from('jane:pa55word').toString('base64');
  const files = {
    'config.json': { auths: { 'r.example': { auth } } },
    'half.json': { auths: { 'r.example': { auth }, 'q.example': {} } },
    'broken.json': { auths: { 'r.example': { auth }, 'q.example': { auth: 'no base64!' } } },
    'placed.yaml': { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'elsewhere' } },
    'deploy/a.yaml': { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [] } },
    'deploy/b.yaml': { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b' }, spec: { containers: [] } },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(home, name), JSON.stringify(content));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const LOGIN = ['--docker-server=r.example', '--docker-username=jane', '--docker-password=pa55word'];
const DRY = [...LOGIN, '--dry-run=client', '-o', 'json'];

/** Splits a command line into words; `~` is the folder with the files. */
function typed(line: string | readonly string[]): string[] {
  const all = typeof line === 'string' ? line.split(' ') : line;
  return all.map((word) => word.replace('~', home));
}

function ours(line: string | readonly string[], env: Record<string, string> = {}): Promise<RanHere> {
  return here(typed(line), { env: { KUBECONFIG: kubeconfig, HOME: home, ...env } });
}

function theirs(line: string | readonly string[]): Promise<Result> {
  return kubectl(typed(line), { kubeconfig });
}

/** Both command lines work and print the same. */
async function same(one: string | readonly string[], another: string | readonly string[]): Promise<void> {
  // Lists come from the API server's cache, which may be a moment behind the writes.
  const run = async () => [await ours(one), await ours(another)] as const;
  let [first, second] = await run();
  const areSame = async () => {
    if (isDeepStrictEqual(settled(first), settled(second))) return true;
    [first, second] = await run();
    return false;
  };
  await waitFor(areSame, { what: 'the same answer', deadlineMs: 20_000 }).catch(() => undefined);
  expect(settled(first)).toEqual(settled(second));
  expect(first.stdout + first.stderr).not.toBe('');
  expect(first.code, first.stderr).not.toBe(2);
}

/** The output without what differs between runs. */
function settled({ code, stdout, stderr }: RanHere): object {
  const shown = stdout.replace(/\b\d+(s|m\d*s?)\b/g, 'AGE').replace(/[0-9a-f]{8}(?=\s|")/g, 'MARK');
  return { code, stdout: shown.replace(/ +/g, ' '), stderr };
}

/** Runs `line`, which must be a usage error with `text` in its message or hint. */
async function refused(line: string | readonly string[], text: string): Promise<void> {
  const ran = await ours(line);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain(text);
}

async function works(line: string | readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await theirs(line);
  expect(code, stderr).toBe(0);
  return stdout;
}

const inAll = (verb: string): string[] =>
  [`serviceaccount/default ${verb} in ${namespace}`, `serviceaccount/default ${verb} in ${other}`].sort();

const TYPED: Rows = {
  '`regsecret -n team list`, `--context c why pod/web`': async () => {
    await same(`-n ${other} list`, `list -n ${other}`);
    await same('--context test why pod/a --offline', 'why pod/a --offline --context test');
  },
  '`-A=true`, `--append-hash=false`': async () => {
    await same('rbac --for user/u list -A=true', 'rbac --for user/u list -A');
    await same(['create', 'x', ...DRY, '--append-hash=false'], ['create', 'x', ...DRY]);
  },
  '`--dry-run`, `--dry-run client`': async () => {
    const line = [...LOGIN, '-o', 'json', '--dry-run'];
    await works(['create', 'secret', 'docker-registry', 'x', ...line]);
    await same(['create', 'x', ...line], ['create', 'x', ...DRY]);
    await same(['create', 'x', ...line, 'client'], ['create', 'x', ...DRY]);
  },
  '`-o=json`, `-ojson`, `--output=json`': async () => {
    for (const flag of ['-o=json', '-ojson', '--output=json']) await same(`list ${flag}`, 'list -o json');
  },
  '`ls`, `get`, `describe`, `check`': async () => {
    await same('ls', 'list');
    await same('get', 'list');
    await same('describe pull', 'inspect pull');
    await same('check --offline', 'doctor --offline');
  },
  '`create secret docker-registry NAME`': () =>
    same(['create', 'secret', 'docker-registry', 'x', ...DRY], ['create', 'x', ...DRY]),
  '`create secret generic NAME --from-file=.dockerconfigjson=FILE --type=kubernetes.io/dockerconfigjson`': async () => {
    const line = (file: string) =>
      `create secret generic x --from-file=.dockerconfigjson=~/${file} --type=kubernetes.io/dockerconfigjson --dry-run=client -o json`;
    const ran = await ours(line('config.json'));
    expect([ran.code, ran.stdout]).toEqual([
      0,
      (await ours('create x --from-file ~/config.json --dry-run=client -o json')).stdout,
    ]);
    await works(line('broken.json'));
    expect(await ours(line('broken.json'))).toMatchObject({ stderr: expect.stringContaining('q.example') });
  },
  '`get secrets`, `describe secret NAME`': async () => {
    await same('get secrets', 'list');
    await same('describe secret pull', 'inspect pull');
  },
  '`list NAME…`, `-l LABELS`, `--no-headers`, `--sort-by`': async () => {
    const names = ['-o', 'name', '--sort-by=.metadata.name'];
    for (const pick of [
      ['pull', `of-${namespace}`],
      ['-l', 'no=such'],
    ]) {
      expect((await ours(['get', 'secrets', ...pick, ...names])).stdout.split('\n').sort()).toEqual(
        (await works(['get', 'secrets', ...pick, ...names])).split('\n').sort(),
      );
    }
    const rows = async (text: Promise<string>) => (await text).trimEnd().split('\n').length;
    const ourList = async (...flags: string[]) => (await ours(['list', 'pull', ...flags])).stdout;
    expect(await rows(ourList('--no-headers'))).toBe(await rows(works('get secrets pull --no-headers')));
    expect(await rows(ourList())).toBe(await rows(works('get secrets pull')));
    expect(await ours('list --problems -o name')).toMatchObject({
      stdout: '',
      stderr: expect.not.stringContaining('error'),
    });
  },
  '`list -A -o name`': async () => {
    const { stdout } = await ours(['list', `of-${namespace}`, '-A', '-o', 'name']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.sort()).toEqual([namespace, other].map((where) => `secret/of-${namespace} -n ${where}`).sort());
    for (const line of lines) expect(await works(`get ${line} -o name`)).toBe(`secret/of-${namespace}\n`);
  },
  '`inspect NAME…`, `verify NAME…`': async () => {
    const { code, stdout, stderr } = await ours('inspect pull nowhere');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`secret ${namespace}/nowhere does not exist`)]);
    expect(stdout).toContain(`secret ${namespace}/pull`);
    expect((await ours(`inspect pull of-${namespace} -o json`)).stdout).toMatch(/^\[/);
    expect(await ours('verify nowhere nowhere')).toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere') });
  },
  '`why pod/a pod/b`': async () => {
    const both = await ours('why pod/a pod/b --offline');
    for (const pod of ['pod/a', 'pod/b']) expect(both.stdout).toContain(pod);
    const one = await ours('why pod/nowhere pod/b --offline');
    expect([one.code, one.stderr]).toEqual([1, expect.stringContaining(`pod ${namespace}/nowhere does not exist`)]);
    expect(one.stdout).toContain('pod/b');
  },
  '`why ghcr.io/acme/app:v1`': () =>
    same('why ghcr.io/acme/app:v1 --offline', 'why --image ghcr.io/acme/app:v1 --offline'),
  '`doctor deploy/*.yaml`, `doctor -f a.yaml b.yaml`': async () => {
    const files = '~/deploy/a.yaml ~/deploy/b.yaml';
    await same(`doctor ${files}`, 'doctor -f ~/deploy/a.yaml -f ~/deploy/b.yaml');
    await same(`doctor -f ${files}`, `doctor ${files}`);
  },
  '`attach -n team -f FILE`, and with `-f` of `detach`, `doctor`, `inspect` and `verify`': async () => {
    const { code, stderr } = await theirs(`apply -n ${other} --dry-run=client -f ~/placed.yaml`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not match the namespace')]);
    for (const verb of ['attach', 'detach', 'doctor', 'inspect', 'verify']) {
      const ran = await ours(`${verb} -n ${other} -f ~/placed.yaml`);
      expect(ran).toMatchObject({ code: 1, stdout: '' });
      expect(ran.stderr).toContain(`has namespace elsewhere in line 1, and -n has ${other}`);
    }
  },
  '`attach NAME --sa default -A`': async () => {
    const { stdout } = await ours(['attach', `of-${namespace}`, '--sa', 'default', '-A']);
    expect(stdout.trimEnd().split('\n').sort()).toEqual(inAll('patched'));
  },
  '`detach NAME -A`': async () => {
    const name = `of-${namespace}`;
    const web = await newWorkload('Deployment', other, { list: named(name) });
    const job = await newWorkload('Job', other, { list: named(name) });
    const pod = await newWorkload('Pod', other, { list: named(name) });
    await ours(['attach', name, '--sa', 'default', '-A']);
    const { code, stdout, stderr } = await ours(['detach', name, '-A', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: the template of job ${other}/${job} cannot be changed`);
    expect(stderr).toContain(`hint: regsecret detach ${name} -n ${other} --pod ${pod} --recreate`);
    const expected = [`deployment.apps/${web} patched in ${other}`, ...inAll('patched')];
    expect(stdout.trimEnd().split('\n').sort()).toEqual(expected.sort());
    expect(await listOf('Job', other, job)).toEqual(named(name));
  },
  '`secret/NAME`': () => same('inspect secret/pull', 'inspect pull'),
  '`-q`': async () => {
    const loud = await ours(['create', 'quiet', ...LOGIN, '--no-verify']);
    expect(loud.stderr).toContain('hint: ');
    const ran = await ours(['create', 'quiet', ...LOGIN, '--no-verify', '-q']);
    expect(ran).toEqual({ code: 0, stdout: 'secret/quiet unchanged\n', stderr: '' });
    expect((await ours('inspect nowhere -q')).stderr).toContain('does not exist');
  },
  '`-v=6`, `-v 6`, `--v=6`': async () => {
    for (const flag of ['-v=6', '-v 6', '--v=6', '-v=9']) {
      const { stderr } = await ours(`inspect pull -o json ${flag}`);
      const path = `/api/v1/namespaces/${namespace}/secrets/pull`;
      expect(stderr).toMatch(new RegExp(`^GET https://[^/]+${path} 200 in \\d+ ms$`, 'm'));
      for (const hidden of ['?', 'dockerconfigjson', 'Authorization']) expect(stderr).not.toContain(hidden);
    }
    expect((await ours('inspect pull -o json -v=5')).stderr).toBe('');
    expect((await ours('why pod/a --offline -v')).stdout.length).toBeGreaterThan(
      (await ours('why pod/a --offline')).stdout.length,
    );
  },
  '`--warnings-as-errors`': async () => {
    const body = JSON.stringify({ kind: 'SecretList', apiVersion: 'v1', metadata: {}, items: [] });
    const headers = { 'content-type': 'application/json', warning: '299 - "old"' };
    const proxy = await startFaultProxy(cluster(), ({ path }) =>
      /\/secrets(\?|$)/.test(path) ? { status: 200, headers, body } : undefined,
    );
    onTestFinished(() => proxy.close());
    const token = cluster().tokenUsers['token-admin'].token;
    const through = `--api-server ${proxy.server} --token ${token} --certificate-authority ${cluster().caFile}`;
    const [warned, failed] = [await ours(`list ${through}`), await ours(`list ${through} --warnings-as-errors`)];
    expect(warned).toMatchObject({ code: 0, stderr: expect.stringContaining('Warning: old\n') });
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('Warning: old\n') });
    const get = `get secrets --server ${proxy.server} --token ${token} --certificate-authority ${cluster().caFile}`;
    expect((await theirs(`${get} --warnings-as-errors`)).code).toBe(1);
  },
  '`--as`, `--as-group`, `--as-uid`, `--as-user-extra`': async () => {
    const nobody = '--as nobody --as-group none --as-uid 7 --as-user-extra scopes=few';
    const [one, another] = [await ours(`inspect pull ${nobody}`), await theirs(`get secret pull ${nobody}`)];
    expect([one.code, another.code]).toEqual([1, 1]);
    for (const { stderr } of [one, another])
      expect(stderr).toMatch(/nobody.* cannot get .*secret|no permission to get secret .*user\/nobody/s);
    await same('inspect pull --as admin --as-group system:masters', 'inspect pull');
  },
};

const DIFFERENT: Rows = {
  '`-s`, `--server` is the API server': async () => {
    await works(`get secrets -s ${cluster().server}`);
    await refused(`list -s ${cluster().server}`, '--api-server');
    await same(`list --api-server ${cluster().server}`, 'list');
  },
  '`--user` is a user of the kubeconfig': async () => {
    await works('get secrets --user test');
    await same('list --user test', 'list');
    const { code, stderr } = await theirs('get secrets --user nobody');
    expect([code, stderr]).toEqual([1, expect.stringContaining('nobody')]);
    await refused('list --user nobody', 'hint: regsecret list --username nobody');
    expect(
      (
        await ours([
          'create',
          'x',
          '--server',
          'r.example',
          '--username',
          'jane',
          '--password-stdin',
          '--dry-run=client',
        ])
      ).stderr,
    ).not.toContain('unknown option');
  },
  '`-o jsonpath=…`, `-o go-template=…`, `--template`': async () => {
    for (const format of ['-o=jsonpath={.type}', '-o=go-template={{.type}}', '--template={{.type}}']) {
      await works(`get secret pull ${format}`);
      await refused(`inspect pull ${format}`, 'Templates are not supported; use -o json and jq.');
    }
  },
  'the last of several `-n` counts': async () => {
    expect(
      await works(`get secret of-${namespace} -n ${namespace} -n ${other} -o jsonpath={.metadata.namespace}`),
    ).toBe(other);
    await refused(`list -n ${namespace} -n ${other}`, 'hint: run it once for each, or with -A');
  },
  'exit code 1 for wrong usage': async () => {
    expect((await theirs('get secrets --nonsense')).code).toBe(1);
    await refused('list --nonsense', "unknown option '--nonsense'");
  },
  colors: async () => {
    const coloured = async (env: Record<string, string>, tty = false) => {
      const ran = await here(['create', 'ghcr.io'], { env, tty });
      return ran.stderr.includes('\u001b[');
    };
    expect(await coloured({}, true)).toBe(true);
    expect(await coloured({ NO_COLOR: '1' }, true)).toBe(false);
    for (const name of ['FORCE_COLOR', 'CLICOLOR_FORCE']) expect(await coloured({ [name]: '1' })).toBe(true);
    expect(await coloured({})).toBe(false);
  },
};

const CREATED: Rows = {
  'a server that can match no image': async () => {
    const args = ['x', '--docker-server=registry-1.docker.io', ...DRY.slice(1)];
    await works(['create', 'secret', 'docker-registry', ...args]);
    expect(await ours(['create', ...args])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('docker.io'),
    });
  },
  'a username with a colon': async () => {
    const args = ['x', '--docker-username=ja:ne', ...DRY.filter((flag) => !flag.startsWith('--docker-username'))];
    await works(['create', 'secret', 'docker-registry', ...args]);
    expect(await ours(['create', ...args])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('colon'),
    });
  },
  'an invalid Secret name with `--dry-run=client`': async () => {
    await works(['create', 'secret', 'docker-registry', 'Not_A_Name', ...DRY]);
    expect(await ours(['create', 'Not_A_Name', ...DRY])).toMatchObject({ code: 1, stdout: '' });
  },
  'the Secret exists': async () => {
    await works(['create', 'secret', 'docker-registry', 'twice', ...LOGIN]);
    const again = ['twice', '--docker-server=q.example', ...LOGIN.slice(1)];
    expect(await theirs(['create', 'secret', 'docker-registry', ...again])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already exists'),
    });
    expect(await ours(['create', ...again, '--no-verify'])).toMatchObject({
      code: 0,
      stdout: 'secret/twice configured\n',
    });
    expect(Object.keys(JSON.parse((await ours('inspect twice -o json')).stdout).auths)).toEqual([
      'r.example',
      'q.example',
    ]);
  },
  '`--from-file`': async () => {
    const args = ['--from-file=.dockerconfigjson=~/half.json', '--dry-run=client', '-o', 'json'];
    const type = '--type=kubernetes.io/dockerconfigjson';
    const copied = JSON.parse(await works(['create', 'secret', 'generic', 'x', type, ...args])).data[
      '.dockerconfigjson'
    ];
    expect(Buffer.from(copied, 'base64').toString()).toBe(readFileSync(join(home, 'half.json'), 'utf8'));
    const { stdout, stderr } = await ours(['create', 'secret', 'generic', 'x', type, ...args]);
    expect(stderr).toContain('q.example');
    const written = Buffer.from(JSON.parse(stdout).data['.dockerconfigjson'], 'base64').toString();
    expect(Object.keys(JSON.parse(written).auths)).toEqual(['r.example']);
    const broken = await ours('create x --from-file ~/broken.json --dry-run=client -o json');
    expect(broken).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('q.example') });
  },
  'an argument that is not UTF-8': async () => {
    const [[, program = []] = []] = artefacts();
    const passwordOf = async (command: readonly string[], script: string, stdin = '') => {
      const words = command.map((word) => `'${word}'`).join(' ');
      const run = `${words} x --docker-server=r.example --docker-username=jane ${script} --dry-run=client -o json`;
      const ran = await execute(['/bin/sh', '-c', run], { stdin: Buffer.from(stdin, 'latin1') });
      expect(ran.code, ran.stderr).toBe(0);
      const payload = Buffer.from(JSON.parse(ran.stdout).data['.dockerconfigjson'], 'base64').toString();
      return Buffer.from(JSON.parse(payload).auths['r.example'].auth, 'base64')
        .toString('latin1')
        .slice('jane:'.length);
    };
    const typedIn = '"--docker-password=$(printf \'p\\377\')"';
    expect(await passwordOf([cluster().bin.kubectl, 'create', 'secret', 'docker-registry'], typedIn)).toBe('p\xff');
    expect(await passwordOf([...program, 'create'], typedIn)).toBe(Buffer.from('p\ufffd').toString('latin1'));
    expect(await passwordOf([...program, 'create'], '--password-stdin', 'p\xff')).toBe('p\xff');
  },
  '`--save-config`': async () => {
    const saved = await works(['create', 'secret', 'docker-registry', 'x', ...DRY, '--save-config']);
    const { annotations } = JSON.parse(saved).metadata;
    expect(annotations['kubectl.kubernetes.io/last-applied-configuration']).toContain(
      JSON.parse(saved).data['.dockerconfigjson'],
    );
    await refused(['create', 'x', ...DRY, '--save-config'], "unknown option '--save-config'");
  },
};

describe.each([
  ['From kubectl', TYPED],
  ['Differences', DIFFERENT],
  ['`create secret docker-registry`', CREATED],
])('%s', (heading, shown) => {
  const rows = rowsBelow(heading);

  test.each(rows)('%s', (row) => {
    const show = shown[row];
    if (show === undefined) throw new Error('no test shows this row');
    return show();
  });

  test('each of these tests is of a row', () => {
    expect(Object.keys(shown)).toEqual(rows);
  });
});

describe('flags that change nothing', () => {
  const [, list = ''] = /^These flags are accepted and change nothing: (.*?)\.$/ms.exec(page) ?? [];
  const flags = [...list.matchAll(/`(--[\w-]+)`/g)].map(([, flag = '']) => flag);

  test('there are some', () => expect(flags.length).toBeGreaterThan(3));

  test.each(flags)('%s', (flag) =>
    same(`inspect pull ${flag === '--cache-dir' ? `${flag}=~/cache` : flag}`, 'inspect pull'),
  );
});

test('kubectl patch replaces a list of pull secrets, and attach adds one entry', async () => {
  const list = async () =>
    (await api('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/patched`)).body.imagePullSecrets;
  await newAccount(namespace, { imagePullSecrets: named('one') }, 'patched');
  expect(await ours('attach pull --serviceaccount patched')).toMatchObject({ code: 0 });
  expect(await list()).toEqual(named('one', 'pull'));
  await works(['patch', 'serviceaccount', 'patched', '--type=merge', '-p', '{"imagePullSecrets":[{"name":"two"}]}']);
  expect(await list()).toEqual(named('two'));
});

/** The first cells of the first table below a heading. */
function rowsBelow(heading: string): string[] {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [table = ''] = section.match(/(^\|.*\n)+/m) ?? [];
  const lines = table.trimEnd().split('\n').slice(2);
  return lines.map((line) => /^\| (.*?) +\| /.exec(line)?.[1] ?? line);
}
