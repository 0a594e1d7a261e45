/** What each finding says beyond its code and its object. */
import type { ShownServer } from '../keyring/display-server.ts';
import type { PullSecretType } from '../keyring/secret.ts';
import type { CopySourceName, StaleCopy } from '../pull-secret/copy.ts';
import type { NearTags } from '../verify/near-tags.ts';
import type { NodeTrouble } from '../workloads/pull-error.ts';
import type { ListFault } from '../workloads/pull-spec.ts';
import type { Remedy } from '../workloads/remedy.ts';
import type { RolloutState, TemplateChange } from '../workloads/rollout.ts';
import type { Elsewhere, Place } from './elsewhere.ts';

/** Who says so: the registry, asked from here at a time (RFC 3339), or the kubelet in the status of the pod. */
export type Reporter = { readonly by: 'registry'; readonly at: string } | { readonly by: 'kubelet' };

/** For a pod that keeps the list, or the image, that it was created with. */
interface Outdated extends RolloutState {
  readonly image: string;
  readonly remedy: Remedy;
}

/** A Secret of the namespace with a login for the image. `absent`: the registry tells that login that there is no such image. */
interface UsableSecret {
  readonly usable?: string | undefined;
  readonly absent?: true | undefined;
}

interface EntryLogin {
  readonly server: ShownServer;
  readonly username: string;
}

interface UnfitServer {
  readonly server: ShownServer;
  readonly reason: string;
  readonly proposal?: string | undefined;
}

/** The image of a container, or of a volume, which `kubectl set image` does not know. */
interface WrittenImage {
  readonly image: string;
  readonly container: string;
  readonly volume?: true | undefined;
  readonly remedy: Remedy;
}

/** The arguments of each finding, by its code. Times are RFC 3339 in UTC. `Cause` is a finding. */
export interface FindingArguments<Cause> {
  // What is wrong with a Secret by itself.
  /** `near` has a similar name. `listed`: the list already has `near`, or `usable`. */
  readonly 'missing-secret': UsableSecret & {
    readonly near?: string | undefined;
    readonly elsewhere?: Elsewhere | undefined;
    /** Some of the objects that name it, such as `deployment/web`. */
    readonly usedBy?: readonly string[] | undefined;
    /** In manifests: the place of a Secret of that name that names no namespace. */
    readonly unplaced?: Place | undefined;
    readonly listed?: true | undefined;
    readonly remedy?: Remedy | undefined;
  };
  /** `dataKey` is set if the Secret holds a docker config all the same. */
  readonly 'wrong-type': { readonly type: string; readonly dataKey?: string | undefined };
  readonly 'no-payload': { readonly type: string; readonly dataKey: string };
  /** The content has the form that belongs to the type `form`. */
  readonly 'wrong-format': { readonly type: string; readonly form: PullSecretType };
  /** `ignored`: the kubelet does not read the Secret, so it does not stop there. */
  readonly 'unreadable-payload': { readonly error: string; readonly ignored?: true };
  readonly 'unreadable-entry': { readonly server: ShownServer; readonly error: string; readonly ignored?: true };
  readonly 'no-login': Record<never, never>;
  /** The logins are not in it, but in a credential store on somebody's machine. */
  readonly 'credential-store': { readonly helpers: readonly string[] };
  readonly 'empty-entry': { readonly server: ShownServer };
  readonly 'identity-token': { readonly server: ShownServer };
  readonly 'incomplete-entry': { readonly server: ShownServer; readonly missing: 'user name' | 'password' };
  readonly 'opens-nothing': UnfitServer;
  readonly 'unusual-server': UnfitServer;
  /** `bySecret`: the other Secret of the list that `by` is in. */
  readonly 'shadowed-entry': {
    readonly server: ShownServer;
    readonly by: ShownServer;
    readonly bySecret?: string | undefined;
  };
  readonly 'same-key': { readonly servers: readonly ShownServer[]; readonly key: string };
  readonly 'white-space': { readonly server: ShownServer; readonly field: 'user name' | 'password' };
  /** A login beside `auth`, or one before a field of the same name. */
  readonly 'ignored-login': { readonly server: ShownServer };
  /** `by` the annotation: regsecret noted the time, and somebody may have replaced the credential since. */
  readonly expired: { readonly server: ShownServer; readonly at: string; readonly by: 'itself' | 'annotation' };
  readonly 'expires-soon': { readonly server: ShownServer; readonly at: string; readonly by: 'itself' | 'annotation' };
  readonly 'login-in-annotation': Record<never, never>;
  /** Marked as a copy of `source`, which has another type or payload. */
  readonly 'stale-copy': StaleCopy;
  /** Marked as a copy of `source`, but there is no pull secret of that name. */
  readonly 'orphaned-copy': { readonly source: CopySourceName };
  /** `last`: the place of the Secret of that name that is applied last. */
  readonly 'duplicate-secret': { readonly last: Place };

  // What a registry says to a login. The object is the Secret.
  readonly 'credential-rejected': EntryLogin & { readonly status?: number | undefined; readonly said: Reporter };
  readonly 'no-access': FindingArguments<Cause>['credential-rejected'] & { readonly image: string };
  /** Without the login the image could be pulled: a kubelet that has one does not try without it. */
  readonly 'public-image-refused': EntryLogin & { readonly image: string; readonly at: string };
  /** The entry matches other images of the same registry, or of one with a similar name. */
  readonly 'other-images': {
    readonly server: ShownServer;
    readonly image: string;
    readonly difference: 'port' | 'path' | 'case';
    readonly proposal: string;
  };

  // What is wrong with a list of pull secrets. The object is the pod or the workload.
  /** `account` may name the Secret, but is not in the manifests. */
  readonly 'no-pull-secret': UsableSecret & {
    readonly image: string;
    readonly account?: string | undefined;
    readonly remedy: Remedy;
  };
  /** `secrets` is the list, in order. If it is only tried with an image, its first Secret is the object, without a `remedy`. */
  readonly 'no-entry': UsableSecret & {
    readonly image: string;
    readonly secrets: readonly string[];
    /** The first servers of their entries, and how many more there are. */
    readonly servers: readonly ShownServer[];
    readonly moreServers?: number | undefined;
    readonly remedy?: Remedy | undefined;
  };
  /** The service account got the Secrets after the pod was created. */
  readonly 'attached-later': Outdated & { readonly account: string; readonly secrets: readonly string[] };
  /** The template has another list now, or another image. */
  readonly 'outdated-pod': Outdated & TemplateChange;
  /** The pod has its own list, so the list of the service account, which opens the image, does not count. */
  readonly 'own-list': {
    readonly image: string;
    readonly own: readonly string[];
    readonly account: string;
    readonly usable: string;
    readonly remedy: Remedy;
  };
  /** An entry without a name, or in manifests a {@link ListFault}. `usable`: a Secret of the account that the entry hides. */
  readonly 'empty-name': Partial<ListFault> & {
    readonly account?: string | undefined;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  };
  readonly 'duplicate-name': { readonly secret: string; readonly remedy: Remedy };
  /** The service account allows only the Secrets of its list (`enforce-mountable-secrets`). */
  readonly 'not-mountable': { readonly secret: string; readonly account: string };
  readonly 'missing-account': UsableSecret & {
    readonly account: string;
    /** In manifests: some objects that use an account of that name, and their namespaces. This account names none. */
    readonly usedBy?: readonly string[] | undefined;
    readonly elsewhere?: { readonly namespaces: readonly string[] } | undefined;
  };
  readonly 'different-credentials': {
    readonly server: ShownServer;
    readonly secrets: readonly string[];
    readonly usernames: readonly string[];
    /** The Secrets whose login is accepted. Left out if that is not known. */
    readonly works?: readonly string[] | undefined;
    readonly remedy: Remedy;
    /** How many more servers have several logins. They are not listed. */
    readonly more?: number | undefined;
  };

  // Other reasons why an image is not pulled.
  readonly 'invalid-image': WrittenImage & { readonly error: string };
  readonly 'image-not-found': WrittenImage & {
    readonly missing?: 'repository' | 'tag' | undefined;
    readonly tags?: NearTags | undefined;
    /** The registry was asked without a login. Some registries hide images from such a client. */
    readonly anonymous?: true | undefined;
    readonly said: Reporter;
  };
  /** The policy is Never. */
  readonly 'never-pulled': { readonly image: string; readonly volume?: true | undefined; readonly remedy: Remedy };
  /** The node has the image, but only for pods with a credential that it was pulled with. */
  readonly 'unverified-image': {
    readonly image: string;
    readonly node: string;
    readonly version: string;
    readonly policy: string;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  };
  readonly 'rate-limited': {
    readonly image: string;
    readonly anonymous: boolean;
    readonly said: Reporter;
    readonly remedy: Remedy;
  };
  /**
   * The node has the Secret as it was before it was created again. `tried`: the kubelet has tried without the new one. Otherwise
   * it will do so if the old one was immutable, too.
   */
  readonly 'stale-secret': {
    readonly image: string;
    readonly node: string;
    readonly tried: boolean;
    readonly dataKey?: string | undefined;
    readonly remedy: Remedy;
  };
  /** The pod has no login for the image, but a login was refused: one of the node. */
  readonly 'node-login-refused': {
    readonly image: string;
    readonly node: string;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  };
  /** From here; the node may be on another network. */
  readonly 'registry-unreachable': { readonly registry: string; readonly reason: string; readonly at: string };
  readonly 'node-cannot-reach': {
    readonly registry: string;
    readonly trouble: NodeTrouble;
    readonly node: string;
    /** The mirror that the node asks instead of the registry. */
    readonly mirror?: string | undefined;
  };
  readonly 'wrong-platform': { readonly image: string; readonly node: string };
  readonly 'disk-full': { readonly node: string };
  readonly 'pull-postponed': { readonly image: string };
  /** The kubelet could not decode one of the Secrets, and which is not known. */
  readonly 'undecodable-list': { readonly secrets: readonly string[]; readonly error: string };
  /** The Secrets may not be read from here, so `sent` is all that is known, from the kubelet's error. */
  readonly 'unread-secrets': {
    readonly image: string;
    readonly secrets: readonly string[];
    readonly sent: 'nothing' | 'a login' | 'unknown';
  };
  /** The last pull failed, but something was corrected after it. */
  readonly 'retry-pending': { readonly image: string; readonly secret?: string | undefined };
  /** The pull fails, but nothing that can be seen from here is wrong. */
  readonly unexplained: { readonly image: string; readonly message: string; readonly accepted: boolean };
  /** The pod runs, but no login that can be seen from here opens its image. */
  readonly 'unseen-credential': { readonly image: string; readonly remedy: Remedy };

  // Findings from examining many objects.
  readonly 'fails-at-restart': { readonly image: string; readonly cause: Cause };
  readonly 'unused-secret': Record<never, never>;
  readonly 'same-content': { readonly others: readonly string[] };
  /**
   * The API server does not return the object, so whatever depends on it is not known. `bug`: our own code fails on it, and
   * `reason` is the name of the error.
   */
  readonly 'unread-object': { readonly reason: string; readonly bug?: true | undefined };
  /** `others`: further templates of charts, which share this finding. */
  readonly 'unreadable-file': {
    readonly error: string;
    readonly chart: boolean;
    readonly others?: readonly string[] | undefined;
  };
}
