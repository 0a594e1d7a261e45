/** What a diagnosis starts from, wherever it was gathered: in a cluster, or in manifests. */
import type { Finding } from './finding.ts';
import type { Puller, PullFacts } from './pull-facts.ts';

export interface Gathered {
  readonly pullers: readonly Puller[];
  /** Registries have not been asked. */
  readonly facts: PullFacts;
  /** Of what pulls nothing itself. */
  readonly findings: readonly Finding[];
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: readonly string[];
}
