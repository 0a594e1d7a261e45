/** The input of a diagnosis, gathered from a cluster or from manifests. */
import { matchesGlob } from '../codec/go/glob.ts';
import type { DiagnosedSecret } from '../findings/diagnosed-secret.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingObject, OtherNamespaces } from '../findings/finding-record.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { millisecondsOf } from '../text/time.ts';
import type { Verdict } from '../verify/verdict.ts';
import { fieldOf } from '../workloads/api-object.ts';
import type { ImageUse } from '../workloads/container-images.ts';
import { isVerified, minorOf, type Verification } from '../workloads/image-verification.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import { type SecretName, secretKey, type Usage } from '../workloads/references.ts';
import type { Remedy } from '../workloads/remedy.ts';
import type { RolloutState } from '../workloads/rollout.ts';

export interface Counts {
  readonly pods: number;
  readonly failingPods: number;
  /** Pods that are not ready for another reason than an image. Left out when there are none. */
  readonly troubledPods?: number | undefined;
  readonly workloads: number;
  /** Workloads whose controller cannot create pods. Left out when there are none. */
  readonly troubledWorkloads?: number | undefined;
  readonly serviceAccounts: number;
  readonly secrets: number;
  readonly registries: number;
}

export interface Observation {
  /** The URL of the API server. Left out if none was asked. */
  readonly server?: string | undefined;
  /** The namespace of `-n`, or of the context. The user of the command counts as the owner of its Secrets. */
  readonly home?: string | undefined;
  readonly pullers: readonly Puller[];
  /** Without answers of registries, which have not been asked yet. */
  readonly facts: PullFacts;
  /** The objects that could not be read. */
  readonly findings: readonly Finding[];
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: readonly string[];
  /** Secrets to examine by themselves: those that were named, and those of a named service account. */
  readonly secrets?: readonly SecretName[] | undefined;
  /** Who refers to which Secret, by `namespace/name`. Left out if nobody looked. */
  readonly usage?: ReadonlyMap<string, Usage> | undefined;
  /** Namespaces that are being deleted: nothing can be created in them. */
  readonly ending?: readonly string[] | undefined;
  /** Set when a whole namespace, or the whole cluster, is examined. */
  readonly scope?: Scope | undefined;
}

export interface Scope {
  /** Left out for all namespaces. */
  readonly namespaces?: ReadonlySet<string> | undefined;
  /** Patterns of namespaces that are left out. */
  readonly exclude?: readonly string[] | undefined;
  readonly counts: Omit<Counts, 'registries'>;
}

/** Whether `namespace` is examined. When the whole cluster is, every namespace is, but for those that are left out. */
export function isInScope(
  { namespaces, exclude = [] }: Pick<Scope, 'namespaces' | 'exclude'> = {},
  namespace: string | undefined,
): boolean {
  if (namespace === undefined) return true;
  return (namespaces?.has(namespace) ?? true) && !exclude.some((pattern) => matchesGlob(pattern, namespace));
}

/** The scope in words. */
export function formatScope({ namespaces, exclude = [] }: Pick<Scope, 'namespaces' | 'exclude'>): string {
  if (namespaces === undefined) return `all namespaces${exclude.length === 0 ? '' : ` except ${many([...exclude])}`}`;
  return `${nounFor(namespaces.size, 'namespace')} ${many([...namespaces])}`;
}

/** A pod, or what pods are made of: the template of a workload, or an image that is not deployed yet. */
export interface Puller {
  readonly ref: ManifestRef;
  /** The list of the pod or template itself, as the API returned it. */
  readonly imagePullSecrets: readonly unknown[] | undefined;
  /** The name of its service account. */
  readonly account: string;
  readonly images: readonly ImageUse[];
  readonly remedy: Remedy;
  /** Left out for a template, a service account, and an image that is not deployed yet. */
  readonly pod?: PodFacts | undefined;
  /** How many identical pods this one stands for, itself included. */
  readonly count: number;
  /** The names of the first pods, when this one stands for several. */
  readonly names?: readonly string[] | undefined;
  /** For a workload: why it cannot create pods, in the words of its controller. */
  readonly trouble?: string | undefined;
  /** For a workload: how many of its pods run. */
  readonly runs?: number | undefined;
  /**
   * Pods with its pull secrets already show whether its images can be pulled, so registries are asked only about an image with a
   * likely problem.
   */
  readonly shownByPods?: true | undefined;
  /** For a workload: its pods run or ran, all without a list, so its images need no login, or the nodes have one. */
  readonly runsWithoutList?: boolean | undefined;
  /** For a workload: how many of the pods that it asks for do not exist yet, or have an older template (`podsToCome`). */
  readonly toCome?: number | undefined;
  /** For a workload: one of its pods that run, with the list of the template. */
  readonly host?: Host | undefined;
  /** For each image that it has no login for, a pod on its node that has one. */
  readonly neighbors?: ReadonlyMap<string, Neighbor> | undefined;
  /** For a workload: its pods may not be listed. */
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
  /** The pod has ended, and pulls nothing any more. */
  readonly done: boolean;
  /** It only asked its node. Its last attempt had the Secrets as they are, and there will be no other. */
  readonly isTest?: true | undefined;
  /** Why it is not ready although no image is missing. */
  readonly trouble?: string | undefined;
  /** The name of its node, empty until it has one. */
  readonly node: string;
  /** When the container that runs longest was started, in milliseconds since 1970. Undefined while none runs. */
  readonly startedAt?: number | undefined;
  readonly events: readonly PodEvent[];
  /** The template of its workload. Left out when it has none, or when that is not known. */
  readonly template?: PodTemplate | undefined;
}

/** A pod with a login for an image, on a node whose kubelet lets every pod use the images there. */
export interface Neighbor {
  /** As errors call it. */
  readonly pod: string;
  readonly node: string;
  /** The version of its kubelet. */
  readonly version: string;
}

export interface PodTemplate extends RolloutState {
  readonly name: string;
  /** The list of pull secrets in the template. */
  readonly list: readonly unknown[] | undefined;
  /** The containers whose image in the template has changed since the pod was created. */
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
      readonly elsewhere?: OtherNamespaces | undefined;
    };

/** The Secret of that name, if it is there and could be read. */
export function secretIn(
  { secrets }: Pick<PullFacts, 'secrets'>,
  { namespace = '', name }: Pick<FindingObject, 'namespace' | 'name'>,
): DiagnosedSecret | undefined {
  const state = secrets.get(secretKey(namespace, name));
  return state?.status === 'there' ? state : undefined;
}

/** When somebody last wrote to a Secret, by its metadata. 0 if it is not there. */
export function changedAt(state: SecretState | undefined): number {
  if (state?.status !== 'there') return 0;
  const managed = fieldOf(state.secret, 'metadata', 'managedFields');
  const times = (Array.isArray(managed) ? managed : []).map((entry) => fieldOf(entry, 'time'));
  return Math.max(createdAt(state), ...times.map(millisecondsOf));
}

/** The kubelet waits up to 5 minutes between two attempts, and a little longer when it is busy. */
export const BACK_OFF_MS = 310_000;

/** Whether the kubelet may not have tried since somebody wrote to the Secret. */
export function mayBeUntried(state: SecretState | undefined, now: number): boolean {
  return changedAt(state) > now - BACK_OFF_MS;
}

/** When a Secret was created, by its metadata. 0 if it is not there. */
export function createdAt(state: SecretState | undefined): number {
  return state?.status === 'there' ? millisecondsOf(state.secret.metadata.creationTimestamp) : 0;
}

export type AccountState =
  | {
      readonly status: 'there';
      readonly imagePullSecrets: readonly unknown[] | undefined;
      /** Whether its pods may name only Secrets of its list. */
      readonly enforced: boolean;
      /** The keys of its annotations, without those of tools that create objects. Left out in manifests. */
      readonly annotations?: readonly string[] | undefined;
    }
  | { readonly status: 'forbidden' }
  | { readonly status: 'missing' };

export interface NodeFacts {
  readonly exists: boolean;
  /** The version of its kubelet. */
  readonly version: string;
  /** The names of the images on the node, as far as its status lists them. */
  readonly images: readonly string[];
  /** As its kubelet says. Left out when it was not asked, or did not say. */
  readonly verification?: Verification | undefined;
}

/** Where a pod runs. */
export interface Host {
  /** The name of the node. */
  readonly node: string;
  /** When the container that runs longest was started, in milliseconds since 1970; 0 while that is not known. */
  readonly startedAt: number;
}

/**
 * Whether the kubelet can withhold an image on its node from a pod: since 1.33, if KubeletEnsureSecretPulledImages is on. An
 * older kubelet gives every image to every pod. If it misses an image, the image is gone, and the list in the Node is old.
 */
export function mayWithhold(image: string, { version, verification }: NodeFacts): boolean {
  return (minorOf(version) ?? 33) >= 33 && (verification === undefined || isVerified(image, verification, true));
}

/** What a registry said, and when. */
export interface Answer {
  readonly verdict: Verdict;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** By `namespace/registry`: what all service accounts have whose pods run with images of that registry, and no pull secret. */
export type ProviderAnnotations = ReadonlyMap<string, readonly string[]>;

/** A pull secret that the API server adds to each new pod of a namespace. */
export interface Addition {
  readonly name: string;
  /** The MutatingAdmissionPolicy that does it. */
  readonly policy: string;
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
  /**
   * The names of all pull secrets of each namespace, which are in `secrets` as well, sorted: `why` and `doctor` propose the same
   * one of several. Left out if they may not be listed.
   */
  readonly others: ReadonlyMap<string, readonly string[]>;
  /** The sources of copies that `sync` made, as `namespace/name`. They count as used. Left out when nobody looked. */
  readonly sources?: ReadonlySet<string> | undefined;
  /** Left out when no pods of other service accounts were read. */
  readonly providerAnnotations?: ProviderAnnotations | undefined;
  /** By namespace. Left out when nobody looked. */
  readonly added?: ReadonlyMap<string, readonly Addition[]> | undefined;
  /** By the key of the question. */
  readonly answers: ReadonlyMap<string, Answer>;
}
