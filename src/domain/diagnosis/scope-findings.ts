/** What is wrong in a namespace or a cluster: with its pods, with what makes them, with its service accounts and Secrets. */

import { bugFinding, finding } from '../findings/catalog.ts';
import { usabilityOf } from '../findings/diagnosed-secret.ts';
import { causeBehind, type Finding, type FindingCode, type FindingObject, withSeverity } from '../findings/finding.ts';
import { targetName } from '../workloads/object-ref.ts';
import { type SecretName, secretKey, secretName, UNUSED, type Usage } from '../workloads/references.ts';
import { simulatePull } from './attempt.ts';
import { effectiveList, isOutdated } from './effective-list.ts';
import { isInScope, lacksImage, type Observed, type Puller, type PullFacts, type SecretState } from './facts.ts';
import { causeKey, type Seen } from './groups.ts';
import { objectOf } from './image-pull.ts';
import type { Judgement } from './judgement.ts';
import { findingKey, type Judged, judgementsOf, notesOn } from './puller-report.ts';
import { needsEntry, secretFindings } from './secret-checks.ts';

/** Everything that shows, not yet put together. A step for each pod, template and Secret. */
export function* scopeFindings(
  { pullers, usage = new Map(), unchecked, scope }: Observed,
  facts: PullFacts,
  judged: Judged,
): Generator<void, Seen[]> {
  const failing = new Set(pullers.filter((puller) => lacksImage(puller) || isStarting(puller)).map(ownerKey));
  const seen: Seen[] = [];
  for (const puller of pullers) {
    seen.push(...orBug(objectOf(puller.ref), () => seenOf(puller, facts, judged.get(puller), failing)));
    yield;
  }
  const inner = new Set(seen.flatMap(({ found }) => saidBy(found)));
  const isWhole = unchecked.every((right) => !right.startsWith('list '));
  // Those of other namespaces have been read to be proposed.
  const secrets = [...facts.secrets.keys()].map(secretName).filter(({ namespace }) => isInScope(scope, namespace));
  const found: Seen[] = [];
  const contents = new Map<string, SecretName[]>();
  let users: ReadonlyMap<string, readonly Puller[]> | undefined;
  const usersOf = (key: string): readonly Puller[] => {
    // Only few Secrets need it, of a cluster in which there is a login to say something about.
    users ??= usersBySecret(pullers, facts);
    return users.get(key) ?? [];
  };
  for (const id of secrets) {
    const judge = (): Seen[] => {
      const key = secretKey(id.namespace, id.name);
      if (facts.secrets.get(key)?.status === 'missing' && isOfOldPods(usersOf(key), facts)) return [];
      const of = { whole: usage.get(key), users: () => usersOf(key) };
      const judged = withUsers(ofSecret(id, facts, usage, isWhole), of, facts);
      noteContent(id, facts, contents);
      return judged;
    };
    found.push(...orBug(objectOf({ kind: 'Secret', ...id }), judge));
    yield;
  }
  const same = [...contents.values()].flatMap(sameContent);
  const copied = new Set([...contents.values()].flatMap((names) => copiedAmong(names, usage)));
  const all = [...seen, ...[...found, ...same].filter((one) => !inner.has(causeKey(one)))];
  const proposed = new Set(all.flatMap(({ found }) => proposedIn(found)));
  const isNeeded = (key: string): boolean => proposed.has(key) || copied.has(key);
  return all.filter(({ found: { code, object } }) => code !== 'unused-secret' || !isNeeded(nameKey(object)));
}

/** Whether only pods name it that are replaced by others without it. */
function isOfOldPods(users: readonly Puller[], facts: PullFacts): boolean {
  return users.length > 0 && users.every((puller) => isOutdated(puller, facts));
}

/** What `found` says of a Secret, so that its own finding need not: with another one in place of one that is missing, too. */
function saidBy(found: Finding): string[] {
  if (found.code === 'fails-at-restart') {
    const { cause } = found.arguments;
    return [causeKey({ found: cause }), ...saidBy(cause)];
  }
  if (found.code !== 'missing-secret') return [];
  const { near, usable } = found.arguments;
  return near === undefined && usable !== undefined ? [causeKey({ found: finding(found.code, found.object, {}) })] : [];
}

/** A Secret that is to be attached is not one to be deleted. */
function proposedIn(found: Finding): string[] {
  if (found.code === 'fails-at-restart') return proposedIn(found.arguments.cause);
  const { usable, near } = found.arguments as { readonly usable?: string; readonly near?: string };
  const { namespace } = found.object;
  return [usable, near].flatMap((name) => (name === undefined ? [] : nameKey({ namespace, name })));
}

function nameKey({ namespace = '', name }: Pick<FindingObject, 'namespace' | 'name'>): string {
  return secretKey(namespace, name);
}

/** What `judge` finds; where it fails, that, and everything else is judged. */
function orBug(object: FindingObject, judge: () => Seen[]): Seen[] {
  try {
    return judge();
  } catch (error) {
    return [{ found: bugFinding(object, error) }];
  }
}

/** Whether it is a pod that has not pulled everything so far. */
function isStarting({ pod, images }: Puller): boolean {
  return pod !== undefined && images.some(({ state }) => state.status === 'not tried');
}

function ownerKey({ ref, pod }: Puller): string {
  return pod?.template === undefined
    ? `${ref.namespace}/${ref.kind.toLowerCase()}/${ref.name}`
    : `${ref.namespace}/${pod.template.name}`;
}

function seenOf(
  puller: Puller,
  facts: PullFacts,
  judgements: readonly Judgement[] = judgementsOf(puller, facts),
  failing: ReadonlySet<string>,
): Seen[] {
  const causes = judgements.flatMap((judgement) => causeOf(judgement, failing));
  const said = new Set(causes.map(({ found }) => findingKey(causeBehind(found))));
  const notes = notesOn(puller, [], facts).filter((note) => !said.has(findingKey(note)));
  // Who names a Secret, the finding of the Secret says.
  return [...causes, ...notes.map((found) => (found.object.kind === 'Secret' ? { found } : { found, puller }))];
}

/** What runs now and would not come back is said to do so. */
function causeOf({ cause, fix, use, puller }: Judgement, failing: ReadonlySet<string>): Seen[] {
  if (cause === undefined) return [];
  const runs =
    puller.pod === undefined ? (puller.runs ?? 0) > 0 && !failing.has(ownerKey(puller)) : use.state.status === 'there';
  if (!runs || cause.severity !== 'error') return [{ found: cause, fix, image: use.image, puller }];
  const found = finding('fails-at-restart', objectOf(puller.ref), { image: use.image, cause });
  return [{ found, fix, image: use.image, puller }];
}

/** An entry may be meant for something else, so an error is only what leaves pods without a login, and only where it is used. */
function ofSecret(
  id: SecretName,
  facts: PullFacts,
  usage: NonNullable<Observed['usage']>,
  isWhole: boolean,
): Finding[] {
  const isUsed = usage.has(secretKey(id.namespace, id.name));
  const found = secretFindings(id, facts, isUsed || isWhole ? usage : undefined);
  const state = facts.secrets.get(secretKey(id.namespace, id.name));
  const isBroken = state?.status === 'there' && usabilityOf(state) !== 'usable';
  return found.map((one) => (isUsed && (isBroken || REFUSED.includes(one.code)) ? one : withSeverity(one, 'warning')));
}

/** The pods and templates with each Secret in the list that counts, by `namespace/name`. */
function usersBySecret(pullers: readonly Puller[], facts: PullFacts): Map<string, Puller[]> {
  const named = pullers.flatMap((puller) =>
    effectiveList(puller, facts).names.map((name) => ({ key: secretKey(puller.ref.namespace, name), puller })),
  );
  return new Map(
    [...Map.groupBy(named, ({ key }) => key)].map(([key, some]) => [key, some.map(({ puller }) => puller)]),
  );
}

/** About the login of one entry. */
const OF_ENTRY: readonly FindingCode[] = [
  'empty-entry',
  'identity-token',
  'incomplete-entry',
  'white-space',
  'ignored-login',
  'expired',
  'expires-soon',
  'credential-rejected',
];

/** With those who have an image for the entry, where it is about the login of one. */
function withUsers(
  all: readonly Finding[],
  { users, whole }: { readonly users: () => readonly Puller[]; readonly whole: Usage | undefined },
  facts: PullFacts,
): Seen[] {
  const first = all.find(({ code }) => OF_ENTRY.includes(code));
  if (first === undefined || whole === undefined) return all.map((found) => ({ found }));
  const named = users();
  // Of pods that run only the template is looked at: where that names it no more, they are the old ones.
  const isOfRunning = named.length + whole.serviceAccounts.length + whole.workloads.length === 0;
  const byServer = usersByServer(first.object, named, facts);
  return all.map((found) => {
    if (!OF_ENTRY.includes(found.code) || !('server' in found.arguments)) return { found };
    const { server } = found.arguments;
    const matching = [...(byServer.get(server) ?? [])];
    const isOwn = (puller: Puller): boolean => needsEntry(puller, found.object.name, server, facts);
    const own = REFUSED.includes(found.code) ? matching.filter(isOwn) : matching;
    const isNeeded = own.length > 0 || (matching.length === 0 && !isOfRunning);
    if (!isNeeded) return { found: withSeverity(found, 'warning'), usage: UNUSED };
    const workloads = own.flatMap(({ ref, pod }) => (pod === undefined ? [targetName(ref)] : []));
    const pods = own.reduce((sum, { pod, count, runs = 0 }) => sum + (pod === undefined ? runs : count), 0);
    // What the pods of a service account pull does not show where there are none.
    return { found, usage: { serviceAccounts: own.length === 0 ? whole.serviceAccounts : [], workloads, pods } };
  });
}

/** Those with an image for each entry of the Secret. */
function usersByServer(
  { namespace = '', name }: FindingObject,
  users: readonly Puller[],
  facts: PullFacts,
): Map<string, Set<Puller>> {
  const uses = users.flatMap((puller) => puller.images.map(({ image }) => ({ image, puller })));
  const byServer = new Map<string, Set<Puller>>();
  for (const [image, alike] of Map.groupBy(uses, (use) => use.image)) {
    for (const { server } of simulatePull([name], namespace, image, { ...facts, online: false }).candidates) {
      const own = byServer.get(server) ?? new Set();
      byServer.set(server, own);
      for (const { puller } of alike) own.add(puller);
    }
  }
  return byServer;
}

/** The registry refuses the login. */
const REFUSED: readonly FindingCode[] = ['credential-rejected', 'expired'];

function noteContent(id: SecretName, facts: PullFacts, contents: Map<string, SecretName[]>): void {
  const key = contentKey(facts.secrets.get(secretKey(id.namespace, id.name)));
  const group = key === undefined ? undefined : contents.get(key);
  if (group !== undefined) group.push(id);
  else if (key !== undefined) contents.set(key, [id]);
}

/** Secrets of one namespace with the same logins: one of them is enough. */
function sameContent(names: readonly SecretName[]): Seen[] {
  return [...Map.groupBy(names, ({ namespace }) => namespace).values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return [];
    const object = objectOf({ kind: 'Secret', ...first });
    return [{ found: finding('same-content', object, { others: others.map(({ name }) => name) }) }];
  });
}

/** Of Secrets with the same logins those that are in use in another namespace: what people copy by hand is marked nowhere. */
function copiedAmong(names: readonly SecretName[], usage: NonNullable<Observed['usage']>): string[] {
  const users = names.filter(({ namespace, name }) => usage.has(secretKey(namespace, name)));
  const places = new Set(users.map(({ namespace }) => namespace));
  return names
    .filter(({ namespace }) => places.size > (places.has(namespace) ? 1 : 0))
    .map(({ namespace, name }) => secretKey(namespace, name));
}

/** Undefined where there is no login in it, or very many. */
function contentKey(state: SecretState | undefined): string | undefined {
  // Of thousands not all are known.
  if (state?.status !== 'there' || state.contents.moreEntries !== undefined) return undefined;
  const { type, entries } = state.contents;
  const logins = entries.map(({ key, login }) => JSON.stringify([key, login?.username, login?.password])).sort();
  return logins.length === 0 ? undefined : JSON.stringify([type, logins]);
}
