/** `why --watch` for pods on a real node, from the failure to the pod that runs. */
import { expect, test } from 'vitest';
import { podSettled } from '../../environment/use.ts';
import { regsecretIn } from '../../support/attach-world.ts';
import { good, paste } from '../../support/doctor-machine.ts';
import { make, type Setup } from '../../support/doctor-world.ts';
import { follow } from '../../support/following.ts';

const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });

test('a pod without a list, until it is attached and created again', { timeout: 180_000 }, async () => {
  const { namespace, image } = await make({ secrets: regcred });
  await podSettled(namespace, 'web');
  const seen = follow(namespace, ['pod/web']);
  await seen.see('[no-pull-secret]');
  const { code, stderr } = await regsecretIn(namespace, ['attach', 'regcred', '--pod', 'web', '--recreate']);
  expect(code, stderr).toBe(0);
  expect(await seen.ended, seen.stderr()).toBe(0);
  expect(seen.stdout()).toContain(`pod/web already has ${image}`);
});

test('a tag that does not exist, until the image has one that does', { timeout: 180_000 }, async () => {
  const missing = (host: string): string => `${host}/janedoe/jdoe-private:v2`;
  const { namespace, host } = await make({ secrets: regcred, list: ['regcred'], image: missing });
  await podSettled(namespace, 'web');
  const seen = follow(namespace, ['pod/web']);
  // Other tests push further tags to this repository.
  await seen.see('; existing tags: v1');
  await paste(`kubectl set image pod/web app=${host}/janedoe/jdoe-private:v1 -n ${namespace}`, host);
  expect(await seen.ended, seen.stderr()).toBe(0);
  expect(seen.stdout()).toContain(`pod/web already has ${host}/janedoe/jdoe-private:v1`);
});
