/** What a diagnosis starts from, wherever it was gathered: in a cluster, or in manifests. */
import type { DiagnosedSecret } from '../findings/diagnosed-secret.ts';
import type { Elsewhere } from '../findings/elsewhere.ts';
import type { Finding } from '../findings/finding.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { millisecondsOf } from '../text/time.ts';
import type { Verdict } from '../verify/verdict.ts';
import { fieldOf } from '../workloads/api-object.ts';
import type { ImageUse } from '../workloads/container-images.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import type { SecretName, Usage } from '../workloads/references.ts';
import type { Remedy } from '../workloads/remedy.ts';
import type { RolloutState } from '../workloads/rollout.ts';

export interface Counts {
  readonly pods: number;
  readonly failingPods: number;
  /** Those that are not ready for another reason; left out where there are none. */
  readonly troubledPods?: number | undefined;
  readonly workloads: number;
  /** Those whose controller cannot create pods; left out where there are none. */
  readonly troubledWorkloads?: number | undefined;
  readonly serviceAccounts: number;
  readonly secrets: number;
  readonly registries: number;
}

export interface Observed {
  /** The URL of the API server; left out where none was asked. */
  readonly server?: string | undefined;
  /** The namespace of `-n`, or of the context: whoever runs the command counts as the owner of its Secrets. */
  readonly home?: string | undefined;
  readonly pullers: readonly Puller[];
  /** Registries have not been asked. */
  readonly facts: PullFacts;
  /** Of what pulls nothing itself. */
  readonly findings: readonly Finding[];
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: readonly string[];
  /** Secrets that are asked about themselves. */
  readonly secrets?: readonly SecretName[] | undefined;
  /** Who refers to which Secret, by `namespace/name`; left out where nobody looked. */
  readonly usage?: ReadonlyMap<string, Usage> | undefined;
  /** There where it is all of a namespace, or of the cluster. */
  readonly scope?: Scope | undefined;
}

export interface Scope {
  /** Left out: all of them. */
  readonly namespaces?: ReadonlySet<string> | undefined;
  /** Those that are being deleted: nothing can be created there. */
  readonly ending?: readonly string[] | undefined;
  readonly counts: Omit<Counts, 'registries'>;
}

/** Whether `namespace` is looked at; with all of a cluster, each of them is. */
export function isInScope({ namespaces }: Pick<Scope, 'namespaces'> = {}, namespace: string | undefined): boolean {
  return namespaces === undefined || namespace === undefined || namespaces.has(namespace);
}

/** Where that is, in words. */
export function formatScope({ namespaces }: Pick<Scope, 'namespaces'>): string {
  if (namespaces === undefined) return 'all namespaces';
  return `${nounFor(namespaces.size, 'namespace')} ${many([...namespaces])}`;
}

/** A pod, or what pods are made of: the template of a workload, or an image that is not deployed yet. */
export interface Puller {
  readonly ref: ManifestRef;
  /** Its own list, as it came. */
  readonly imagePullSecrets: readonly unknown[] | undefined;
  /** The name of its service account. */
  readonly account: string;
  readonly images: readonly ImageUse[];
  readonly remedy: Remedy;
  /** Left out for what is no pod. */
  readonly pod?: PodFacts | undefined;
  /** How many there are of this kind; one is described here. */
  readonly count: number;
  /** Of several pods: what the first ones are called. */
  readonly names?: readonly string[] | undefined;
  /** Of what makes pods: why it cannot, in the words of its controller. */
  readonly trouble?: string | undefined;
  /** Of what makes pods: how many of them run. */
  readonly runs?: number | undefined;
  /** One of many of which pods that run, ran or fail say what is wrong: registries are asked about its images only where something may be. */
  readonly brief?: true | undefined;
  /** Of what makes pods: some run or ran, all without a list, so what they pull needs no login, or their nodes have it. */
  readonly runsWithoutList?: boolean | undefined;
  /** Of what makes pods: they may not be listed. */
  readonly podsUnread?: boolean | undefined;
}

/** Whether it is a pod that waits for an image. */
export function lacksImage({ pod, images }: Puller): boolean {
  return pod !== undefined && images.some(({ state }) => state.status === 'missing');
}

export interface PodFacts {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly deletedAt?: number | undefined;
  /** It has ended, and pulls nothing any more. */
  readonly done: boolean;
  /** Why it is not ready although no image is missing. */
  readonly trouble?: string | undefined;
  /** The name of its node, empty until it has one. */
  readonly node: string;
  readonly events: readonly PodEvent[];
  /** What makes it; left out where nothing does, or that is not known. */
  readonly template?: PodTemplate | undefined;
}

export interface PodTemplate extends RolloutState {
  readonly name: string;
  /** The list in it. */
  readonly list: readonly unknown[] | undefined;
  /** The containers with another image in it than in what the pod was made of. */
  readonly changed?: readonly string[] | undefined;
}

export interface PodEvent {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** When it last happened, in milliseconds since 1970. */
  readonly at: number;
}

export type SecretState =
  | ({ readonly status: 'there' } & DiagnosedSecret)
  /** It may not be read. */
  | { readonly status: 'forbidden' }
  | {
      readonly status: 'missing';
      readonly elsewhere?: Elsewhere | undefined;
    };

/** When somebody last wrote to a Secret, as far as it says. */
export function changedAt(state: SecretState | undefined): number {
  if (state?.status !== 'there') return 0;
  const managed = fieldOf(state.secret, 'metadata', 'managedFields');
  const times = (Array.isArray(managed) ? managed : []).map((entry) => fieldOf(entry, 'time'));
  return Math.max(createdAt(state), ...times.map(millisecondsOf));
}

/** The kubelet waits up to 5 minutes between two attempts, and a little longer where it is busy. */
export const BACK_OFF_MS = 310_000;

/** Whether the kubelet may not have tried since somebody wrote to the Secret. */
export function mayBeUntried(state: SecretState | undefined, now: number): boolean {
  return changedAt(state) > now - BACK_OFF_MS;
}

/** When it was made, as far as it says. */
export function createdAt(state: SecretState | undefined): number {
  return state?.status === 'there' ? millisecondsOf(state.secret.metadata.creationTimestamp) : 0;
}

export type AccountState =
  | {
      readonly status: 'there';
      readonly imagePullSecrets: readonly unknown[] | undefined;
      /** Whether its pods may name only what is in its list. */
      readonly enforced: boolean;
    }
  | { readonly status: 'forbidden' }
  | { readonly status: 'missing' };

export interface NodeFacts {
  readonly exists: boolean;
  /** Of its kubelet. */
  readonly version: string;
  /** Names of the images it has, as far as it says. */
  readonly images: readonly string[];
}

/**
 * Whether its kubelet can keep an image that it has from a pod: since 1.33, where KubeletEnsureSecretPulledImages is on. An
 * older one gives it to every pod, so what it does not have is gone, and the list in the Node is older than that.
 */
export function mayWithholdImages({ version }: NodeFacts): boolean {
  const [, minor = '33'] = /^v1\.(\d+)\./.exec(version) ?? [];
  return Number(minor) >= 33;
}

/** What a registry said, and when. */
export interface Answer {
  readonly verdict: Verdict;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface PullFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether registries can be asked. */
  readonly online: boolean;
  /** By `namespace/name`. */
  readonly secrets: ReadonlyMap<string, SecretState>;
  /** By `namespace/name`. */
  readonly accounts: ReadonlyMap<string, AccountState>;
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  /** All pull secrets of a namespace, by its name; they are among `secrets`. Left out where they may not be listed. */
  readonly others: ReadonlyMap<string, readonly string[]>;
  /** Of copies that `sync` made, by `namespace/name`: nothing has to refer to them. Left out where nobody looked. */
  readonly sources?: ReadonlySet<string> | undefined;
  /** By the key of the question. */
  readonly answers: ReadonlyMap<string, Answer>;
}
