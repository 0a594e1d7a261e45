/** `doctor` for a namespace, compared with a real kubelet. */
import { describe, expect, test } from 'vitest';
import { api, janedoe, kubectl, newNamespace, node, podSettled, waitFor } from '../../environment/use.ts';
import { named, newPullSecret, newScheduledWorkload, pathOf, regsecretIn } from '../../support/attach-world.ts';

interface Found {
  readonly code: string;
  readonly object: { readonly kind: string; readonly name: string };
  readonly affects?: { readonly pods: number };
  readonly fix: { readonly command: string };
}

async function doctor(namespace: string): Promise<{ code: number; findings: readonly Found[] }> {
  const { code, stdout } = await regsecretIn(namespace, ['doctor', '-o', 'json']);
  return { code, findings: JSON.parse(stdout).findings };
}

async function podsOf(namespace: string, count: number): Promise<string[]> {
  const found = await waitFor(
    async () => {
      const { items } = (await api('GET', pathOf('Pod', namespace))).body;
      return items.length === count ? items : undefined;
    },
    { what: 'the pods' },
  );
  return found.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}

async function phases(namespace: string, count: number): Promise<string[]> {
  const pods = await podsOf(namespace, count);
  return Promise.all(pods.map(async (pod) => (await podSettled(namespace, pod)).phase));
}

describe.concurrent('a Deployment', () => {
  test('whose pods fail is one finding, and its command heals all of them', { timeout: 150_000 }, async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const { basic } = node().registries;
    await newPullSecret(namespace, 'good', basic.host, janedoe);
    await newScheduledWorkload('Deployment', namespace, {
      image: basic.privateImage,
      name: 'web',
      fields: { replicas: 3 },
    });
    expect(await phases(namespace, 3)).toEqual(['Pending', 'Pending', 'Pending']);
    const { code, findings } = await doctor(namespace);
    const [found] = findings.filter(({ code: name }) => name === 'no-pull-secret');
    expect([code, found?.object.kind, found?.affects?.pods]).toEqual([1, 'Deployment', 3]);
    const words = found?.fix.command.split(' ') ?? [];
    expect(words.slice(0, 3)).toEqual(['regsecret', 'attach', 'good']);
    expect((await regsecretIn(namespace, words.slice(1))).code).toBe(0);
    await kubectl(['rollout', 'status', 'deployment/web', '-n', namespace]);
    expect(await phases(namespace, 3)).toEqual(['Running', 'Running', 'Running']);
    expect((await doctor(namespace)).code).toBe(0);
  });

  test('that runs, and whose Secret is gone: its next pod does not get the image', { timeout: 150_000 }, async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const { basic } = node().registries;
    await newPullSecret(namespace, 'good', basic.host, janedoe);
    await newScheduledWorkload('Deployment', namespace, {
      image: basic.privateImage,
      name: 'web',
      list: named('good'),
    });
    await kubectl(['rollout', 'status', 'deployment/web', '-n', namespace]);
    expect(await doctor(namespace)).toEqual({ code: 0, findings: [] });
    await kubectl(['delete', 'secret', 'good', '-n', namespace]);
    const { code, findings } = await doctor(namespace);
    expect([code, findings.map(({ code: name, object }) => [name, object.kind])]).toEqual([
      1,
      [['fails-at-restart', 'Deployment']],
    ]);
    const [pod = ''] = await podsOf(namespace, 1);
    await kubectl(['delete', 'pod', pod, '-n', namespace]);
    expect(await phases(namespace, 1)).toEqual(['Pending']);
    expect((await doctor(namespace)).findings.map(({ code: name }) => name)).toEqual(['missing-secret']);
  });
});
