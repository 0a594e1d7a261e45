/** Which list of pull secrets counts for a pod, and where it came from (plugin/pkg/admission/serviceaccount `Admit`). */

import { isBug } from '../errors.ts';
import type { ContentEntry, Contents } from '../secret/contents.ts';
import { type ShownServer, shownServer } from '../secret/display-server.ts';
import { lookUpAhead } from '../secret/keyring.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { secretKey, secretName } from '../workloads/references.ts';
import type { Remedy } from '../workloads/remedy.ts';
import { simulatePull } from './attempt.ts';
import { type AccountState, type Addition, type PodFacts, type Puller, type PullFacts, secretIn } from './facts.ts';

export type ListOrigin =
  /** The pod or template has a list itself. */
  | 'own'
  /** Copied from the service account when the pod was created; for a template, when its next pod is created. */
  | 'account'
  /** The API server adds all names of it by a policy. */
  | 'policy'
  /** Neither the pod or template nor the service account has a list. */
  | 'none'
  /** The service account may not be read. */
  | 'not known';

export interface AppliedList {
  readonly names: readonly string[];
  readonly origin: ListOrigin;
  /** Those of the names that the API server adds by a policy. */
  readonly added: readonly Addition[];
}

/** The service account of `puller`. One that was not looked up counts as not readable. */
export function accountOf({ ref, account }: Puller, facts: PullFacts): AccountState {
  return facts.accounts.get(secretKey(ref.namespace, account)) ?? { status: 'forbidden' };
}

/** The pull secrets that the kubelet uses for `puller`, and where the list of them comes from. */
export function effectiveList(puller: Puller, facts: PullFacts): AppliedList {
  return puller.pod === undefined ? listOfTemplate(puller, facts) : listOfPod(puller, puller.pod, facts);
}

function listOfTemplate(puller: Puller, facts: PullFacts): AppliedList {
  const { names, origin } = writtenNames(puller, facts);
  const added = additionsTo(names, puller, facts);
  const isOnlyAdded = origin === 'none' && added.length > 0;
  return { names: withAdded(names, added), origin: isOnlyAdded ? 'policy' : origin, added };
}

/** Before the API server adds anything. */
function writtenNames(puller: Puller, facts: PullFacts): Omit<AppliedList, 'added'> {
  const { imagePullSecrets: list } = puller;
  // An entry without a name makes it a list all the same.
  if ((list ?? []).length > 0) return { names: listedNames(list), origin: 'own' };
  const account = accountOf(puller, facts);
  return account.status === 'forbidden' ? { names: [], origin: 'not known' } : fromAccount(account);
}

function listOfPod(puller: Puller, { template }: PodFacts, facts: PullFacts): AppliedList {
  const names = listedNames(puller.imagePullSecrets);
  if ((puller.imagePullSecrets ?? []).length === 0) return { names, origin: 'none', added: [] };
  const account = accountOf(puller, facts);
  const inAccount = account.status === 'there' ? listedNames(account.imagePullSecrets) : undefined;
  const isOwn = (template?.list ?? []).length > 0;
  const written = isOwn ? listedNames(template?.list) : (inAccount ?? []);
  const added = additionsTo(written, puller, facts).filter(({ name }) => names.includes(name));
  const others = names.filter((name) => !added.some((one) => one.name === name));
  if (others.length === 0 && added.length > 0) return { names, origin: 'policy', added };
  if (template !== undefined) return { names, origin: isOwn ? 'own' : 'account', added };
  return { names, origin: inAccount !== undefined && same(inAccount, others) ? 'account' : 'own', added };
}

/** What a policy adds to a list that has these names. A list that is only tried stays as it was typed. */
function additionsTo(names: readonly string[], puller: Puller, { added }: PullFacts): readonly Addition[] {
  if (added === undefined || isTypedList(puller)) return [];
  return (added.get(puller.ref.namespace ?? '') ?? []).filter(({ name }) => !names.includes(name));
}

function withAdded(names: readonly string[], added: readonly Addition[]): readonly string[] {
  return [...names, ...added.map(({ name }) => name)];
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
  const isKnown = (name: string): boolean => secretIn(facts, { namespace, name }) !== undefined;
  const tried = (names: readonly string[]): string => {
    const pull = simulatePull(names, namespace, image, facts);
    const undecodable = 'undecodable' in pull ? pull.undecodable.secret : undefined;
    return JSON.stringify([pull.candidates.map(({ secret, server }) => [secret, server]), undecodable]);
  };
  return same(one, other) || ([...one, ...other].every(isKnown) && tried(one) === tried(other));
}

function listOfNext(puller: Puller, facts: PullFacts): NextList | undefined {
  const next = writtenOfNext(puller, facts);
  return next && { ...next, names: withAdded(next.names, additionsTo(next.names, puller, facts)) };
}

function writtenOfNext(puller: Puller, facts: PullFacts): NextList | undefined {
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

function fromAccount(account: AccountState): Omit<AppliedList, 'added'> {
  const names = account.status === 'there' ? listedNames(account.imagePullSecrets) : [];
  return { names, origin: names.length > 0 ? 'account' : 'none' };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

interface ListContents {
  /** The first servers that have an entry. */
  readonly servers: readonly ShownServer[];
  /** How many more there are. Entries of which nothing is kept count one each. */
  readonly moreServers: number;
  /** The first servers for which several Secrets have different logins. */
  readonly conflicts: readonly Conflict[];
  /** How many more such servers there are. */
  readonly moreConflicts: number;
}

interface Conflict {
  readonly server: ShownServer;
  /** The first entry with each login, in order. */
  readonly logins: readonly ListedEntry[];
}

export interface ListedEntry {
  readonly entry: ContentEntry;
  readonly secret: string;
}

const SERVERS = 24;
const CONFLICTS = 20;

/** The cache: by the map of all Secrets, then by namespace and names. */
const known = new WeakMap<PullFacts['secrets'], Map<string, ListContents>>();

/** The contents of the Secrets `names` in `namespace`, as far as they could be read. */
export function listContents(names: readonly string[], namespace: string, { secrets }: PullFacts): ListContents {
  const lists = known.get(secrets) ?? new Map<string, ListContents>();
  known.set(secrets, lists);
  const list = JSON.stringify([namespace, names]);
  const contents = lists.get(list) ?? contentsOf(readSecrets(names, namespace, secrets));
  lists.set(list, contents);
  return contents;
}

/** Decodes Secrets with many entries once for all images of their namespaces. Yields between images. */
export function* decodeAhead(pullers: readonly Puller[], { secrets }: PullFacts): Generator<void> {
  const images = new Map<string, Set<string>>();
  for (const { ref, images: uses } of pullers) {
    const here = images.get(ref.namespace) ?? new Set();
    images.set(ref.namespace, here);
    for (const { image } of uses) here.add(image);
  }
  for (const [key, state] of secrets) {
    try {
      const here = images.get(secretName(key).namespace);
      if (here === undefined || state.status !== 'there' || (state.contents.moreEntries ?? 0) === 0) continue;
      yield* lookUpAhead(state.secret, here, state.contents.failure === undefined);
    } catch (error) {
      // The bug occurs again for each pod that names the Secret, and is reported there.
      if (!isBug(error)) throw error;
    }
  }
}

interface ListedSecret {
  readonly name: string;
  readonly contents: Contents;
}

function readSecrets(names: readonly string[], namespace: string, secrets: PullFacts['secrets']): ListedSecret[] {
  return names.flatMap((name) => {
    const known = secretIn({ secrets }, { namespace, name });
    return known === undefined ? [] : [{ name, contents: known.contents }];
  });
}

function contentsOf(secrets: readonly ListedSecret[]): ListContents {
  const entries = secrets.flatMap(({ name, contents }) => contents.entries.map((entry) => ({ entry, secret: name })));
  const unknown = secrets.reduce((sum, { contents: { moreEntries = 0 } }) => sum + moreEntries, 0);
  const servers = new Set(entries.map(({ entry }) => shownServer(entry.server)));
  const conflicts = conflictsOf(entries);
  return {
    servers: [...servers].slice(0, SERVERS),
    moreServers: Math.max(0, servers.size - SERVERS) + unknown,
    conflicts: conflicts.slice(0, CONFLICTS),
    moreConflicts: Math.max(0, conflicts.length - CONFLICTS),
  };
}

/** Keys under which several Secrets have different logins. The kubelet tries all but one of those in vain. */
function conflictsOf(entries: readonly ListedEntry[]): Conflict[] {
  if (new Set(entries.map(({ secret }) => secret)).size < 2) return [];
  // An entry that cannot be decoded is never tried.
  const byKey = Map.groupBy(
    entries.filter(({ entry }) => entry.login !== undefined),
    ({ entry }) => entry.key,
  );
  return [...byKey].flatMap(([key, same]) => (key === undefined || same.length < 2 ? [] : (conflictOf(same) ?? [])));
}

function conflictOf(same: readonly ListedEntry[]): Conflict | undefined {
  const byLogin = Map.groupBy(same, ({ entry: { login } }) => JSON.stringify([login?.username, login?.password]));
  const secrets = new Set(same.map(({ secret }) => secret));
  // Equal logins count once, by their first entry.
  const different = [...byLogin.values()].flatMap(([first]) => first ?? []);
  const [first] = different;
  if (first === undefined || different.length < 2 || secrets.size < 2) return undefined;
  return { server: shownServer(first.entry.server), logins: different };
}
