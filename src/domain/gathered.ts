/** What a diagnosis starts from, wherever it was gathered: in a cluster, or in manifests. */
import type { Counts } from './doctor-report.ts';
import type { Finding } from './finding.ts';
import type { Puller, PullFacts } from './pull-facts.ts';
import type { SecretName, Usage } from './usage.ts';

export interface Gathered {
  readonly pullers: readonly Puller[];
  /** Registries have not been asked. */
  readonly facts: PullFacts;
  /** Of what pulls nothing itself. */
  readonly findings: readonly Finding[];
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: readonly string[];
  /** Secrets that are asked about themselves. */
  readonly secrets?: readonly SecretName[];
  /** Who refers to which Secret, by `namespace/name`; left out where nobody looked. */
  readonly usage?: ReadonlyMap<string, Usage>;
  /** There where it is all of a namespace, or of the cluster. */
  readonly scope?: Scope;
}

export interface Scope {
  /** Left out: all of them. */
  readonly namespace?: string;
  readonly counts: Omit<Counts, 'registries'>;
}
