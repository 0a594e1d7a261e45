/** What each finding says beyond its code and its object. */
import type { ShownServer } from '../keyring/display-server.ts';
import type { PullSecretType } from '../keyring/secret.ts';
import type { CopySourceName, StaleCopy } from '../pull-secret/copy-origin.ts';
import type { NearTags } from '../verify/near-tags.ts';
import type { NodeTrouble } from '../workloads/pull-error.ts';
import type { ListFault } from '../workloads/pull-spec.ts';
import type { Remedy } from '../workloads/remedy.ts';
import type { RolloutState, TemplateChange } from '../workloads/rollout.ts';
import type { Elsewhere, Place } from './elsewhere.ts';

/** Who says so: the registry, asked from here at a time (RFC 3339), or the kubelet in the status of the pod. */
export type Reporter = { readonly by: 'registry'; readonly at: string } | { readonly by: 'kubelet' };

/** Of a pod that keeps the list, or the image, that it was made with. */
interface Outdated extends RolloutState {
  readonly image: string;
  readonly remedy: Remedy;
}

/** One of the namespace that has a login for the image; `absent`: with that, the registry says that there is no such image. */
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

/** Of a container, or of a volume, which `kubectl set image` does not know. */
interface WrittenImage {
  readonly image: string;
  readonly container: string;
  readonly volume?: true | undefined;
  readonly remedy: Remedy;
}

/** The arguments of each finding, by its code. Times are RFC 3339 in UTC. `Cause` is a finding. */
export interface FindingArguments<Cause> {
  // What is wrong with a Secret by itself.
  /** `near` has nearly the same name; it, or `usable`, may be `listed`, too. */
  readonly 'missing-secret': UsableSecret & {
    readonly near?: string | undefined;
    readonly elsewhere?: Elsewhere | undefined;
    /** Some of those who name it, as `deployment/web`. */
    readonly usedBy?: readonly string[] | undefined;
    /** In manifests, where the one of that name stands, which names no namespace. */
    readonly unplaced?: Place | undefined;
    readonly listed?: true | undefined;
    readonly remedy?: Remedy | undefined;
  };
  /** `dataKey` is there when a docker config is in the Secret all the same. */
  readonly 'wrong-type': { readonly type: string; readonly dataKey?: string | undefined };
  readonly 'no-payload': { readonly type: string; readonly dataKey: string };
  /** The content has the form that belongs to the type `form`. */
  readonly 'wrong-format': { readonly type: string; readonly form: PullSecretType };
  /** `ignored`: the kubelet does not look into the Secret, and cannot stop there. */
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
  /** Beside `auth`, or before a field of the same name. */
  readonly 'ignored-login': { readonly server: ShownServer };
  /** `by` the annotation: as regsecret noted it; somebody may have replaced the credential since. */
  readonly expired: { readonly server: ShownServer; readonly at: string; readonly by: 'itself' | 'annotation' };
  readonly 'expires-soon': { readonly server: ShownServer; readonly at: string; readonly by: 'itself' | 'annotation' };
  readonly 'login-in-annotation': Record<never, never>;
  /** Marked as a copy of `source`, which has another type or payload. */
  readonly 'stale-copy': StaleCopy;
  /** Marked as a copy of `source`, which is no pull secret. */
  readonly 'orphaned-copy': { readonly source: CopySourceName };
  /** `last`: where the one stands that is applied after it. */
  readonly 'duplicate-secret': { readonly last: Place };

  // What becomes of a login at its registry; the object is the Secret.
  readonly 'credential-rejected': EntryLogin & { readonly status?: number | undefined; readonly said: Reporter };
  readonly 'no-access': FindingArguments<Cause>['credential-rejected'] & { readonly image: string };
  /** Without the login the image could be pulled: a kubelet that has one does not try without it. */
  readonly 'public-image-refused': EntryLogin & { readonly image: string; readonly at: string };
  /** It matches other images of the same registry, or of one that is nearly called so. */
  readonly 'other-images': {
    readonly server: ShownServer;
    readonly image: string;
    readonly difference: 'port' | 'path' | 'case';
    readonly proposal: string;
  };

  // Which list of pull secrets there is; the object is the pod, or what makes it.
  /** `account` may name it, and is not in the manifests. */
  readonly 'no-pull-secret': UsableSecret & {
    readonly image: string;
    readonly account?: string | undefined;
    readonly remedy: Remedy;
  };
  /** `secrets`: those of the list, in order. Where they are only tried with an image, the first is the object, without a `remedy`. */
  readonly 'no-entry': UsableSecret & {
    readonly image: string;
    readonly secrets: readonly string[];
    /** The first servers of their entries, and how many there are beside those. */
    readonly servers: readonly ShownServer[];
    readonly moreServers?: number | undefined;
    readonly remedy?: Remedy | undefined;
  };
  /** The service account has it now, and the pod was made before. */
  readonly 'attached-later': Outdated & { readonly account: string; readonly secrets: readonly string[] };
  /** The template has another list now, or another image. */
  readonly 'outdated-pod': Outdated & TemplateChange;
  /** A list of its own, so that of the service account, which opens the image, does not count. */
  readonly 'own-list': {
    readonly image: string;
    readonly own: readonly string[];
    readonly account: string;
    readonly usable: string;
    readonly remedy: Remedy;
  };
  /** An entry without a name; in manifests, a `text` in its place, or anything else in place of the `whole` list. `usable` is what the service account has, where the entry keeps that away. */
  readonly 'empty-name': Partial<ListFault> & {
    readonly account?: string | undefined;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  };
  readonly 'duplicate-name': { readonly secret: string; readonly remedy: Remedy };
  /** The service account allows only what is in its list (`enforce-mountable-secrets`). */
  readonly 'not-mountable': { readonly secret: string; readonly account: string };
  readonly 'missing-account': UsableSecret & {
    readonly account: string;
    /** In manifests, some of those who use one of that name, and their namespaces: this one names none. */
    readonly usedBy?: readonly string[] | undefined;
    readonly elsewhere?: { readonly namespaces: readonly string[] } | undefined;
  };
  readonly 'different-credentials': {
    readonly server: ShownServer;
    readonly secrets: readonly string[];
    readonly usernames: readonly string[];
    /** Those of them whose login is accepted; left out where that is not known. */
    readonly works?: readonly string[] | undefined;
    readonly remedy: Remedy;
    /** For how many servers more it is so, which are not listed. */
    readonly more?: number | undefined;
  };

  // What else keeps an image away.
  readonly 'invalid-image': WrittenImage & { readonly error: string };
  readonly 'image-not-found': WrittenImage & {
    readonly missing?: 'repository' | 'tag' | undefined;
    readonly tags?: NearTags | undefined;
    /** Without a login, to whom some registries do not tell what there is. */
    readonly anonymous?: true | undefined;
    readonly said: Reporter;
  };
  /** The policy is Never. */
  readonly 'never-pulled': { readonly image: string; readonly volume?: true | undefined; readonly remedy: Remedy };
  /** The node has it, but for those only who bring a credential that it was pulled with. */
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
   * The node has the Secret as it was before it was made again. `tried`: the kubelet has pulled without the new one, else
   * that is what it will do if the old one was immutable, too.
   */
  readonly 'stale-secret': {
    readonly image: string;
    readonly node: string;
    readonly tried: boolean;
    readonly dataKey?: string | undefined;
    readonly remedy: Remedy;
  };
  /** The pod has no login for it, and yet one was refused. */
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
    /** What the node asks in the place of the registry. */
    readonly mirror?: string | undefined;
  };
  readonly 'wrong-platform': { readonly image: string; readonly node: string };
  readonly 'disk-full': { readonly node: string };
  readonly 'pull-postponed': { readonly image: string };
  /** The kubelet could not decode one of the Secrets, and which is not known. */
  readonly 'undecodable-list': { readonly secrets: readonly string[]; readonly error: string };
  /** What the kubelet says, where its Secrets may not be read from here. */
  readonly 'unread-secrets': {
    readonly image: string;
    readonly secrets: readonly string[];
    readonly sent: 'nothing' | 'a login' | 'unknown';
  };
  /** It failed and would be pulled now. */
  readonly 'retry-pending': { readonly image: string; readonly secret?: string | undefined };
  /** It fails, and nothing that is seen from here is wrong. */
  readonly unexplained: { readonly image: string; readonly message: string; readonly accepted: boolean };
  /** It runs, and nothing that is seen from here opens its image. */
  readonly 'unseen-credential': { readonly image: string; readonly remedy: Remedy };

  // What shows where many are looked at.
  readonly 'fails-at-restart': { readonly image: string; readonly cause: Cause };
  readonly 'unused-secret': Record<never, never>;
  readonly 'same-content': { readonly others: readonly string[] };
  /**
   * The API server does not give it, so that whatever depends on it is not known. `bug`: our own code fails over it, with an
   * error of the kind that is the reason.
   */
  readonly 'unread-object': { readonly reason: string; readonly bug?: true | undefined };
  /** `others`: more templates of charts, which are said once. */
  readonly 'unreadable-file': {
    readonly error: string;
    readonly chart: boolean;
    readonly others?: readonly string[] | undefined;
  };
}
