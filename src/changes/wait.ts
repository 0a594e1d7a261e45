/** Follows a change until the pods run, or until it is clear why they do not. */
import { getPullSpec } from '../cluster/object-request.ts';
import { UserError } from '../errors.ts';
import { podsOf } from '../gather/failing.ts';
import { type Command, command } from '../line/command.ts';
import { scope } from '../line/object-name.ts';
import { describeRef, type ObjectRef, targetName } from '../workloads/object-ref.ts';
import { isRunning, otherTrouble, pullFailures } from '../workloads/pod-state.ts';
import { listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { failingWithout, hasGivenUp, progressOf, waitsForPods, wantedPods } from '../workloads/rollout.ts';
import type { PodContext } from './pod-context.ts';

const TIMEOUT_MS = 300_000;
const POLL_MS = 300;
/** Trouble counts only when it lasts this long, because a registry may fail for a moment. */
const TROUBLE_MS = 3000;

/** Throws UserError when the pods of a workload, or the pod itself, do not run in time. */
export async function waitFor(pullSpec: PullSpec, context: PodContext): Promise<void> {
  const { request, listener } = context;
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
  const deadline = context.transport.clock.monotonic() + timeoutMs;
  const troubles = new Map<string, number>();
  for (;;) {
    const seen =
      pullSpec.ref.kind === 'Pod' ? await lookAtPod(pullSpec, context) : await lookAtWorkload(pullSpec, context);
    if (seen.done) return seen.isEmpty === true ? undefined : listener.note({ code: 'runs', ref: pullSpec.ref });
    if (seen.final !== undefined) throw seen.final;
    const now = context.transport.clock.monotonic();
    for (const one of seen.troubles) {
      const since = troubles.get(one.pod.name) ?? now;
      troubles.set(one.pod.name, since);
      if (now - since >= TROUBLE_MS) throw inTrouble(pullSpec, one);
    }
    if (now > deadline) throw tooLate(pullSpec, seen.waiting, timeoutMs);
    await context.transport.clock.pause(POLL_MS, context.transport.signal);
  }
}

interface WaitState {
  readonly done: boolean;
  readonly waiting: string;
  /** Whether the workload wants no pods. */
  readonly isEmpty?: boolean;
  readonly troubles: readonly Trouble[];
  /** Set when waiting longer changes nothing. */
  readonly final?: UserError | undefined;
}

interface Trouble {
  readonly pod: ObjectRef;
  readonly text: string;
  /** The command that tells more. */
  readonly next: Command;
}

async function lookAtPod({ ref }: PullSpec, { transport }: PodContext): Promise<WaitState> {
  const pod = await getPullSpec(transport, ref);
  const waiting = 'it is starting';
  if (pod === undefined) {
    const final = new UserError(
      `${describeRef(ref)} was deleted meanwhile`,
      command`kubectl get pods ${scope(ref.namespace)}`,
    );
    return { done: false, waiting, troubles: [], final };
  }
  return { done: isRunning(pod.object), waiting, troubles: troublesOf(pod) };
}

async function lookAtWorkload(pullSpec: PullSpec, context: PodContext): Promise<WaitState> {
  const { verb, secret } = context.request;
  const [current = pullSpec, pods] = await Promise.all([
    getPullSpec(context.transport, pullSpec.ref),
    podsOf(pullSpec, context),
  ]);
  const progress = progressOf(current);
  const fresh = pods.filter((pod) => listedNames(pod.imagePullSecrets).includes(secret) === (verb === 'attach'));
  const seen = {
    done: progress.done,
    waiting: progress.done ? '' : progress.waiting,
    isEmpty: wantedPods(current) === 0,
    troubles: fresh.flatMap(troublesOf),
  };
  const [old] = waitsForPods(current) && verb === 'attach' ? failingWithout(pods, secret) : [];
  const { ref } = pullSpec;
  if (old !== undefined && !progress.done) {
    const text = `${describeRef(ref)} waits for pod ${old.name}, which cannot pull (${old.failure.reason}) and has the old imagePullSecrets`;
    return { ...seen, final: new UserError(text, command`kubectl delete pod ${old.name} ${scope(ref.namespace)}`) };
  }
  if (hasGivenUp(current, pullSpec)) {
    const text = `${describeRef(ref)} did not progress within its progressDeadlineSeconds`;
    return { ...seen, final: new UserError(text, describe(ref)) };
  }
  return seen;
}

function troublesOf({ ref, object }: PullSpec): Trouble[] {
  const [failure] = pullFailures(object);
  const other = otherTrouble(object);
  if (failure !== undefined) {
    const { image, reason, message } = failure;
    const text = `cannot pull ${image} (${reason})${message === '' ? '' : `: ${short(message)}`}`;
    return [{ pod: ref, text, next: command`regsecret why ${targetName(ref)} ${scope(ref.namespace)}` }];
  }
  return other === undefined ? [] : [{ pod: ref, text: short(other), next: describe(ref) }];
}

function inTrouble({ ref }: PullSpec, { pod, text, next }: Trouble): UserError {
  const name = ref.kind === 'Pod' ? describeRef(ref) : `${describeRef(ref)} does not run: pod ${pod.name}`;
  return new UserError(`${name} ${text}`, next);
}

function tooLate({ ref }: PullSpec, waiting: string, timeoutMs: number): UserError {
  return new UserError(`${describeRef(ref)} does not run after ${timeoutMs / 1000} s: ${waiting}`, describe(ref));
}

function describe(ref: ObjectRef): Command {
  return command`kubectl describe ${targetName(ref)} ${scope(ref.namespace)}`;
}

function short(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
