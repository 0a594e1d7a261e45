/** Which list of pull secrets counts for a pod, and where it came from (plugin/pkg/admission/serviceaccount `Admit`). */
import { listedNames } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import type { Remedy } from '../workloads/remedy.ts';
import { simulatePull } from './attempt.ts';
import type { AccountState, Puller, PullFacts } from './facts.ts';

export type ListOrigin =
  /** The pod or template has a list itself. */
  | 'own'
  /** Copied from the service account when the pod was created; for a template, when its next pod is created. */
  | 'account'
  /** Neither the pod or template nor the service account has a list. */
  | 'none'
  /** The service account may not be read. */
  | 'not known';

export interface AppliedList {
  readonly names: readonly string[];
  readonly origin: ListOrigin;
}

/** The service account of `puller`. One that was not looked up counts as not readable. */
export function accountOf({ ref, account }: Puller, facts: PullFacts): AccountState {
  return facts.accounts.get(secretKey(ref.namespace, account)) ?? { status: 'forbidden' };
}

/** The pull secrets that the kubelet uses for `puller`, and where the list of them comes from. */
export function effectiveList(puller: Puller, facts: PullFacts): AppliedList {
  const { imagePullSecrets: list, pod } = puller;
  const names = listedNames(list);
  const account = accountOf(puller, facts);
  if (pod === undefined) {
    // An entry without a name makes it a list all the same.
    if ((list ?? []).length > 0) return { names, origin: 'own' };
    if (account.status === 'forbidden') return { names: [], origin: 'not known' };
    return fromAccount(account);
  }
  if ((list ?? []).length === 0) return { names, origin: 'none' };
  if (pod.template !== undefined) return { names, origin: (pod.template.list ?? []).length > 0 ? 'own' : 'account' };
  return {
    names,
    origin: account.status === 'there' && same(listedNames(account.imagePullSecrets), names) ? 'account' : 'own',
  };
}

export interface NextList {
  readonly names: readonly string[];
  readonly from: 'account' | 'template';
}

/** The list that a replacement of this pod would get now. Undefined when it is the same, or not known. */
export function nextList(puller: Puller, facts: PullFacts): NextList | undefined {
  const { imagePullSecrets: list, pod } = puller;
  if (pod === undefined) return undefined;
  const next = listOfNext(puller, facts);
  return next === undefined || same(next.names, listedNames(list)) ? undefined : next;
}

/** Whether a replacement of this pod would get another list. Then nobody has to correct the list of this one. */
export function isOutdated(puller: Puller, facts: PullFacts): boolean {
  return nextList(puller, facts) !== undefined;
}

/** Whether the kubelet tries the same logins for `image` with two lists. False where they differ and a Secret of theirs is not known. */
export function triesTheSame(
  one: readonly string[],
  other: readonly string[],
  { image, namespace }: { readonly image: string; readonly namespace: string },
  facts: PullFacts,
): boolean {
  const isKnown = (name: string): boolean => facts.secrets.get(secretKey(namespace, name))?.status === 'there';
  const tried = (names: readonly string[]): string => {
    const pull = simulatePull(names, namespace, image, facts);
    const undecodable = 'undecodable' in pull ? pull.undecodable.secret : undefined;
    return JSON.stringify([pull.candidates.map(({ secret, server }) => [secret, server]), undecodable]);
  };
  return same(one, other) || ([...one, ...other].every(isKnown) && tried(one) === tried(other));
}

function listOfNext(puller: Puller, facts: PullFacts): NextList | undefined {
  const template = puller.pod?.template;
  if (template !== undefined && (template.list ?? []).length > 0) {
    return { names: listedNames(template.list), from: 'template' };
  }
  // The author of a pod without a template may have given it this list.
  if (template === undefined && (puller.imagePullSecrets ?? []).length > 0) return undefined;
  const account = accountOf(puller, facts);
  return account.status === 'there' ? { names: listedNames(account.imagePullSecrets), from: 'account' } : undefined;
}

/** Whether the list was only typed to try an image (`--secret` with `--image`), so no object holds it that could be changed. */
export function isTypedList({ ref, imagePullSecrets, images }: Puller): boolean {
  return ref.kind === 'ServiceAccount' && imagePullSecrets !== undefined && images.length > 0;
}

/** The list of the service account, when the own list of `puller` hides it. A list that is only tried hides none. */
export function hiddenList(puller: Puller, facts: PullFacts): readonly string[] {
  if (puller.ref.kind === 'ServiceAccount') return [];
  const account = accountOf(puller, facts);
  return account.status === 'there' && effectiveList(puller, facts).origin === 'own'
    ? listedNames(account.imagePullSecrets)
    : [];
}

/** How to change the list that counts. A list of the service account is changed there, and the pods are recreated. */
export function remedyOfList(puller: Puller, facts: PullFacts): Remedy {
  const { remedy, ref, account, pod, names = [ref.name] } = puller;
  if (remedy.how !== 'template' || effectiveList(puller, facts).origin !== 'account') return remedy;
  const target = { kind: 'ServiceAccount', namespace: ref.namespace, name: account } as const;
  return { how: 'account', target, pods: pod === undefined ? [] : names };
}

function fromAccount(account: AccountState): AppliedList {
  const names = account.status === 'there' ? listedNames(account.imagePullSecrets) : [];
  return { names, origin: names.length > 0 ? 'account' : 'none' };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
