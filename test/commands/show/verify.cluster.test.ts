/** `verify`, and `create --verify`, with real registries and the real API server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../environment/certificate.ts';
import {
  cluster,
  janedoe,
  johndoe,
  newNamespace,
  pushTestImage,
  type RegistryInfo,
  type RegistryUser,
  sharedRegistries,
  startRegistry,
} from '../../environment/use.ts';
import { freshName, newSecret, regsecretIn } from '../../support/attach-world.ts';
import { CANARY, holdsCanary } from '../../support/canary.ts';
import { here, type RanHere } from '../../support/here.ts';
import { regsecret } from '../../support/program.ts';
import { type Front, type FrontOptions, startFront } from '../../support/registry-front.ts';

const { basic, bearer, publicImage } = sharedRegistries();
const ada: RegistryUser = { username: 'ada', password: CANARY, repositories: ['*'] };
const wrong = { ...janedoe, password: 'wrong' };

let namespace = '';
let own: RegistryInfo;
let ownImage = '';
beforeAll(async () => {
  [namespace, own] = await Promise.all([newNamespace(), startRegistry({ auth: 'basic', users: [ada] })]);
  ownImage = `${own.host}/team/app:v1`;
  await pushTestImage(ownImage, ada);
});

type Login = { readonly username: string; readonly password: string };

function payload(logins: Readonly<Record<string, Login | object>>): string {
  const entries = Object.entries(logins).map(([server, login]) => {
    const { username, password } = login as Login;
    return [server, username === undefined ? login : { username, password }];
  });
  return JSON.stringify({ auths: Object.fromEntries(entries) });
}

async function verify(
  logins: Readonly<Record<string, Login | object>>,
  args: readonly string[] = [],
): Promise<RanHere> {
  const name = freshName('s');
  await newSecret(namespace, name, 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': payload(logins) });
  return regsecretIn(namespace, ['verify', name, ...args]);
}

async function front(options: FrontOptions): Promise<Front> {
  const started = await startFront(options);
  onTestFinished(() => started.close());
  return started;
}

const rowsOf = (stdout: string): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' | '));

describe('the logins of a Secret', () => {
  test.each([
    ['no Secret, and it reads like a registry', 'ghcr.io', 'verify --server ghcr.io'],
    ['no Secret, and it is no registry', 'pull-secret', 'create pull-secret -n NAMESPACE'],
  ])('a name of %s', async (_, name, hint) => {
    const empty = await newNamespace();
    const { code, stderr } = await regsecretIn(empty, ['verify', name]);
    expect([code, stderr]).toEqual([
      1,
      `error: secret ${empty}/${name} does not exist\nhint: regsecret ${hint.replace('NAMESPACE', empty)}\n`,
    ]);
  });

  test('a Secret that has the name of a registry', async () => {
    const own = await newNamespace();
    const data = { '.dockerconfigjson': payload({ [basic.host]: janedoe }) };
    await newSecret(own, 'ghcr.io', 'kubernetes.io/dockerconfigjson', data);
    const { code, stdout } = await regsecretIn(own, ['verify', 'ghcr.io']);
    expect([code, rowsOf(stdout)[1]]).toEqual([0, `${basic.host} | janedoe | accepted`]);
    expect((await regsecretIn(own, ['verify', 'ghcr.oi'])).stderr).toContain('\nhint: regsecret verify ghcr.io -n ');
  });

  test('all of them accepted', async () => {
    const { code, stdout, stderr } = await verify({ [basic.host]: janedoe, [bearer.host]: johndoe });
    expect([code, stderr]).toEqual([0, '']);
    expect(rowsOf(stdout)).toEqual([
      'SERVER | USER | RESULT',
      `${basic.host} | janedoe | accepted`,
      `${bearer.host} | johndoe | accepted`,
    ]);
  });

  test('one of them not', async () => {
    const { code, stdout, stderr } = await verify({ [basic.host]: janedoe, [bearer.host]: wrong });
    expect(code).toBe(1);
    expect(rowsOf(stdout).slice(1)).toEqual([
      `${basic.host} | janedoe | accepted`,
      `${bearer.host} | janedoe | rejected`,
    ]);
    expect(stderr).toMatch(
      new RegExp(
        `^${bearer.host} rejects the login \\(HTTP 401\\)\nhint: regsecret create s-\\w+ -n ${namespace} --server ${bearer.host} --username janedoe --password-stdin\n$`,
      ),
    );
  });

  test('one that cannot be decoded: one error, whose hint is about that Secret', async () => {
    const { code, stderr } = await verify({ [basic.host]: { auth: 'amFuZWRvZQ==' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: [^\n]*\nhint: regsecret [^\n]* s-\w+ [^\n]*\n$/);
  });

  test('one whose registry never answers, which the others do not wait for', async () => {
    const silent = await front({ choose: () => 'hang' });
    const { code, stdout, stderr } = await verify(
      { [silent.host]: janedoe, [basic.host]: janedoe, [bearer.host]: janedoe },
      ['--timeout', '15s'],
    );
    expect(code).toBe(3);
    expect(
      rowsOf(stdout)
        .slice(1)
        .map((row) => row.split(' | ')[2]),
    ).toEqual(['unreachable', 'accepted', 'accepted']);
    expect(stderr).toContain(
      `${silent.host} cannot be checked: no answer within 15 s\nhint: allow more with --timeout 60s\n`,
    );
  });

  test.each<
    [situation: string, logins: (gone: string) => Record<string, Login | object>, image: boolean, code: number]
  >([
    ['a registry that is gone', (gone) => ({ [gone]: ada }), false, 3],
    ['the same beside a login that is refused', (gone) => ({ [gone]: ada, [bearer.host]: wrong }), false, 1],
    ['an image of a registry that is gone', (gone) => ({ [gone]: ada }), true, 3],
  ])('%s', async (_, logins, image, expected) => {
    const gone = await startFront({});
    await gone.close();
    const flags = image ? ['--image', `${gone.host}/team/app:v1`] : [];
    expect((await verify(logins(gone.host), flags)).code).toBe(expected);
  });

  test('a Secret that no kubelet looks at is not healthy, whatever its registry says', async () => {
    const name = freshName('s');
    await newSecret(namespace, name, 'Opaque', { '.dockerconfigjson': payload({ [basic.host]: janedoe }) });
    const { code, stdout, stderr } = await regsecretIn(namespace, ['verify', name]);
    expect(code).toBe(1);
    expect(stdout).toContain('accepted');
    expect(stderr).toContain(
      `error: secret ${namespace}/${name} has a .dockerconfigjson, but the type Opaque, which the kubelet ignores`,
    );
  });

  test('an empty entry is anonymous', async () => {
    const { code, stdout, stderr } = await verify({ [basic.host]: {} });
    expect(code).toBe(1);
    expect(rowsOf(stdout)[1]).toBe(`${basic.host} | - | anonymous`);
    expect(stderr).toContain('gets no login, because the entry has none');
  });

  test('as JSON', async () => {
    const { stdout } = await verify({ [basic.host]: janedoe }, ['-o', 'json']);
    expect(JSON.parse(stdout)).toEqual({
      items: [
        {
          source: expect.stringMatching(`^${namespace}/s-`),
          server: basic.host,
          username: 'janedoe',
          verdict: { kind: 'accepted' },
        },
      ],
    });
  });

  test('two Secrets, and one that is not there', async () => {
    const [good, bad] = [freshName('s'), freshName('s')];
    const data = (login: Login) => ({ '.dockerconfigjson': payload({ [basic.host]: login }) });
    await newSecret(namespace, good, 'kubernetes.io/dockerconfigjson', data(janedoe));
    await newSecret(namespace, bad, 'kubernetes.io/dockerconfigjson', data(wrong));
    const two = await regsecretIn(namespace, ['verify', good, bad, 'nothing-like-it', '-o', 'json']);
    const kinds = JSON.parse(two.stdout).items.map((row: { verdict: { kind: string } }) => row.verdict.kind);
    expect([two.code, kinds, two.stderr.split('\n')[0]]).toEqual([
      1,
      ['accepted', 'rejected'],
      expect.stringContaining('nothing-like-it does not exist'),
    ]);
    const shown = await regsecretIn(namespace, ['verify', good, bad]);
    expect(shown.stderr).toContain(`${namespace}/${bad}: ${basic.host} rejects the login (HTTP 401)\n`);
    const all = await here(['verify', good, '-A'], { env: { KUBECONFIG: cluster().kubeconfig } });
    expect([all.code, all.stdout.split('\n')[1]]).toEqual([0, expect.stringMatching(/ accepted$/)]);
  });

  test('a Secret that is not there', async () => {
    const { code, stderr } = await regsecretIn(namespace, ['verify', 'nothing-like-it']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not exist')]);
  });
});

describe('an image', () => {
  test('what a kubelet would try, in its order; one that is accepted is enough', async () => {
    const { code, stdout } = await verify(
      { [bearer.host]: janedoe, [`${bearer.host}/janedoe`]: wrong, 'ghcr.io': janedoe },
      ['--image', bearer.privateImage],
    );
    expect(code).toBe(0);
    expect(rowsOf(stdout)).toEqual([
      'IMAGE | SERVER | USER | RESULT',
      `${bearer.privateImage} | ${bearer.host}/janedoe | janedoe | rejected`,
      `${bearer.privateImage} | ${bearer.host} | janedoe | accepted`,
    ]);
  });

  test('that belongs to somebody else', async () => {
    const { code, stderr } = await verify({ [bearer.host]: johndoe }, ['--image', bearer.privateImage]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${bearer.host} knows the login, but does not let it pull janedoe/jdoe-private, or has no such repository (HTTP 401)`,
    );
  });

  test('that is not there', async () => {
    const { code, stderr } = await verify({ [basic.host]: janedoe }, [
      '--image',
      `${basic.host}/janedoe/jdoe-private:v9`,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('has the repository janedoe/jdoe-private, but not this tag or digest');
  });

  test.each([
    ['public, which no entry matches', () => publicImage, 0, 'lets everyone pull it'],
    ['private, which no entry matches', () => bearer.privateImage, 1, 'refuses that'],
  ])('%s', async (_, image, code, words) => {
    const ran = await verify({ 'ghcr.io': janedoe }, ['--image', image()]);
    expect(ran.code).toBe(code);
    expect(rowsOf(ran.stdout)[1]).toBe(`${image()} | (no login) | - | anonymous`);
    expect(ran.stderr).toContain(`no entry matches ${image()}: it is pulled without a login, and its registry`);
    expect(ran.stderr).toContain(words);
  });

  test('with a Secret that spoils everything', async () => {
    const { code, stderr } = await verify({ [basic.host]: janedoe, 'quay.io': { auth: 'notbase64!' } }, [
      '--image',
      basic.privateImage,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('a kubelet uses none of these secrets');
    expect(stderr).toContain('in the entry quay.io (illegal base64 data at input byte 9)');
  });

  test('that is no image', async () => {
    const { code, stderr } = await verify({ [basic.host]: janedoe }, ['--image', 'ghcr.io/Acme/app']);
    expect(code).toBe(2);
    expect(stderr).toContain('error: --image ghcr.io/Acme/app is not an image: invalid reference format');
  });
});

describe('other places for a login', () => {
  function homeWith(logins: Readonly<Record<string, Login>>): Record<string, string> {
    const home = mkdtempSync(join(tmpdir(), 'regsecret-verify-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    mkdirSync(join(home, '.docker'));
    const auths = Object.fromEntries(
      Object.entries(logins).map(([server, { username, password }]) => [
        server,
        { auth: btoa(`${username}:${password}`) },
      ]),
    );
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths }));
    return { HOME: home, XDG_RUNTIME_DIR: home };
  }

  test('docker on this machine', async () => {
    const env = homeWith({ [basic.host]: janedoe });
    const { code, stdout, stderr } = await here(['verify', '--server', basic.host], { env });
    expect([code, rowsOf(stdout)[1]]).toEqual([0, `${basic.host} | janedoe | accepted`]);
    const said = `the login of janedoe for ${basic.host} is from ~/.docker/config.json, and not from a Secret\n`;
    expect(stderr).toBe(said);
    const json = await here(['verify', '--server', basic.host, '-o', 'json'], { env });
    expect(JSON.parse(json.stdout).items).toMatchObject([{ source: '~/.docker/config.json', server: basic.host }]);
  });

  test('flags and stdin, for an image', async () => {
    const args = ['verify', '--server', own.host, '--username', 'ada', '--password-stdin', '--image', ownImage];
    const { code, stdout } = await here(args, { stdin: CANARY });
    expect([code, rowsOf(stdout)[1]]).toEqual([0, `${ownImage} | ${own.host} | ada | accepted`]);
  });

  test.each([
    [
      'a manifest',
      (text: string) =>
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'x' },
          type: 'kubernetes.io/dockerconfigjson',
          stringData: { '.dockerconfigjson': text },
        }),
    ],
    ['a docker config', (text: string) => text],
  ])('%s', async (_, wrap) => {
    const { code, stdout } = await here(['verify', '-f', '-'], { stdin: wrap(payload({ [own.host]: ada })) });
    expect([code, rowsOf(stdout)[1]]).toEqual([0, `${own.host} | ada | accepted`]);
  });

  test.each([
    [['verify', 'regcred', '--server', 'ghcr.io'], 'the name of a Secret and --server cannot be used together'],
    [['verify', '-f', '-', '--username', 'jane'], '-f and a login cannot be used together'],
    [
      ['verify', '-A', '--username', 'jane'],
      '-A and a login cannot be used together\nhint: leave out -A to check your own login with --server REGISTRY, or leave out the login to check all Secrets',
    ],
    [['verify', '-f', '-', '--timeout', 'soon'], '--timeout is not a duration'],
    [['verify', '-f', '-', '--timeout', '0'], '--timeout is not a duration'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await here(args, { stdin: payload({ [own.host]: ada }) });
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${message}\n`);
  });
});

describe('the password', () => {
  test('goes to its registry alone, in the Authorization header alone', async () => {
    const registry = await front({ behind: own.host });
    const stranger = await front({ behind: bearer.host });
    await verify({ [registry.host]: ada, [stranger.host]: janedoe }, ['-o', 'wide']);
    await verify({ [registry.host]: ada, [stranger.host]: janedoe }, ['--image', `${registry.host}/team/app:v1`]);
    expect(registry.requests.some(({ authorization = '' }) => holdsCanary(authorization))).toBe(true);
    for (const { path, body, accept = '' } of registry.requests) expect(holdsCanary(path + body + accept)).toBe(false);
    for (const request of stranger.requests) expect(holdsCanary(JSON.stringify(request))).toBe(false);
  });

  test('and the name of the user are not what a terminal takes orders from', async () => {
    const { stdout, stderr } = await verify({ [basic.host]: { username: 'jane\u001b[2J\u202e', password: CANARY } });
    expect(stdout).toContain('jane\\x1b[2J\\u202e');
    expect(stdout + stderr).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('the program itself, on whatever runtime', () => {
  const authority = createAuthority('a company');

  test('tells a good answer from every way of not getting one', async () => {
    const gone = await startFront({});
    await gone.close();
    const silent = await front({ choose: () => 'hang' });
    const tls = await front({
      behind: own.host,
      tls: issueCertificate(authority, { commonName: 'r' }, ['127.0.0.1']),
    });
    const answers = {
      [own.host]: ada,
      [bearer.host]: wrong,
      [gone.host]: ada,
      [tls.host]: ada,
      'registry.invalid': ada,
    };
    expect(await verdicts(answers)).toEqual({
      code: 1,
      verdicts: ['accepted', 'rejected', 'unreachable tcp', 'unreachable tls', 'unreachable dns'],
    });
    expect(await verdicts({ [silent.host]: ada }, ['--timeout', '1s'])).toEqual({
      code: 3,
      verdicts: ['unreachable timeout'],
    });
  });

  async function verdicts(logins: Record<string, Login>, flags: readonly string[] = []): Promise<object> {
    const args = ['verify', '-f', '-', '-o', 'json', ...flags];
    const { code, stdout, stderr } = await regsecret(args, { stdin: payload(logins) });
    expect(stderr).toBe('');
    const { items } = JSON.parse(stdout) as { items: { verdict: { kind: string; cause?: string } }[] };
    return { code, verdicts: items.map(({ verdict }) => [verdict.kind, verdict.cause].filter(Boolean).join(' ')) };
  }

  test('trusts an authority that is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-verify-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'ca.crt');
    writeFileSync(file, authority.certificate);
    const { host } = await front({
      behind: own.host,
      tls: issueCertificate(authority, { commonName: 'r' }, ['127.0.0.1']),
    });
    const args = ['verify', '-f', '-', '--registry-ca', file, '--image', `${host}/team/app:v1`];
    const { code, stdout } = await regsecret(args, { stdin: payload({ [host]: ada }) });
    expect([code, rowsOf(stdout)[1]]).toEqual([0, `${host}/team/app:v1 | ${host} | ada | accepted`]);
  });
});

describe('create --verify', () => {
  function create(server: string, args: readonly string[] = []): Promise<RanHere> {
    const login = ['--server', server, '--username', 'ada', '--password-stdin', '--verify'];
    return regsecretIn(namespace, ['create', freshName('c'), ...login, ...args], {
      stdin: CANARY,
      kubeconfig: cluster().kubeconfig,
    });
  }

  test('writes what the registry accepts', async () => {
    expect((await create(own.host)).code).toBe(0);
  });

  test('and nothing that it rejects', async () => {
    const { code, stderr } = await create(basic.host);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${basic.host} rejects the login (HTTP 401); nothing was written`);
    expect(stderr).toContain('\n  it is the login of ada from stdin\n');
    expect(stderr).toContain('hint: run it again with a new password\n');
  });

  test('of logins in one file, each that is rejected is named', async () => {
    const stdin = payload({ [basic.host]: wrong, [bearer.host]: wrong, [own.host]: ada });
    const { code, stderr } = await regsecretIn(namespace, ['create', 'x', '--from-file', '-', '--verify'], { stdin });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `error: ${basic.host} rejects the login (HTTP 401); nothing was written\n` +
        '  it is the login of janedoe from stdin\n' +
        `  ${bearer.host} rejects the login (HTTP 401): the login of janedoe from stdin\n` +
        '  leave out --verify to write it anyway\n' +
        'hint: correct the login in what you pipe in, then run it again\n',
    );
  });

  test('waits as long as it is told', async () => {
    const silent = await front({ choose: () => 'hang' });
    const { code, stderr } = await create(silent.host, ['--timeout', '300ms']);
    expect(code).toBe(1);
    expect(stderr).toContain(`${silent.host} cannot be checked: no answer within 0.3 s; nothing was written`);
    expect(stderr).toContain(
      '\n  leave out --verify to write the login unchecked\nhint: allow more with --timeout 60s\n',
    );
  });

  test('names the flag for a certificate of a private authority, in the line that was typed', async () => {
    const tls = issueCertificate(createAuthority('a company'), { commonName: 'r' }, ['127.0.0.1']);
    const { host } = await front({ behind: own.host, tls });
    const args = ['create', 'c', '--from-file', '-', '--verify', '--replace'];
    const { code, stderr } = await regsecretIn(namespace, args, { stdin: payload({ [host]: ada }) });
    expect([code, stderr]).toEqual([
      1,
      `error: ${host} cannot be checked: its certificate is signed by an unknown authority; nothing was written\n` +
        '  leave out --verify to write the login unchecked\n' +
        `hint: regsecret create -n ${namespace} c --from-file - --verify --replace --registry-ca FILE\n`,
    ]);
    expect((await create(host)).stderr).toContain(
      ` --server ${host} --username ada --password-stdin --verify --registry-ca FILE\n`,
    );
  });
});
