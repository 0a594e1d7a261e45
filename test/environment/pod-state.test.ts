import { expect, test } from 'vitest';
import { readSecretsTooLate, settledState } from './pod-state.ts';

const waiting = (reason: string, message = '') => ({ ready: false, state: { waiting: { reason, message } } });

test.each([
  ['a pod without a status', {}, undefined],
  [
    'a container that is being made',
    { phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] },
    undefined,
  ],
  ['a pull that was put off', { containerStatuses: [waiting('ErrImagePull', 'pull QPS exceeded')] }, undefined],
  ['a running pod that is not ready', { phase: 'Running', containerStatuses: [{ ready: false }] }, undefined],
  ['a running pod', { phase: 'Running', containerStatuses: [{ ready: true }] }, { phase: 'Running' }],
  ['a pod that has ended', { phase: 'Succeeded' }, { phase: 'Succeeded' }],
  [
    'a failed pull of the second container',
    { phase: 'Pending', containerStatuses: [{ ready: true }, waiting('ErrImagePull', 'denied')] },
    { phase: 'Pending', reason: 'ErrImagePull', message: 'denied' },
  ],
  [
    'a reason that is a whole sentence',
    { phase: 'Pending', containerStatuses: [waiting('illegal base64 data at input byte 9')] },
    { phase: 'Pending', reason: 'illegal base64 data at input byte 9', message: '' },
  ],
])('%s', (_, status, state) => {
  expect(settledState(status)).toEqual(state);
});

/** Lines of a kubelet 1.36 whose API server stood still for 1.8 s when the pod was created, shortened. */
const tooLate =
  'I1128 08:34:39.311900     135 kubelet_pods.go:1083] "Unable to retrieve pull secret, the image pull may not succeed." pod="shop/web" secret="" err="failed to sync secret cache: timed out waiting for the condition"';
const isMissing =
  'I1128 08:30:24.742582     165 kubelet_pods.go:1083] "Unable to retrieve pull secret, the image pull may not succeed." pod="shop/web" secret="" err="secret \\"regcred\\" not found"';
const attempt =
  'E1128 08:34:39.422265     135 pod_workers.go:1338] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"app\\" with ErrImagePull: \\"failed to pull and unpack image\\"" pod="shop/web" podUID="4d1a93af"';
const backOff =
  'E1128 08:34:40.130325     135 pod_workers.go:1338] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"app\\" with ImagePullBackOff: \\"Back-off pulling image: ErrImagePull: failed\\"" pod="shop/web" podUID="4d1a93af"';
const elsewhere = (line: string): string => line.replace('shop/web', 'shop/web-2');

test.each([
  ['a kubelet that had its Secrets', [attempt, backOff], false],
  ['a Secret that is missing', [isMissing, attempt], false],
  ['a Secret that came too late, before the attempt', [tooLate], true],
  ['a Secret that came too late', [tooLate, attempt], true],
  ['a Secret that came too late, while it backs off', [tooLate, attempt, backOff, backOff], true],
  ['a Secret that came too late, and a second attempt with it', [tooLate, attempt, backOff, attempt], false],
  ['a Secret that came too late twice', [tooLate, attempt, backOff, tooLate, attempt], true],
  ['a Secret that came too late for another pod', [elsewhere(tooLate), attempt], false],
  ['a second attempt for another pod', [tooLate, attempt, elsewhere(attempt)], true],
])('an attempt without its Secrets: %s', (_, lines, late) => {
  expect(readSecretsTooLate(`${lines.join('\n')}\n`, 'shop/web')).toBe(late);
});
