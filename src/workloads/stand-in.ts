/** Which workloads count by themselves. Another one stands for the rest: it made them, and what it makes next is the same. */
import { fieldOf } from './api-object.ts';
import { hasKnownOwner, listedNames, type PullSpec } from './pull-spec.ts';
import { mountedNames } from './references.ts';
import { hasFinished } from './rollout.ts';

/**
 * Hands each added workload to `use` unless another one stands for it. `end` follows the last workload: a Job keeps the template
 * of its time (batch/validation `ValidateJobSpecUpdate`), so it is compared with that of its CronJob once both are known.
 */
export function standIns(use: (workload: PullSpec) => void) {
  const next = new Map<string, string>();
  const jobs: PullSpec[] = [];
  return {
    add(workload: PullSpec): void {
      if (workload.ref.kind === 'CronJob') next.set(workload.uid, pullsAs(workload));
      const isMade = hasKnownOwner(workload);
      if (!isMade && !isPast(workload)) use(workload);
      if (isMade && workload.ref.kind === 'Job' && !hasFinished(workload)) jobs.push(workload);
    },
    end(): void {
      for (const job of jobs) {
        if (![undefined, pullsAs(job)].includes(next.get(`${job.controller?.uid}`))) use(job);
      }
    },
  };
}

/** The workloads that count by themselves. */
export function withoutStandIns(workloads: readonly PullSpec[]): PullSpec[] {
  const own: PullSpec[] = [];
  const { add, end } = standIns((workload) => own.push(workload));
  workloads.forEach(add);
  end();
  return own;
}

/** Whether it is an older ReplicaSet of something like a Rollout, which keeps it to go back to. */
function isPast({ ref, controller, object }: PullSpec): boolean {
  return ref.kind === 'ReplicaSet' && controller !== undefined && fieldOf(object, 'spec', 'replicas') === 0;
}

/** What decides about the pulls of a template's pods, and which Secrets they use in another way, as far as it was read. */
function pullsAs({ ref, object, imagePullSecrets, serviceAccountName, images }: PullSpec): string {
  const { volumes, env } = mountedNames(ref.kind, object);
  return JSON.stringify([listedNames(imagePullSecrets), serviceAccountName, images, [...volumes], [...env]]);
}
