/** The newest fact wins: what the kubelet reports now, and the pods of the template before that still run. */
import { describe, expect, test } from 'vitest';
import { createCollector } from '../../src/gather/collector.ts';
import { observeTargets } from '../../src/gather/doctor-facts.ts';
import { observeScope } from '../../src/gather/scope.ts';
import type { DoctorTarget } from '../../src/workloads/target.ts';
import { shownHint } from '../support/hints.ts';
import { account, waits } from '../support/observed-targets.ts';
import { reportAt } from '../support/steps.ts';
import { type Stored, stored, storedObjects } from '../support/stored-objects.ts';

const [OLD, NEW] = ['ghcr.io/acme/web:v1', 'ghcr.io/acme/web:v2'];
const revision = (value: string) => ({ 'deployment.kubernetes.io/revision': value });
const hash = (value: string) => ({ labels: { 'pod-template-hash': value } });
const ready = (status: 'True' | 'False') => ({
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status }],
    containerStatuses: [{ name: 'app', imageID: 'x', ready: status === 'True', state: { running: {} } }],
  },
});

interface Rollout {
  readonly before?: string;
  readonly now?: string;
  readonly is?: 'True' | 'False';
  readonly message?: string;
}

/** A Deployment whose pod of the template before is there, and whose new pod cannot pull. */
function rollout({ before = OLD, now = NEW, is = 'True', message = `${now}: not found` }: Rollout = {}): Stored[] {
  const waiting = { reason: 'ErrImagePull', message };
  return [
    account(),
    stored('Deployment', 'web', {
      image: now,
      metadata: { annotations: revision('2') },
      rest: { status: { replicas: 2, updatedReplicas: 1, availableReplicas: 1 } },
    }),
    stored('ReplicaSet', 'web-a', { owner: 'Deployment/web', image: before, metadata: { annotations: revision('1') } }),
    stored('ReplicaSet', 'web-b', { owner: 'Deployment/web', image: now, metadata: { annotations: revision('2') } }),
    stored('Pod', 'web-a-1', { owner: 'ReplicaSet/web-a', image: before, metadata: hash('a'), rest: ready(is) }),
    stored('Pod', 'web-b-1', { owner: 'ReplicaSet/web-b', image: now, metadata: hash('b'), rest: waits(waiting) }),
  ];
}

async function proposed(objects: readonly Stored[]): Promise<Record<string, readonly string[]>> {
  const of = async (target?: DoctorTarget): Promise<readonly string[]> => {
    const collector = createCollector(storedObjects(objects));
    const observed = await (target === undefined
      ? observeScope({ offline: true }, collector)
      : observeTargets([target], { offline: true }, collector));
    const errors = reportAt(observed, observed.facts).findings.filter(({ severity }) => severity === 'error');
    return errors.map(({ code, fix }) => `${code}: ${shownHint(fix.command)}`);
  };
  return {
    pod: await of({ kind: 'Pod', name: 'web-b-1' }),
    deployment: await of({ kind: 'Deployment', name: 'web' }),
    doctor: await of(),
  };
}

const UNDO = 'kubectl rollout undo deployment/web -n team';
const SET = 'kubectl set image deployment/web app=';

describe('an image that is wrong, beside a pod of the template before', () => {
  test.each<[string, Rollout, string]>([
    ['which is ready: back to that', {}, `image-not-found: ${UNDO}`],
    ['which is not ready', { is: 'False' }, `image-not-found: ${SET}ghcr.io/acme/web:TAG -n team`],
    ['which has the same image', { before: NEW }, `image-not-found: ${SET}ghcr.io/acme/web:TAG -n team`],
    ['for a name that is no image', { now: 'ghcr.io/A:v1', message: 'x' }, `invalid-image: ${UNDO}`],
    ['for another platform', { message: `no match for platform in manifest: not found` }, `wrong-platform: ${UNDO}`],
    [
      'but a login is what it lacks',
      { message: 'no basic auth credentials' },
      'no-pull-secret: regsecret create -n team --server ghcr.io --attach deployment/web',
    ],
  ])('%s', async (_, situation, expected) => {
    const { pod, deployment, doctor } = await proposed(rollout(situation));
    expect({ pod, deployment, doctor }).toEqual({ pod: [expected], deployment: [expected], doctor: [expected] });
  });
});
