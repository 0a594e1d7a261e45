/** `create --attach`: from a login to the objects that pull with it, in one run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import {
  account,
  failFirstPod,
  freshName,
  listOf,
  named,
  newAccount,
  newWorkload,
  regsecretIn,
} from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import type { RanHere } from '../../support/here.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
});

function create(name: string, ...args: string[]): Promise<RanHere> {
  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin'];
  return regsecretIn(namespace, ['create', name, ...login, ...args], {
    stdin: CANARY,
    secretOnStdout: args.includes('yaml'),
  });
}

const exists = async (name: string) =>
  (await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).status === 200;

test('to a service account and a workload', async () => {
  const [name, robot] = [freshName('pull'), freshName('sa')];
  await newAccount(namespace, { imagePullSecrets: named('a') }, robot);
  const web = await newWorkload('Deployment', namespace);
  const ran = await create(name, '--attach', `sa/${robot}`, '--attach', `deploy/${web}`);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout.split('\n').sort()).toEqual(
    ['', `deployment.apps/${web} patched`, `secret/${name} created`, `serviceaccount/${robot} patched`].sort(),
  );
  expect((await account(namespace, robot)).imagePullSecrets).toEqual(named('a', name));
  expect(await listOf('Deployment', namespace, web)).toEqual(named(name));
  const again = await create(name, '--attach', `sa/${robot}`);
  expect(again.stdout).toBe(`secret/${name} unchanged\nserviceaccount/${robot} unchanged\n`);
});

test('to nothing: the command that does it is the last line for a person, and no news for a script', async () => {
  const [name, other] = [freshName('pull'), freshName('pull')];
  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin'];
  const onTerminal = (...args: string[]) =>
    regsecretIn(namespace, ['create', name, ...login, ...args], { stdin: CANARY, tty: true });
  const hintFor = (secret = '') =>
    new RegExp(` regsecret attach ${secret} -n ${namespace} --serviceaccount default\\n$`);
  expect((await onTerminal()).stderr).toMatch(hintFor(name));
  expect((await onTerminal()).stderr).not.toContain('hint:');
  const { stdout, stderr } = await onTerminal('--append-hash');
  expect(stderr).toMatch(hintFor(/^secret\/(.*) created\n$/.exec(stdout)?.[1]));
  const script = await create(other);
  expect([script.stdout, script.stderr.includes('hint:')]).toEqual([`secret/${other} created\n`, false]);
});

test.each([
  ['deploy', /^hint: --attach deploy\/NAME$/m],
  [
    'deplyo/web',
    /^hint: regsecret create .* --server r\.example --username jane --password-stdin .*--attach deploy\/web$/m,
  ],
])('to %s, which is no target: nothing is written', async (target, hint) => {
  const name = freshName('pull');
  const ran = await create(name, '--attach', target);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(hint);
  expect(await exists(name)).toBe(false);
});

test.each(['deploy/nope', 'sa/nope', 'pod/nope'])('to %s, which does not exist: nothing is written', async (target) => {
  const [name, robot] = [freshName('pull'), freshName('sa')];
  await newAccount(namespace, {}, robot);
  const ran = await create(name, '--attach', `sa/${robot}`, '--attach', target);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(`${namespace}/nope does not exist`);
  expect(await exists(name)).toBe(false);
  expect((await account(namespace, robot)).imagePullSecrets).toBeUndefined();
});

test('in a server dry run nothing is written', async () => {
  const [name, robot] = [freshName('pull'), freshName('sa')];
  await newAccount(namespace, {}, robot);
  const ran = await create(name, '--attach', `sa/${robot}`, '--dry-run=server');
  expect(ran.stdout).toBe(
    `secret/${name} created (server dry run)\nserviceaccount/${robot} patched (server dry run)\n`,
  );
  expect(await exists(name)).toBe(false);
  expect((await account(namespace, robot)).imagePullSecrets).toBeUndefined();
});

test('in a server dry run no hint names the Secret, which is not there', async () => {
  const [name, robot] = [freshName('pull'), freshName('sa')];
  await newAccount(namespace, {}, robot);
  const web = await newWorkload('Deployment', namespace, { account: robot });
  await failFirstPod(namespace, web);
  const rehearsed = await create(name, '--attach', `sa/${robot}`, '--dry-run=server');
  expect(rehearsed.stderr).toContain('warning: 1 pod keeps failing until recreated');
  expect(rehearsed.stderr).not.toContain('hint:');
  expect((await create(name, '--attach', `sa/${robot}`)).stderr).toContain(`hint: regsecret attach ${name} `);
});

test('a manifest on stdout stays one', async () => {
  const [name, robot] = [freshName('pull'), freshName('sa')];
  await newAccount(namespace, {}, robot);
  const ran = await create(name, '--attach', `sa/${robot}`, '-o', 'yaml');
  expect(ran.stdout).toMatch(/^apiVersion: v1\n/);
  expect(ran.stdout).not.toContain('patched');
  expect(ran.stderr).toContain(`secret/${name} created\n`);
  expect(ran.stderr).toContain(`serviceaccount/${robot} patched\n`);
});

test('a target with a typing error: the whole command, with the other targets as they are', async () => {
  const web = await newWorkload('Deployment', namespace);
  const name = freshName('pull');
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-login-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ auths: { 'r.example': { auth: 'eDp5' } } }));
  const line = ['create', name, '--from-file', file, '--attach', 'sa/default', '--attach', `deploy/${web}x`];
  const ran = await regsecretIn(namespace, line);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(
    `did you mean ${web}?\nhint: regsecret create -n ${namespace} ${name} --from-file ${file} --attach serviceaccount/default --attach deployment/${web}\n`,
  );
});

test('a client dry run looks at nothing', async () => {
  const ran = await create('x', '--attach', 'sa/default', '--dry-run=client');
  expect(ran.stdout).toBe('secret/x created (dry run)\n');
  expect(ran.stderr).toContain('would be attached to sa/default, which was not checked');
});

test('that the credential ends soon is said once', async () => {
  const name = freshName('pull');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const token = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.`;
  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin'];
  const ran = await regsecretIn(namespace, ['create', name, ...login, '--attach', 'sa/default'], { stdin: token });
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr.match(/expires at/g)).toHaveLength(1);
});

test('that an old entry cannot be decoded is said once', async () => {
  const name = freshName('pull');
  const stringData = { '.dockerconfigjson': '{"auths":{"bad.io":{"auth":"notbase64!"}}}' };
  const type = 'kubernetes.io/dockerconfigjson';
  await api('POST', `/api/v1/namespaces/${namespace}/secrets`, {
    kind: 'Secret',
    type,
    metadata: { name },
    stringData,
  });
  const ran = await create(name, '--attach', 'sa/default');
  expect(ran.code).toBe(1);
  expect(ran.stderr.match(/cannot be decoded/g)).toHaveLength(1);
});
