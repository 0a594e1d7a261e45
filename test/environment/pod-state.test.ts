import { expect, test } from 'vitest';
import { settledState } from './pod-state.ts';

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
