/** `doctor --watch` on a real node: it ends when every workload has its pods, and every pod its images. */
import { expect, test } from 'vitest';
import { good } from '../../support/doctor-machine.ts';
import { make, type Setup } from '../../support/doctor-world.ts';
import { follow } from '../../support/following.ts';
import { startNodeGate } from '../../support/node-gate.ts';

const pull: Setup = { kind: 'Deployment', list: ['pull'], secrets: (host) => ({ pull: { auths: { [host]: good } } }) };

test('a Deployment whose image is pulled slowly, and whose namespace was empty at first', {
  timeout: 180_000,
}, async () => {
  const gates: Awaited<ReturnType<typeof startNodeGate>>[] = [];
  const seen: ReturnType<typeof follow>[] = [];
  const host = async (behind: string): Promise<string> => {
    const gate = await startNodeGate(behind);
    gates.push(gate);
    gate.close();
    return gate.host;
  };
  const before = async ({ namespace }: { namespace: string }): Promise<void> => {
    const watch = follow(namespace, ['--offline']);
    seen.push(watch);
    await watch.hear('waiting for a pod or a workload');
  };
  await make({ ...pull, host, before, fields: { replicas: 2 } });
  const [watch] = seen;
  await watch?.hear('waiting for 2 pods of deployment/web to pull their images');
  gates[0]?.open();
  expect(await watch?.ended, watch?.stderr()).toBe(0);
  expect(watch?.stdout()).toMatch(/nothing is wrong: 2 pods, 1 workload.*\n[^\n]*\n$/);
  await gates[0]?.stop();
});

test('two of three workloads recover: each change is one line, and the last state stands at the end', {
  timeout: 180_000,
}, async () => {
  const setup: Setup = { kind: 'Deployment', list: ['pull'] };
  const { namespace, host, image } = await make(setup);
  for (const name of ['api', 'db']) {
    const list = [{ name: name === 'db' ? 'other' : 'pull' }];
    await newScheduledWorkload('Deployment', namespace, { name, image, list: list, spec: placedOn(node()) });
  }
  for (const name of ['web', 'api', 'db']) await failed(namespace, name);
  const watch = follow(namespace, ['--offline']);
  await watch.hear('waiting for 3 pods to pull their images');
  await store(namespace, 'pull', { auths: { [host]: good } });
  for (const name of ['web', 'api']) {
    await kubectl(['delete', 'pod', '-n', namespace, '-l', `app=${name}`, '--wait=false']);
    await watch.hear(`; no longer for deployment/${name}`);
  }
  watch.kill('SIGINT');
  expect(await watch.ended).toBe(130);
  expect(watch.stdout()).toMatch(/3 pods \(1 cannot pull\)[^\n]*\n$/);
});
