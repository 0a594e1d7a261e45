/** The state of each image in a pod, also of images that are volumes. */
import { describe, expect, test } from 'vitest';
import { imageUses } from '../../src/workloads/container-images.ts';

const pulling = (message: string): object => ({ waiting: { reason: 'ErrImagePull', message } });

describe('a volume that is an image', () => {
  const spec = {
    containers: [{ name: 'app', image: 'r.io/app:v1' }],
    volumes: [
      { name: 'data', image: { reference: 'acme/data' } },
      { name: 'none', emptyDir: {} },
    ],
  };

  test.each([
    [
      'is what its container waits for',
      'failed to pull and unpack image "docker.io/acme/data:latest": no',
      'not tried',
      'missing',
    ],
    ['as the kubelet writes it while it waits', 'Back-off pulling image "acme/data": no', 'not tried', 'missing'],
    [
      'is not, where the image of the container is',
      'failed to pull and unpack image "r.io/app:v1": no',
      'missing',
      'not tried',
    ],
  ])('%s', (_, message, container, volume) => {
    const uses = imageUses(spec, { containerStatuses: [{ name: 'app', state: pulling(message) }] });
    expect(uses.map(({ image, containers, state }) => [image, containers, state.status])).toEqual([
      ['r.io/app:v1', ['app'], container],
      ['acme/data', ['data'], volume],
    ]);
  });

  test('of a pod that runs', () => {
    const status = { containerStatuses: [{ name: 'app', imageID: 'x', state: { running: {} } }] };
    expect(imageUses(spec, status).map(({ state }) => state.status)).toEqual(['there', 'not tried']);
  });
});

describe('the message of the kubelet', () => {
  const image = 'r.io/app:v2';
  test.each<[string, string, string]>([
    ['names the image', 'failed to pull and unpack image "r.io/app:v2": no', 'missing'],
    ['names no image', 'no basic auth credentials', 'missing'],
    ['names it while it waits', 'Back-off pulling image "r.io/app:v2": ErrImagePull: x', 'missing'],
    ['names the image that the pod had before', 'Back-off pulling image "old.io/app:v1": ErrImagePull: x', 'not tried'],
    ['names an older tag', 'failed to pull and unpack image "r.io/app:v1": no', 'not tried'],
    ['names it inside quoted text', 'rpc: desc = "failed to pull image \\"r.io/app:v2\\": no"', 'missing'],
  ])('%s', (_, message, status) => {
    const spec = { containers: [{ name: 'app', image }] };
    const uses = imageUses(spec, { containerStatuses: [{ name: 'app', state: pulling(message) }] });
    expect(uses.map(({ state }) => state.status)).toEqual([status]);
  });
});
