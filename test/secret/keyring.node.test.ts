/**
 * Compares a real kubelet with our prediction: which credentials it tries for an image, in which order, and with which result, or
 * the message with which all fail. Each pod pulls through its own proxy, which records the logins that arrive.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistryClient } from '../../src/registry/registry-client.ts';
import { parseImage } from '../../src/secret/image.ts';
import { buildKeyring, KeyringError, lookup } from '../../src/secret/keyring.ts';
import { isAnonymous } from '../../src/secret/payload.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import { pullResult, type Verdict } from '../../src/verify/verdict.ts';
import { lacks } from '../environment/kubernetes-features.ts';
import { api, janedoe, newNamespace, node, podSettled } from '../environment/use.ts';
import { fakeIo } from '../support/io.ts';
import { type Front, startFront } from '../support/registry-front.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const good = { auth: base64(`${janedoe.username}:${janedoe.password}`) };
const wrong = { auth: base64(`${janedoe.username}:wrong`) };
const config = (auths: Record<string, object>): object => ({ auths });

interface Pull {
  /** The payloads of the pod's pull secrets, in order. A string is the name of a missing Secret. */
  readonly secrets: readonly (object | string | { readonly type: string; readonly data: Record<string, string> })[];
  /** The registry's host in the image's name. */
  readonly host?: string;
}

type Situation = readonly [title: string, pull: (host: string, port: string) => Pull, outcome: 'Running' | RegExp];

const noCredential = /no basic auth credentials/;
const refused = /401 Unauthorized/;

/** The situations with the results that a real kubelet produced. */
const situations: readonly Situation[] = [
  ['a good entry for the host and port', (host) => ({ secrets: [config({ [host]: good })] }), 'Running'],
  ['a key with the path of the user', (host) => ({ secrets: [config({ [`${host}/janedoe`]: good })] }), 'Running'],
  ['http:// and /v2/ around the host', (host) => ({ secrets: [config({ [`http://${host}/v2/`]: good })] }), 'Running'],
  ['an asterisk for a label', (_, port) => ({ secrets: [config({ [`127.*.0.1:${port}`]: good })] }), 'Running'],
  ['another asterisk for a label', (_, port) => ({ secrets: [config({ [`*.0.0.1:${port}`]: good })] }), 'Running'],
  [
    'auth without padding',
    (host) => ({ secrets: [config({ [host]: { auth: good.auth.replace(/=+$/, '') } })] }),
    'Running',
  ],
  [
    'a bad login under the longer path and a good one under the host',
    (host) => ({ secrets: [config({ [host]: good, [`${host}/janedoe`]: wrong })] }),
    'Running',
  ],
  [
    'a wrong password in the first Secret and a good one in the second',
    (host) => ({ secrets: [config({ [host]: wrong }), config({ [host]: good })] }),
    'Running',
  ],
  ['user info in the key', (host) => ({ secrets: [config({ [`http://a:b@${host}`]: good })] }), 'Running'],
  [
    'the legacy type',
    (host) => ({
      secrets: [{ type: 'kubernetes.io/dockercfg', data: { '.dockercfg': base64(JSON.stringify({ [host]: good })) } }],
    }),
    'Running',
  ],
  ['a path that is a beginning of a name', (host) => ({ secrets: [config({ [`${host}/jane`]: good })] }), 'Running'],
  [
    'user name and password as fields',
    (host) => ({ secrets: [config({ [host]: { username: janedoe.username, password: janedoe.password } })] }),
    'Running',
  ],
  ['/v1 without a slash', (host) => ({ secrets: [config({ [`http://${host}/v1`]: good })] }), noCredential],
  ['an empty entry', (host) => ({ secrets: [config({ [host]: {} })] }), noCredential],
  ['an identity token alone', (host) => ({ secrets: [config({ [host]: { identitytoken: 'x' } })] }), noCredential],
  ['a credentials store', () => ({ secrets: [{ auths: {}, credsStore: 'desktop' }] }), noCredential],
  [
    'a Secret of type Opaque',
    (host) => ({
      secrets: [{ type: 'Opaque', data: { '.dockerconfigjson': base64(JSON.stringify(config({ [host]: good }))) } }],
    }),
    noCredential,
  ],
  ['a Secret that is missing', () => ({ secrets: ['missing'] }), noCredential],
  ['no Secret', () => ({ secrets: [] }), noCredential],
  ['a key with a tag', (host) => ({ secrets: [config({ [`${host}/janedoe/jdoe-private:v1`]: good })] }), noCredential],
  ['a key without the port', () => ({ secrets: [config({ '127.0.0.1': good })] }), noCredential],
  ['an asterisk for the port', () => ({ secrets: [config({ '127.0.0.1:*': good })] }), noCredential],
  [
    'upper case',
    (_, port) => ({ secrets: [config({ [`LOCALHOST:${port}`]: good })], host: `localhost:${port}` }),
    noCredential,
  ],
  [
    'a user name without a password',
    (host) => ({ secrets: [config({ [host]: { auth: base64('janedoe:') } })] }),
    noCredential,
  ],
  [
    'a newline behind the password',
    (host) => ({ secrets: [config({ [host]: { auth: base64(`${janedoe.username}:${janedoe.password}\n`) } })] }),
    refused,
  ],
  ['a wrong password', (host) => ({ secrets: [config({ [host]: wrong })] }), refused],
  [
    'a good Secret and one with an auth that is not base64',
    (host) => ({ secrets: [config({ [host]: good }), config({ 'other.example': { auth: 'notbase64!' } })] }),
    /illegal base64 data at input byte 9$/,
  ],
  [
    'a good Secret and one with an auth that has no colon',
    (host) => ({ secrets: [config({ [host]: good }), config({ 'other.example': { auth: base64('nocolon') } })] }),
    /unable to parse auth field, must be formatted as base64\(username:password\)$/,
  ],
];

interface Trial {
  readonly front: Front;
  readonly image: string;
  readonly secrets: readonly Secret[];
  readonly settled: ReturnType<typeof podSettled>;
}

const trials: Trial[] = [];
let namespace = '';

beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  for (const [index, [, pull]] of situations.entries()) {
    const front = await startFront({ behind: node().registries.basic.host });
    const port = front.host.split(':')[1] ?? '';
    const { secrets, host = front.host } = pull(front.host, port);
    const stored: Secret[] = [];
    const names: string[] = [];
    for (const [number, content] of secrets.entries()) {
      const name = typeof content === 'string' ? `${content}-${index}` : `s-${index}-${number}`;
      names.push(name);
      if (typeof content !== 'string') stored.push(await store(name, content));
    }
    const image = `${host}/janedoe/jdoe-private:v1`;
    await createPod(`pod-${index}`, image, names);
    trials.push({ front, image, secrets: stored, settled: podSettled(namespace, `pod-${index}`, 90_000) });
  }
  await Promise.allSettled(trials.map(({ settled }) => settled));
}, 180_000);

afterAll(() => Promise.all(trials.map(({ front }) => front.close())));

async function store(name: string, content: object): Promise<Secret> {
  const { type, data } =
    'type' in content
      ? (content as { type: string; data: Record<string, string> })
      : { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64(JSON.stringify(content)) } };
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, data };
  const answer = await api('POST', `/api/v1/namespaces/${namespace}/secrets`, body);
  expect(answer.status).toBe(201);
  return answer.body;
}

async function createPod(name: string, image: string, secrets: readonly string[]): Promise<void> {
  const { status } = await api('POST', `/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name },
    spec: {
      containers: [{ name: 'app', image, imagePullPolicy: 'Always' }],
      imagePullSecrets: secrets.map((secret) => ({ name: secret })),
    },
  });
  expect(status).toBe(201);
}

/** Our prediction, before the kubelet has done anything. */
async function predict({ secrets, image, front }: Trial) {
  try {
    const candidates = lookup(buildKeyring(secrets), image);
    const client = await createRegistryClient({}, { from: 'person' }, fakeIo());
    const verdicts: Verdict[] = [];
    const logins: string[] = [];
    for (const { username, password } of candidates.length > 0 ? candidates : [{ username: '', password: '' }]) {
      const before = front.requests.length;
      verdicts.push(
        await client.verify({
          server: front.host,
          login: assignLogin({ username, password }, { key: front.host, owner: 'person' }),
          image: parseImage(image),
        }),
      );
      expect(front.requests.length).toBeGreaterThan(before);
      if (!isAnonymous({ username, password, email: '' })) logins.push(`Basic ${base64(`${username}:${password}`)}`);
      if (pullResult(verdicts.at(-1) as Verdict) === 'pulls') break;
    }
    client.close();
    return { logins, pulls: pullResult(verdicts.at(-1) as Verdict) === 'pulls', failure: undefined };
  } catch (error) {
    if (error instanceof KeyringError) return { logins: [], pulls: false, failure: error.message };
    throw error;
  }
}

/** The logins that arrived, without repetitions, in the order of their first arrival. */
function loginsAt({ requests }: Front): string[] {
  return [...new Set(requests.flatMap(({ authorization }) => authorization ?? []))];
}

describe('the kubelet does what we say', () => {
  test.each(situations.map(([title, , outcome], index) => ({ title, outcome, index })))(
    '$title',
    async ({ outcome, index }) => {
      const attempt = trials[index] as Trial;
      const state = await attempt.settled;
      const logins = loginsAt(attempt.front);
      const { logins: expected, pulls, failure } = await predict(attempt);
      expect({ logins, runs: state.phase === 'Running' }).toEqual({ logins: expected, runs: pulls });
      if (outcome === 'Running') expect(state).toEqual({ phase: 'Running' });
      else expect(state.message).toMatch(outcome);
      // Until the first back-off the text is also in the field `reason`.
      const first = lacks('undecodable Secrets as the reason') ? 'ErrImagePull' : failure;
      if (failure !== undefined) expect([first, 'ImagePullBackOff']).toContain(state.reason);
      if (failure !== undefined) expect(state.message).toContain(failure);
    },
  );
});
