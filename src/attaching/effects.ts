/** Reports the effects after writing: which workloads the change does not reach, and which pods still cannot pull. */

import { type RemediedPod, remedyFinder, toRestart } from '../changes/pod-remedy.ts';
import { restartAll } from '../changes/restart.ts';
import { type FailingFacts, podsOf, type WorkloadFact } from '../gather/failing.ts';
import { closest } from '../text/closest.ts';
import { type ObjectRef, refKey } from '../workloads/object-ref.ts';
import { isEnforced, listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { type Effect, effectOf, failingWithout, waitsForPods, wantedPods } from '../workloads/rollout.ts';
import type { AttachContext, Done } from './context.ts';
import type { Note } from './notes.ts';
import { namesAccount } from './request.ts';

/**
 * Reports which workloads do not use the lists of the service accounts that are done, and which of their pods fail and
 * will not recover by themselves. Skips the done objects themselves, because the facts may be older than their change.
 * Returns the restarted controllers, where `--restart` was given.
 */
export async function reportAccounts(facts: FailingFacts, context: AttachContext): Promise<PullSpec[]> {
  const { transport, request, listener, done } = context;
  const { verb, secret } = request;
  const doneOf = ({ ref, account }: WorkloadFact): Done | undefined =>
    done.get(refKey({ kind: 'ServiceAccount', namespace: ref.namespace, name: account }));
  const accountOf = (workload: WorkloadFact): PullSpec | undefined => doneOf(workload)?.pullSpec;
  for (const { pullSpec, changed } of done.values()) {
    const { ref } = pullSpec;
    const isNamed = ref.kind === 'ServiceAccount' && namesAccount(request, ref.name);
    if (verb === 'detach' && isNamed && !changed) for (const note of notNamed(pullSpec, secret)) listener.note(note);
  }
  for (const workload of facts.workloads) {
    const { ref, owner, account, list } = workload;
    const pullSpec = accountOf(workload);
    if (pullSpec === undefined || done.has(refKey(ref))) continue;
    const names = list.includes(secret);
    const enforced = isEnforced(pullSpec);
    if (verb === 'attach' && !names) listener.note({ code: 'shadowed', ref, owner, account, list });
    if (verb === 'attach' || !names) continue;
    if (enforced) listener.note({ code: 'now-refused', ref, owner, account });
    else if (doneOf(workload)?.changed === true) listener.note({ code: 'names-it', ref, account });
  }
  if (verb === 'detach') return [];
  const findRemedy = remedyFinder(context);
  const remedied: RemediedPod[] = [];
  for (const pod of facts.failing) {
    if (pod.list.includes(secret) || accountOf(pod) === undefined || done.has(refKey(pod.ref))) continue;
    const found = await findRemedy(pod);
    if (found === undefined || ('controller' in found.remedy && done.has(refKey(found.remedy.controller)))) continue;
    remedied.push(found);
  }
  const restarted = await restartAll(transport, request.restart ? toRestart(remedied) : [], request, listener);
  for (const { pod, remedy, controller } of remedied) {
    if (controller !== undefined && restarted.has(controller.uid)) continue;
    if (remedy.how === 'none') listener.note({ code: 'opens-none', ref: pod.ref, images: [remedy.image] });
    else listener.note({ code: 'failing', ref: pod.ref, reason: pod.failures[0]?.reason ?? '', remedy });
  }
  return [...restarted.values()];
}

/** Reports what happens to the pods of a workload whose template has the new list. */
export async function reportWorkload(pullSpec: PullSpec, changed: boolean, context: AttachContext): Promise<void> {
  const { listener, request } = context;
  const { ref } = pullSpec;
  const effect = effectOf(pullSpec);
  const looks = request.checks && request.verb === 'attach' && request.dryRun === 'none' && !healsItself(pullSpec);
  const failing = looks ? failingWithout(await podsOf(pullSpec, context), request.secret) : [];
  const stuck = effect.kind === 'rolls out' && failing.length > 0;
  if (changed && !stuck) listener.note(effectNote(pullSpec, effect));
  const unnamed = request.verb === 'detach' && !changed ? notNamed(pullSpec, request.secret) : [];
  for (const note of unnamed) if (note.near !== undefined) listener.note(note);
  for (const { name, failure } of failing) {
    const pod: ObjectRef = { kind: 'Pod', namespace: ref.namespace, name };
    // Waiting finds this pod as well, and ends with it.
    if (stuck && request.wait) return;
    if (stuck) listener.note({ code: 'stuck', ref, pod: name, reason: failure.reason });
    else
      listener.note({ code: 'failing', ref: pod, reason: failure.reason, remedy: { how: 'delete', controller: ref } });
  }
}

/** Whether the controller replaces failing pods now, or as soon as it is resumed. */
function healsItself(pullSpec: PullSpec): boolean {
  const { kind } = effectOf(pullSpec);
  return kind === 'paused' || (kind === 'rolls out' && !waitsForPods(pullSpec));
}

/** No note for a list that still has the Secret because it could not be changed. */
function notNamed({ ref, imagePullSecrets }: PullSpec, secret: string): Extract<Note, { code: 'not-named' }>[] {
  const names = listedNames(imagePullSecrets);
  return names.includes(secret) ? [] : [{ code: 'not-named', ref, near: closest(secret, names) }];
}

function effectNote(pullSpec: PullSpec, effect: Effect): Note {
  const { ref } = pullSpec;
  switch (effect.kind) {
    case 'rolls out':
      // The number of pods of a DaemonSet depends on the nodes.
      return { code: ref.kind !== 'DaemonSet' && wantedPods(pullSpec) === 0 ? 'no-replicas' : 'rolls-out', ref };
    case 'paused':
      return { code: 'paused', ref };
    case 'on delete':
      return { code: 'on-delete', ref };
    case 'partition':
      return { code: 'partition', ref, partition: effect.partition };
    case 'new pods only':
      return { code: 'new-pods-only', ref };
  }
}
