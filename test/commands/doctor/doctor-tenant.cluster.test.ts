/** A tenant who may write in one namespace only, and an operator who runs `why` there: no login is sent to a wrong registry. */
import { expect, onTestFinished, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { freshName, named, newPullSecret, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { type Front, startFront } from '../../support/registry-front.ts';

/** A registry that answers every request with a challenge and accepts no login. */
async function tenantRegistry(challenge = 'Basic realm="tenant"'): Promise<Front> {
  const registry = await startFront({ choose: () => ({ status: 401, headers: { 'www-authenticate': challenge } }) });
  onTestFinished(() => registry.close());
  return registry;
}

const victim = { username: 'prod', password: CANARY };
const loginsIn = ({ requests }: Front): string[] => requests.flatMap(({ authorization }) => authorization ?? []);

test.each([
  ['why of the pod', (pod: string) => ['why', `pod/${pod}`]],
  ['doctor of its namespace', () => ['doctor']],
])('a Secret of another namespace whose key has a wildcard: %s', async (_, args) => {
  const registry = await tenantRegistry();
  const [prod, evil] = [await newNamespace(), await newNamespace({ serviceAccount: true })];
  const secret = freshName('pull');
  await newPullSecret(prod, secret, `127.0.0.*:${registry.host.split(':')[1]}`, victim);
  const pod = await newWorkload('Pod', evil, { image: `${registry.host}/evil/x:v1`, list: named(secret) });
  const { code, stdout } = await regsecretIn(evil, args(pod));
  expect(code).toBe(1);
  expect(stdout).toContain(`secret ${evil}/${secret} does not exist`);
  expect(stdout).toContain(`it exists in namespace ${prod}`);
  expect(registry.requests.length).toBeGreaterThan(0);
  expect(loginsIn(registry)).toEqual([]);
});

const why = (namespace: string, pod: string) => regsecretIn(namespace, ['why', `pod/${pod}`]);

test('the login of Docker Hub for an image of localhost, which the kubelet would send there', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'hub', 'https://index.docker.io/v1/', victim);
  const pod = await newWorkload('Pod', namespace, { image: 'localhost/x:v1', list: named('hub') });
  const { stdout } = await why(namespace, pod);
  expect(stdout).toContain('localhost cannot be checked from here: it would get the login of Docker Hub');
});

test('a token server that the registry names on this machine under another name', async () => {
  const tokens = await tenantRegistry();
  const registry = await tenantRegistry(`Bearer realm="http://localhost:${tokens.host.split(':')[1]}/token"`);
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'own', registry.host, victim);
  const pod = await newWorkload('Pod', namespace, { image: `${registry.host}/x:v1`, list: named('own') });
  const { stdout } = await why(namespace, pod);
  expect(stdout).toContain('its token server is not used over https');
  expect([loginsIn(tokens), loginsIn(registry)]).toEqual([[], []]);
});

test('a token server on the host of the registry that wants POST, which gets the login of its own namespace', async () => {
  const tokens = await startFront({ choose: ({ method }) => ({ status: method === 'GET' ? 405 : 401 }) });
  onTestFinished(() => tokens.close());
  const registry = await tenantRegistry(`Bearer realm="http://${tokens.host}/token"`);
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'own', registry.host, victim);
  const pod = await newWorkload('Pod', namespace, { image: `${registry.host}/x:v1`, list: named('own') });
  await why(namespace, pod);
  expect(tokens.requests.map(({ method }) => method)).toContain('POST');
  expect(loginsIn(registry)).toEqual([]);
});
