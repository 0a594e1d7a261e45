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
