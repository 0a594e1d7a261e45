/** The result of `doctor`, as `-o json` prints it. */
import type { FindingView, PullerView, SecretView } from './pull-view.ts';
import type { Usage } from './usage.ts';

export interface DoctorReport {
  /** Whether nothing is wrong, as the exit code says it. */
  readonly healthy: boolean;
  /** Whether registries were asked. */
  readonly asked: boolean;
  /** Left out where many objects were looked at: what is wrong with them is among the findings. */
  readonly pullers?: readonly PullerView[];
  /** Secrets that were asked about themselves. */
  readonly secrets?: readonly SecretReport[];
  /** How much was looked at, where it was much. */
  readonly counts?: Counts;
  /** How much was looked at with `-f`. */
  readonly manifests?: { readonly files: number; readonly objects: number };
  /** Everything that is wrong, errors first. */
  readonly findings: readonly FindingView[];
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: readonly string[];
  /** What nobody can see from here. */
  readonly unseen: readonly string[];
}

export interface SecretReport extends SecretView {
  readonly namespace: string;
  /** Left out where nobody looked. */
  readonly usedBy?: Usage;
}

export interface Counts {
  readonly pods: number;
  readonly failingPods: number;
  readonly workloads: number;
  readonly serviceAccounts: number;
  readonly secrets: number;
  readonly registries: number;
}

/** kubelet.md E.6: where credentials and images come from, too. */
export const UNSEEN: readonly string[] = [
  'credentials that nodes have themselves',
  'credential provider plugins',
  'registry mirrors of nodes',
];
