/** `doctor --watch` on a real node: it ends when every workload has its pods, and every pod its images. */
import { expect, test } from 'vitest';
import { api, kubectl, node, placedOn, waitFor } from '../../environment/use.ts';
import { newScheduledWorkload } from '../../support/attach-world.ts';
import { good } from '../../support/doctor-machine.ts';
import { make, type Setup, store } from '../../support/doctor-world.ts';
import { follow } from '../../support/following.ts';
import { startNodeGate } from '../../support/node-gate.ts';

const pull: Setup = { kind: 'Deployment', list: ['pull'], secrets: (host) => ({ pull: { auths: { [host]: good } } }) };

async function allFail(namespace: string): Promise<boolean> {
  const { items } = (await api('GET', `/api/v1/namespaces/${namespace}/pods`)).body;
  const reasons = items.map((pod: PodObject) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason);
  return reasons.length === 3 && reasons.every((reason?: string) => reason !== undefined && /ImagePull/.test(reason));
}

interface PodObject {
  readonly status?: { readonly containerStatuses?: readonly { readonly state?: { waiting?: { reason?: string } } }[] };
}

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
    await watch.hear('waiting for pods or workloads');
  };
  await make({ ...pull, host, before, fields: { replicas: 2 } });
  const [watch] = seen;
  await watch?.hear('waiting for 2 pods of deployment/web to pull images');
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
    await newScheduledWorkload('Deployment', namespace, { name, image, list, spec: placedOn(node()) });
  }
  await waitFor(() => allFail(namespace), { what: 'three pods that fail', deadlineMs: 60_000 });
  const watch = follow(namespace, ['--offline']);
  await watch.hear('waiting for 3 pods to pull');
  await store(namespace, 'pull', { auths: { [host]: good } });
  for (const name of ['web', 'api']) {
    await kubectl(['delete', 'pod', '-n', namespace, '-l', `app=${name}`, '--wait=false']);
    await watch.hear(`; no longer for deployment/${name}`);
  }
  watch.kill('SIGINT');
  expect(await watch.ended).toBe(130);
  expect(watch.stdout()).toMatch(/pods \(1 cannot pull\)[^\n]*\n$/);
});
