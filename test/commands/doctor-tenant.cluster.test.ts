/** Somebody who may write in one namespace only, and an operator who runs `why` there: no login goes where it does not belong. */
import { expect, onTestFinished, test } from 'vitest';
import { newNamespace } from '../environment/use.ts';
import { freshName, named, newPullSecret, newWorkload, regsecretIn } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { type Front, startFront } from '../support/registry-front.ts';

/** A registry that asks for a login at every request, and never gets a good one. */
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
  expect(stdout).toContain(`one of that name is in namespace ${prod}`);
  expect(registry.requests.length).toBeGreaterThan(0);
  expect(loginsIn(registry)).toEqual([]);
});
