/** Finds the images that lose their only login when a Secret, or an entry of it, is removed. */
import { eachPullSpec } from '../cluster/each-object.ts';
import { pullSpecFields } from '../cluster/pull-spec-fields.ts';
import type { Reader } from '../cluster/reader.ts';
import type { SecretRef } from '../cluster/secret-request.ts';
import { lostImages } from '../diagnosis/attempt.ts';
import type { SecretState } from '../diagnosis/facts.ts';
import { eachPuller, pulledImages } from '../gather/failing.ts';
import { describeLost, type FindRefused, type LostLogins } from '../gather/other-logins.ts';
import { opensImage } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { CHANGEABLE_KINDS, pullKind, WORKLOAD_KINDS } from '../workloads/kind.ts';
import { type ObjectRef, resultName } from '../workloads/object-ref.ts';
import { hasEnded } from '../workloads/pod-group.ts';
import { hasKnownOwner, listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { mountedNames, secretKey } from '../workloads/references.ts';
import { hasFinished } from '../workloads/rollout.ts';
import { standIns } from '../workloads/stand-in.ts';
import { readState, stateIn } from './context.ts';

/** An object with images for which nothing else in its list has a login, or one that uses the Secret in another way. */
export interface Need extends LostLogins {
  readonly ref: ObjectRef;
  /** How the object uses a deleted Secret, other than for pulling images. */
  readonly mounts?: 'mounts it' | 'has it in its env' | undefined;
  /** Whether the workload is scaled to 0, so that it pulls nothing until somebody scales it up. */
  readonly isIdle: boolean;
}

interface Puller extends Need {
  readonly list: readonly string[];
  /** Whether the list is its own. */
  readonly isOwn: boolean;
}

/** Stands in a list for the Secret as it will be. No object can have this name. */
const CHANGED = '(changed)';

/**
 * Finds what needs `secret`, as far as our rights let us look. `after` is the Secret as it will be, undefined when it is deleted.
 * Without `findRefused`, another login counts without asking its registry. Throws UserError.
 */
export async function needsOf(
  reader: Reader,
  secret: Secret,
  after: Secret | undefined,
  findRefused?: FindRefused,
): Promise<Need[]> {
  const { namespace = '', name = '' } = secret.metadata;
  const { pullers, mounts } = await usersOf(reader, { namespace, name });
  const states = new Map<string, SecretState>([[secretKey(namespace, name), await stateIn(reader, secret)]]);
  if (after !== undefined) states.set(secretKey(namespace, CHANGED), await stateIn(reader, after));
  for (const other of new Set(pullers.flatMap(({ list }) => list))) {
    const key = secretKey(namespace, other);
    if (!states.has(key)) states.set(key, await readState(reader, { namespace, name: other }));
  }
  const needs: Need[] = [];
  for (const { ref, images, list, isIdle } of pullers) {
    const rest = list.flatMap((one) => (one !== name ? [one] : after === undefined ? [] : [CHANGED]));
    const change = { before: list, after: rest };
    const lost = lostImages(images, change, namespace, states);
    if (lost.length > 0) needs.push({ ref, images: lost, isIdle });
    const refused = (await findRefused?.(images, change, namespace, states)) ?? [];
    needs.push(...refused.map((one) => ({ ref, isIdle, ...one })));
  }
  return after === undefined ? [...needs, ...mounts] : needs;
}

/** An object that pulls with a Secret, as far as this Secret and the lists tell. */
export interface SecretUser extends Pick<Need, 'ref' | 'images' | 'isIdle'> {
  /** Whether its own list names the Secret. */
  readonly isOwn: boolean;
  /** The other names in its list. */
  readonly others: readonly string[];
}

/** Finds who uses `secret`, and for which images that Secret has a login. Reads no other Secret. Throws UserError. */
export async function usersWithLogin(
  reader: Reader,
  secret: Secret,
): Promise<{ readonly users: readonly SecretUser[]; readonly mounts: readonly Need[] }> {
  const { namespace = '', name = '' } = secret.metadata;
  const { pullers, mounts } = await usersOf(reader, { namespace, name });
  const users = pullers.map(({ ref, isIdle, isOwn, list, images }) => ({
    ref,
    isIdle,
    isOwn,
    images: images.filter((image) => opensImage(secret, image)),
    others: list.filter((one) => one !== name),
  }));
  return { users, mounts };
}

/** The needs that detaching does not report: the list cannot be changed, or the object uses the Secret in another way. */
export async function untoldNeeds(reader: Reader, secret: Secret): Promise<Need[]> {
  const needs = await needsOf(reader, secret, undefined);
  return needs.filter(({ ref, mounts }) => mounts !== undefined || !CHANGEABLE_KINDS.includes(ref.kind));
}

/**
 * Finds the objects that pull with the Secret, and those that use it in another way. The list that counts is their own, or that
 * of their service account, which admission gives to pods without a list.
 */
async function usersOf(reader: Reader, { namespace, name }: SecretRef): Promise<{ pullers: Puller[]; mounts: Need[] }> {
  const accounts = new Map<string, readonly string[]>();
  const account = pullKind('ServiceAccount');
  await eachPullSpec(reader, account, { namespace, shape: pullSpecFields(account) }, ({ ref, imagePullSecrets }) => {
    accounts.set(ref.name, listedNames(imagePullSecrets));
  });
  const pullers: Puller[] = [];
  const mounts: Need[] = [];
  const note = (pullSpec: PullSpec): void => {
    const { ref, object, imagePullSecrets, serviceAccountName } = pullSpec;
    if (ref.kind === 'Pod' ? hasKnownOwner(pullSpec) || hasEnded(object) : hasFinished(pullSpec)) return;
    const own = listedNames(imagePullSecrets);
    const list = own.length > 0 || ref.kind === 'Pod' ? own : (accounts.get(serviceAccountName) ?? []);
    const isIdle = fieldOf(object, 'spec', 'replicas') === 0;
    const { volumes, env } = mountedNames(ref.kind, object);
    if (volumes.has(name)) mounts.push({ ref, images: [], isIdle, mounts: 'mounts it' });
    else if (env.has(name)) mounts.push({ ref, images: [], isIdle, mounts: 'has it in its env' });
    if (list.includes(name)) {
      pullers.push({ ref, list, images: pulledImages(pullSpec), isIdle, isOwn: own.includes(name) });
    }
  };
  const workloads = standIns(note);
  for (const kind of ['Pod', ...WORKLOAD_KINDS] as const) {
    // With the ReplicaSets that a deleted Deployment left: their label is no proof that it is there.
    const use = kind === 'Pod' ? note : workloads.add;
    await eachPuller(pullKind(kind), { namespace, cached: false, dependants: true }, reader, use);
  }
  workloads.end();
  return { pullers, mounts };
}

const SHOWN = 10;

/** One line for each of the first needs. */
export function describeNeeds(needs: readonly Need[]): string[] {
  const users = needs.map(
    ({ ref, isIdle, mounts, ...lost }) =>
      `${resultName(ref)}${isIdle ? ' (0 replicas)' : ''} ${mounts ?? `has no other login for ${describeLost(lost)}`}`,
  );
  return [...users.slice(0, SHOWN), ...(users.length > SHOWN ? [`and ${users.length - SHOWN} more`] : [])];
}
