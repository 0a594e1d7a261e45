/** Why a container waits. attach, `--wait` and doctor use the same table. */
import { describe, expect, test } from 'vitest';
import { imageUses } from '../../src/workloads/container-images.ts';
import { otherTrouble, pullFailures } from '../../src/workloads/pod-state.ts';

/** How attach sees the pod: it fails and needs a login, it fails for another reason (for `--wait`), or it is starting. */
type AttachView = 'cannot pull' | 'in trouble' | 'on its way';
type DoctorView = 'missing' | 'there' | 'not tried';

const REASONS: readonly (readonly [reason: string, attach: AttachView, doctor: DoctorView])[] = [
  ['ErrImagePull', 'cannot pull', 'missing'],
  ['ImagePullBackOff', 'cannot pull', 'missing'],
  ['ErrImagePullBackOff', 'cannot pull', 'missing'],
  ['ErrImageNeverPull', 'cannot pull', 'missing'],
  ['ImageInspectError', 'cannot pull', 'missing'],
  ['RegistryUnavailable', 'cannot pull', 'missing'],
  ['SignatureValidationFailed', 'cannot pull', 'missing'],
  ['illegal base64 data at input byte 9', 'cannot pull', 'missing'],
  ['unexpected end of JSON input', 'cannot pull', 'missing'],
  ['InvalidImageName', 'in trouble', 'missing'],
  ['CreateContainerConfigError', 'in trouble', 'there'],
  ['PreCreateHookError', 'in trouble', 'there'],
  ['CreateContainerError', 'in trouble', 'there'],
  ['PreStartHookError', 'in trouble', 'there'],
  ['PostStartHookError', 'in trouble', 'there'],
  ['RunContainerError', 'in trouble', 'there'],
  ['RunInitContainerError', 'in trouble', 'there'],
  ['VerifyNonRootError', 'in trouble', 'there'],
  ['StartError', 'in trouble', 'there'],
  ['ContainerCannotRun', 'in trouble', 'there'],
  ['KillContainerError', 'in trouble', 'there'],
  ['CrashLoopBackOff', 'in trouble', 'there'],
  ['Error', 'in trouble', 'there'],
  ['OOMKilled', 'in trouble', 'there'],
  ['Completed', 'on its way', 'there'],
  ['CreatePodSandboxError', 'in trouble', 'not tried'],
  ['ConfigPodSandboxError', 'in trouble', 'not tried'],
  ['KillPodSandboxError', 'in trouble', 'not tried'],
  ['ContainerCreating', 'on its way', 'not tried'],
  ['PodInitializing', 'on its way', 'not tried'],
  ['ContainerStatusUnknown', 'on its way', 'not tried'],
  ['', 'on its way', 'not tried'],
  ['SomethingNewError', 'in trouble', 'not tried'],
  ['SomethingNew', 'on its way', 'not tried'],
  ['SomethingNewPullingAnImageFailed', 'cannot pull', 'missing'],
];

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** A pod with one waiting container in the list `list`. */
function podWaiting(reason: string, message = '', list: (typeof LISTS)[number] = 'containers'): object {
  const state = { waiting: { ...(reason === '' ? {} : { reason }), message } };
  return {
    spec: { [list]: [{ name: 'app', image: 'r.example/app:1' }] },
    status: { phase: 'Pending', [`${list.slice(0, -1)}Statuses`]: [{ name: 'app', imageID: '', state }] },
  };
}

function attachView(pod: object): AttachView {
  if (pullFailures(pod).length > 0) return 'cannot pull';
  return otherTrouble(pod) === undefined ? 'on its way' : 'in trouble';
}

function doctorView({ spec, status }: { spec?: unknown; status?: unknown }): string | undefined {
  return imageUses(spec, status)[0]?.state.status;
}

describe.each(LISTS)('of one of the %s', (list) => {
  test.each(REASONS)('%s', (reason, attach, doctor) => {
    const pod = podWaiting(reason, '', list);
    expect([attachView(pod), doctorView(pod)]).toEqual([attach, doctor]);
  });
});

test.each(REASONS)('what attach calls a failed pull is no image that doctor has: %s', (reason) => {
  const pod = podWaiting(reason);
  if (attachView(pod) === 'cannot pull') expect(doctorView(pod)).toBe('missing');
});

test('a pull that is only put off recovers by itself', () => {
  const pod = podWaiting('ErrImagePull', 'pull QPS exceeded');
  expect([attachView(pod), doctorView(pod)]).toEqual(['on its way', 'missing']);
});

test('the image of a volume that does not come is the one that is named', () => {
  const message = 'failed to pull and unpack image "docker.io/acme/data:latest": no';
  const { spec, status } = podWaiting('ErrImagePull', message) as { spec: object; status: object };
  const pod = { spec: { ...spec, volumes: [{ name: 'data', image: { reference: 'acme/data' } }] }, status };
  expect(pullFailures(pod).map(({ image }) => image)).toEqual(['acme/data']);
});
