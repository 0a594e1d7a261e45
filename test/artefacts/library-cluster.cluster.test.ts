/** `regsecret/cluster` through the Kubernetes client for JavaScript, on the real API server. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type ApplyPullSecretOptions,
  applyPullSecret,
  attachPullSecret,
  PullSecretError,
} from '../../src/library/cluster.ts';
import { api as asAdmin, cluster, newNamespace } from '../environment/use.ts';
import { account, freshName, named, newAccount } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { execute } from '../support/program.ts';
import { putSecret, secretIn } from '../support/sync-world.ts';
import { userWith } from '../support/user.ts';

const root = join(import.meta.dirname, '..', '..');

function clientOf(kubeconfig: string): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config.makeApiClient(CoreV1Api);
}

const entry = (server: string, password = CANARY) => ({ server, credential: { username: 'jane', password } });
const entries = [entry('ghcr.io')];

let api: CoreV1Api;
let namespace = '';
beforeAll(async () => {
  api = clientOf(cluster().kubeconfig);
  namespace = await newNamespace({ serviceAccount: true });
});

async function payloadOf(name: string): Promise<string> {
  return Buffer.from((await secretIn(namespace, name))?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
}

async function failure(options: Partial<ApplyPullSecretOptions>, client = api): Promise<PullSecretError> {
  const error = await applyPullSecret(client, { name: 'x', namespace, entries, ...options }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(PullSecretError);
  expect(`${error.message} ${error.stack}`).not.toContain(CANARY);
  return error;
}

describe('applyPullSecret', () => {
  test('creates a Secret, writes nothing a second time, and sets one entry beside the others, byte for byte', async () => {
    const name = freshName('lib');
    expect(await applyPullSecret(api, { name, namespace, entries, dryRun: true })).toBe('created');
    expect(await secretIn(namespace, name)).toBeUndefined();
    expect(await applyPullSecret(api, { name, namespace, entries })).toBe('created');
    const before = await secretIn(namespace, name);
    expect(await applyPullSecret(api, { name, namespace, entries })).toBe('unchanged');
    expect(await secretIn(namespace, name)).toEqual(before);

    const odd = `{ "auths": {"quay.io": {"auth":"eDp5", "x":[1 ,2]} }, "more": {} }`;
    const metadata = { annotations: { own: 'yes' }, labels: { team: 'a' } };
    const data = { '.dockerconfigjson': Buffer.from(odd).toString('base64'), other: 'eA==' };
    const merged = freshName('lib');
    await putSecret(namespace, { metadata, data }, merged);
    // A JWT with an expiry, which goes into an annotation.
    const token = `eyJhbGciOiJub25lIn0.${Buffer.from('{"exp":1900000000}').toString('base64url')}.x`;
    const news = { name: merged, namespace, entries: [entry('docker.io', token)] };
    expect(await applyPullSecret(api, { ...news, dryRun: true })).toBe('updated');
    expect(await payloadOf(merged)).toBe(odd);
    expect(await applyPullSecret(api, news)).toBe('updated');
    const after = await secretIn(namespace, merged);
    expect(await payloadOf(merged)).toMatch(
      /^\{ "auths": \{"quay\.io": \{"auth":"eDp5", "x":\[1 ,2\]\},.* \}, "more": \{\} \}$/,
    );
    expect(Object.keys(JSON.parse(await payloadOf(merged)).auths)).toEqual(['quay.io', 'https://index.docker.io/v1/']);
    expect(after?.data?.other).toBe('eA==');
    expect(after?.metadata.labels).toEqual({ team: 'a' });
    expect(Object.keys(after?.metadata.annotations ?? {}).sort()).toEqual(['own', 'regsecret/expires-at']);
    // The next login has no expiry.
    expect(await applyPullSecret(api, { ...news, entries: [entry('docker.io')] })).toBe('updated');
    expect((await secretIn(namespace, merged))?.metadata.annotations).toEqual({ own: 'yes' });
  });

  test('twelve writers at once: every entry is there', async () => {
    const name = freshName('lib');
    const servers = Array.from({ length: 12 }, (_, index) => `r${index}.example`);
    const actions = await Promise.all(
      servers.map((server) => applyPullSecret(api, { name, namespace, entries: [entry(server)] })),
    );
    expect(actions.toSorted()).toEqual(['created', ...Array(11).fill('updated')]);
    expect(Object.keys(JSON.parse(await payloadOf(name)).auths).sort()).toEqual(servers.toSorted());
  });

  test('what could pull nothing, or may not be written, is an error without a password', async () => {
    const fixed = freshName('lib');
    await putSecret(namespace, { immutable: true }, fixed);
    expect((await failure({ name: fixed })).message).toMatch(/is immutable$/);
    expect((await failure({ entries: [] })).message).toBe(`there is no login for secret ${namespace}/x`);
    expect((await failure({ entries: [entry('ghcr.io', '')] })).message).toMatch(/has no password/);
    expect((await failure({ entries: [entry('ghcr.io/acme:v1')] })).message).toMatch(/^no image can match the server/);
    expect((await failure({ name: 'No Name' })).message).toMatch(/^the name of a secret has only/);
    expect(await failure({ namespace: freshName('none') })).toMatchObject({ status: 404 });
    const reader = await userWith(namespace, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
    expect(await failure({ name: freshName('lib') }, clientOf(reader))).toMatchObject({ status: 403 });
    expect(await failure({ name: fixed, entries }, clientOf(reader))).toMatchObject({ status: undefined });
  });

  test('a signal that is aborted ends it with its reason', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(applyPullSecret(api, { name: 'x', namespace, entries, signal })).rejects.toThrow('enough');
  });
});

describe('attachPullSecret', () => {
  test('puts a name into the list, once, beside the others', async () => {
    const serviceAccount = freshName('sa');
    await newAccount(namespace, { imagePullSecrets: named('other') }, serviceAccount);
    const options = { name: 'ci', namespace, serviceAccount };
    expect(await attachPullSecret(api, { ...options, dryRun: true })).toBe('updated');
    expect((await account(namespace, serviceAccount)).imagePullSecrets).toEqual(named('other'));
    expect(await attachPullSecret(api, options)).toBe('updated');
    expect(await attachPullSecret(api, options)).toBe('unchanged');
    expect((await account(namespace, serviceAccount)).imagePullSecrets).toEqual(named('other', 'ci'));
    expect(await attachPullSecret(api, { name: 'ci', namespace })).toBe('updated');
    expect((await account(namespace, 'default')).imagePullSecrets).toEqual(named('ci'));
  });

  test('twelve writers at once: every name is there', async () => {
    const serviceAccount = freshName('sa');
    await newAccount(namespace, {}, serviceAccount);
    const names = Array.from({ length: 12 }, (_, index) => `pull-${index}`);
    await Promise.all(names.map((name) => attachPullSecret(api, { name, namespace, serviceAccount })));
    const { imagePullSecrets = [] } = await account(namespace, serviceAccount);
    expect(imagePullSecrets.map(({ name }) => name).sort()).toEqual(names.toSorted());
  });

  test('who applies the list keeps the share of it', async () => {
    const name = freshName('sa');
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}?fieldManager=helm`;
    const applied = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name }, imagePullSecrets: named('theirs') };
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    expect((await asAdmin('PATCH', path, applied, headers)).status).toBe(201);
    await attachPullSecret(api, { name: 'ci', namespace, serviceAccount: name });
    const { body } = await asAdmin('GET', path.replace(/\?.*/, ''));
    const owners = body.metadata.managedFields.filter(
      (one: { fieldsV1: object }) => 'f:imagePullSecrets' in one.fieldsV1,
    );
    expect(owners.map(({ manager }: { manager: string }) => manager).sort()).toEqual(['helm', 'regsecret']);
  });

  test('a service account that is not there', async () => {
    const missing = attachPullSecret(api, { name: 'ci', namespace, serviceAccount: freshName('sa') });
    await expect(missing).rejects.toMatchObject({ name: 'PullSecretError', status: 404 });
  });
});

test('the example of the documents, as it stands there, in a namespace of its own', async () => {
  const examples = readFileSync(join(root, 'docs/library.md'), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms);
  const [example = ''] = [...examples]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('regsecret/cluster'));
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-library-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules/@kubernetes'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules/regsecret'));
  const client = 'node_modules/@kubernetes/client-node';
  symlinkSync(join(root, client), join(folder, client));
  const own = await newNamespace({ serviceAccount: true });
  writeFileSync(join(folder, 'example.mjs'), example.replace('team-a', own));
  const env = { ...process.env, KUBECONFIG: cluster().kubeconfig };
  const ran = await execute([process.execPath, join(folder, 'example.mjs')], { cwd: folder, env });
  const comments = [...example.matchAll(/; \/\/ (.*)$/gm)].map(([, text]) => text);
  expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `${comments.join('\n')}\n` });
});
