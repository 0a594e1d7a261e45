/** What a finding is made of: one record for each code, in the files `*-findings.ts`. docs/findings.md has a section about each. */

import type { Command } from '../line/command.ts';
import { objectTitle } from '../line/object-name.ts';
import type { Contents } from '../secret/contents.ts';
import type { CopyOrigin } from '../secret/copy.ts';
import type { Secret } from '../secret/secret.ts';
import { many, nounFor } from '../text/enumerate.ts';
import type { ManifestKind } from '../workloads/kind.ts';
import type { PullError } from '../workloads/pull-error.ts';
import type { Remedy } from '../workloads/remedy.ts';

export type Severity = 'error' | 'warning';

/** What a finding is about. The namespace is missing in manifests that name none. */
export interface FindingObject {
  /** `Secret`, `Node`, `File`, or a kind that may have a list of pull secrets. */
  readonly kind: ManifestKind['kind'];
  readonly namespace?: string | undefined;
  readonly name: string;
  /** Its place in a manifest. The first line is 1. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** Everything about a code. The type of its arguments says what a finding has beyond code and object; times are RFC 3339 in UTC. */
export interface FindingRecord<Args> {
  /** @internal An error keeps a pod from its image; a warning may, or will one day. */
  readonly severity: Severity;
  /**
   * @internal
   * What the kubelet cannot use because of the finding: all Secrets of a pod that names this one, this Secret, or one entry. It
   * does not read an ignored Secret (secrets.go `MakeDockerKeyring`), so the content of that does no harm either.
   */
  readonly keepsAway?: 'pod' | 'ignored secret' | 'secret' | 'entry';
  /** @internal The kubelet errors of a pull that fails for this cause. Left out if they are those of a pull without a login. */
  readonly kubeletSays?: readonly PullError[];
  /** @internal Whether the kubelet's error is where the cause was read, so that this error does not confirm it. */
  readonly isKubelets?: (args: Args) => boolean;
  /** @internal Left out if the image will not be pulled. */
  readonly outcome?: 'will pull' | 'cannot know';
  /** @internal The arguments that tell it from another finding of this code about the same object. */
  readonly identity?: readonly (keyof Args)[];
  /** @internal What tells one cause from another, if the finding is about something else than its object. */
  readonly subject?: (args: Args, object: FindingObject) => unknown;
  /** @internal The sentence already says who uses the Secret, or the finding harms no user. */
  readonly namesUsers?: true;
  /** @internal The command only shows more, or is for somebody who knows what was meant. */
  readonly isAdvice?: true;
  /** @internal The command changes the object, so each object with this cause needs its own command. */
  readonly oneEach?: true;
  /** The sentence: in lower case, without a full stop, and no more than what was seen. `object` is the name of the object. */
  readonly says: (
    args: Args,
    object: string,
    found: { readonly severity: Severity; readonly object: FindingObject },
  ) => string;
  /**
   * The command, or two that belong together, ready to be pasted. It has no words if nothing can be done.
   * @internal
   */
  readonly fix: (args: Args, object: FindingObject, context: FixContext, severity: Severity) => Command;
}

type Properties<Args> = Omit<FindingRecord<Args>, 'severity'>;

/** The record of a code with these arguments, whose findings are errors. */
export function error<Args>(properties: Properties<Args>): FindingRecord<Args> {
  return { severity: 'error', ...properties };
}

/** The record of a code with these arguments, whose findings are warnings. */
export function warning<Args>(properties: Properties<Args>): FindingRecord<Args> {
  return { severity: 'warning', ...properties };
}

/** What is known about the context of a finding. */
export interface FixContext {
  /** The image that cannot be pulled. Left out if the finding is about a Secret alone. */
  readonly image?: string | undefined;
  /** All images that are pulled with the missing Secret. */
  readonly images?: readonly string[] | undefined;
  /** The Secrets that were typed for a pod that does not exist yet. */
  readonly secrets?: readonly string[] | undefined;
  /** Has a node pull the image. Left out where a kubelet has tried with the Secrets as they are. */
  readonly onNode?: Command | undefined;
  /** Left out unless the Secret is immutable. */
  readonly immutable?: ImmutableSecret | undefined;
  /** What is known of a Secret in the namespace of the finding. */
  readonly secretOf?: ((name: string) => KnownSecret | undefined) | undefined;
}

export interface ImmutableSecret {
  /** How its pods get another Secret. */
  readonly remedy: Remedy;
  /** The key of its data. Left out if nothing of the data has to be copied. */
  readonly dataKey?: string | undefined;
}

/** A Secret, and what was read in it. */
export interface SecretFacts {
  readonly secret: Secret;
  readonly contents: Contents;
}

export interface KnownSecret extends SecretFacts {
  /** The source that it is marked as a copy of. Left out when nobody looked. */
  readonly copyOf?: CopyOrigin | undefined;
  /** The servers that the source has logins for, if copy and source differ. They are never printed. */
  readonly sourceServers?: readonly string[] | undefined;
}

/** The errors of a pull without a login. Some registries say `not found` to a client without one. */
export const NO_LOGIN: readonly PullError[] = ['no credential', 'unauthorized', 'no access', 'not found'];
export const REFUSED: readonly PullError[] = ['refused', 'unauthorized', 'no access'];
export const ANY: readonly PullError[] = [...NO_LOGIN, 'refused'];

/** A Secret of the namespace with a login for the image. `absent`: the registry tells that login that there is no such image. */
export interface UsableSecret {
  readonly usable?: string | undefined;
  readonly absent?: true | undefined;
}

/** `meantImage`: the image in the only registry that the pod has logins for. Set if the name of the image has no registry. */
export interface MeantImage {
  readonly meantImage?: string | undefined;
}

/** A service account without annotations that others have whose pods pull from the registry without a pull secret. */
export interface LackedAnnotations {
  readonly account: string;
  readonly annotations: readonly string[];
}

/** Follows a sentence about a pod without a login. */
export function describeLacked(lacks: LackedAnnotations | undefined): string {
  if (lacks === undefined) return '';
  const { account, annotations } = lacks;
  const which = `${nounFor(annotations.length, 'annotation')} ${some(annotations)}`;
  return `; serviceaccount ${account} lacks the ${which}, which all others here have whose pods pull from this registry without a pull secret: a credential provider may require it`;
}

/** Other namespaces with a Secret of that name. Only they know whose login it is, so no copy is proposed. */
export interface OtherNamespaces {
  readonly namespaces: readonly string[];
  /** The one whose Secret of that name is the source of copies. It may only be previewed: others wrote their marks. */
  readonly source?: string | undefined;
}

/** A place in manifests. The first line is 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Follows the name of an object in manifests that names no namespace. */
export const UNPLACED = 'has no namespace, so it goes into the namespace of the context';

/** Who says so: the registry, checked from here at a time (RFC 3339), or the kubelet in the status of the pod. */
export type Reporter = { readonly by: 'registry'; readonly at: string } | { readonly by: 'kubelet' };

export function saying(said: Reporter, status?: number): string {
  const code = status === undefined ? '' : `HTTP ${status}, `;
  return said.by === 'kubelet' ? `${code}kubelet` : `${code}checked from here`;
}

/** The first of `names`, and how many more there are. */
export function some(names: readonly string[], total = names.length): string {
  return many(names, { limit: 4, total });
}

/** `secret team-a/regcred`, as errors call it. */
export function describeObject({ kind, namespace, name }: FindingObject): string {
  if (kind === 'File' && name === '-') return 'stdin';
  return objectTitle(kind, namespace === undefined ? ' ' : ` ${namespace}/`, name);
}
