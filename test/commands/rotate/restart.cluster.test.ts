/** `rotate --restart`. */
import { expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import { failFirstPod, listOf, named, newWorkload, pathOf } from '../../support/attach-world.ts';
import { freshHost, OLD, put, rotate } from '../../support/rotate-world.ts';

test('--restart restarts the controllers of pods that fail for want of it, and no others', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const host = freshHost();
  await put(namespace, { auths: { [host]: OLD } });
  await put(namespace, { name: 'other', auths: { 'quay.io': OLD } });
  const image = `${host}/app:1`;
  const [failing, missing, foreign, fine] = [
    await newWorkload('Deployment', namespace, { image, list: named('pull') }),
    await newWorkload('Deployment', namespace, { image: `${host}/app:no-such-tag`, list: named('pull') }),
    await newWorkload('Deployment', namespace, { image: 'quay.io/app:1', list: named('other') }),
    await newWorkload('Deployment', namespace, { image, list: named('pull') }),
  ];
  for (const app of [failing, foreign]) await failFirstPod(namespace, app);
  await failFirstPod(namespace, missing, `failed to resolve image: ${host}/app:no-such-tag: not found`);
  const ran = await rotate(namespace, host, ['--restart']);
  expect(ran.stdout).toBe(
    `secret/pull configured in ${namespace}\ndeployment.apps/${failing} restarted in ${namespace}\n`,
  );
  for (const name of [failing, missing, foreign, fine]) {
    const { body } = await api('GET', pathOf('Deployment', namespace, name));
    const annotations = body.spec.template.metadata.annotations ?? {};
    expect('kubectl.kubernetes.io/restartedAt' in annotations, name).toBe(name === failing);
  }
  expect(await listOf('Deployment', namespace, failing)).toEqual(named('pull'));
});
