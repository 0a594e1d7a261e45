/** What is wrong in a namespace or a cluster: with its pods, workloads, service accounts and Secrets. */

import { type DiagnosedSecret, usabilityOf } from '../findings/diagnosed-secret.ts';
import { bugFinding, causeBehind, type Finding, type FindingCode, finding, withSeverity } from '../findings/finding.ts';
import type { FindingObject } from '../findings/finding-record.ts';
import { targetName } from '../workloads/object-ref.ts';
import { type SecretName, secretKey, secretName, UNUSED, type Usage } from '../workloads/references.ts';
import { simulatePull } from './attempt.ts';
import { effectiveList, isOutdated } from './effective-list.ts';
import { isInScope, lacksImage, type Observation, type Puller, type PullFacts, secretIn } from './facts.ts';
import { causeKey, type Occurrence } from './groups.ts';
import { objectOf } from './image-pull.ts';
import type { Judgement } from './judgement.ts';
import { hasStarted, restartOf } from './present-image.ts';
import { findingKey, type Judgements, judgementsOf, notesOn } from './puller-report.ts';
import { needsEntry, secretFindings } from './secret-checks.ts';

/** All findings, not grouped yet. Yields after each pod, template and Secret. */
export function* scopeFindings(
  { pullers, usage = new Map(), unchecked, scope }: Observation,
  facts: PullFacts,
  judged: Judgements,
): Generator<void, Occurrence[]> {
  const failing = new Set(pullers.filter((puller) => lacksImage(puller) || isStarting(puller)).map(ownerKey));
  const seen: Occurrence[] = [];
  for (const puller of pullers) {
    seen.push(...orBug(objectOf(puller.ref), () => seenOf(puller, facts, judged.get(puller), failing)));
    yield;
  }
  const inner = new Set(seen.flatMap(({ found }) => saidBy(found)));
  const isWhole = unchecked.every((right) => !right.startsWith('list '));
  // Secrets of other namespaces were read only to be proposed.
  const secrets = [...facts.secrets.keys()].map(secretName).filter(({ namespace }) => isInScope(scope, namespace));
  const found: Occurrence[] = [];
  const contents = new Map<string, SecretName[]>();
  let users: ReadonlyMap<string, readonly Puller[]> | undefined;
  const usersOf = (key: string): readonly Puller[] => {
    // Built on demand: only missing Secrets and findings about logins need the users.
    users ??= usersBySecret(pullers, facts);
    return users.get(key) ?? [];
  };
  for (const id of secrets) {
    const judge = (): Occurrence[] => {
      const key = secretKey(id.namespace, id.name);
      if (facts.secrets.get(key)?.status === 'missing' && isOfOldPods(usersOf(key), facts)) return [];
      const of = { whole: usage.get(key), users: () => usersOf(key) };
      const findings = withUsers(ofSecret(id, facts, usage, isWhole), of, facts);
      noteContent(id, facts, contents);
      return findings;
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

/** Whether only outdated pods name the Secret, whose replacements get another list. */
function isOfOldPods(users: readonly Puller[], facts: PullFacts): boolean {
  return users.length > 0 && users.every((puller) => isOutdated(puller, facts));
}

/** The keys of Secret findings that `found` makes redundant. A missing Secret with a `usable` replacement is one of them. */
function saidBy(found: Finding): string[] {
  if (found.code === 'fails-at-restart') {
    const { cause } = found.arguments;
    return [causeKey({ found: cause }), ...saidBy(cause)];
  }
  if (found.code !== 'missing-secret') return [];
  const { near, usable } = found.arguments;
  return near === undefined && usable !== undefined ? [causeKey({ found: finding(found.code, found.object, {}) })] : [];
}

/** The Secrets that `found` proposes to attach, so that they are not reported as unused. */
function proposedIn(found: Finding): string[] {
  if (found.code === 'fails-at-restart') return proposedIn(found.arguments.cause);
  const { usable, near } = found.arguments as { readonly usable?: string; readonly near?: string };
  const { namespace } = found.object;
  return [usable, near].flatMap((name) => (name === undefined ? [] : nameKey({ namespace, name })));
}

function nameKey({ namespace = '', name }: Pick<FindingObject, 'namespace' | 'name'>): string {
  return secretKey(namespace, name);
}

/** What `judge` finds. A bug in our code becomes a finding, so that everything else is still judged. */
function orBug(object: FindingObject, judge: () => Occurrence[]): Occurrence[] {
  try {
    return judge();
  } catch (error) {
    return [{ found: bugFinding(object, error) }];
  }
}

/** Whether the puller is a pod whose kubelet has not come to all its images yet. */
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
): Occurrence[] {
  const causes = judgements.flatMap((judgement) => causeOf(judgement, facts, failing));
  const said = new Set(causes.map(({ found }) => findingKey(causeBehind(found))));
  const notes = notesOn(puller, [], facts).filter((note) => !said.has(findingKey(note)));
  // The finding of a Secret says itself who names the Secret.
  return [...causes, ...notes.map((found) => (found.object.kind === 'Secret' ? { found } : { found, puller }))];
}

/** The cause. For pods that run now, it becomes `fails-at-restart`. */
function causeOf({ cause, fix, use, puller }: Judgement, facts: PullFacts, failing: ReadonlySet<string>): Occurrence[] {
  if (cause === undefined) return [];
  const isFailing = puller.pod === undefined && failing.has(ownerKey(puller));
  if (!hasStarted({ puller, use }) || isFailing || cause.severity !== 'error') return [{ found: cause, fix, puller }];
  const restart = restartOf(puller, use, facts, cause);
  const found = finding('fails-at-restart', objectOf(puller.ref), { image: use.image, cause, restart });
  return [{ found, fix, puller }];
}

/** An entry may be meant for something else, so only what leaves the pods of a used Secret without a login stays an error. */
function ofSecret(
  id: SecretName,
  facts: PullFacts,
  usage: NonNullable<Observation['usage']>,
  isWhole: boolean,
): Finding[] {
  const isUsed = usage.has(secretKey(id.namespace, id.name));
  const found = secretFindings(id, facts, isUsed || isWhole ? usage : undefined);
  const known = secretIn(facts, id);
  const isBroken = known !== undefined && usabilityOf(known) !== 'usable';
  return found.map((one) => (isUsed && (isBroken || REFUSED.includes(one.code)) ? one : withSeverity(one, 'warning')));
}

/** The pods and templates whose effective list has a Secret, by `namespace/name` of the Secret. */
function usersBySecret(pullers: readonly Puller[], facts: PullFacts): Map<string, Puller[]> {
  const named = pullers.flatMap((puller) =>
    effectiveList(puller, facts).names.map((name) => ({ key: secretKey(puller.ref.namespace, name), puller })),
  );
  return new Map(
    [...Map.groupBy(named, ({ key }) => key)].map(([key, some]) => [key, some.map(({ puller }) => puller)]),
  );
}

/** Findings about the login of one entry. */
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

/** Adds to each finding about the login of an entry the users with an image for that entry. */
function withUsers(
  all: readonly Finding[],
  { users, whole }: { readonly users: () => readonly Puller[]; readonly whole: Usage | undefined },
  facts: PullFacts,
): Occurrence[] {
  const first = all.find(({ code }) => OF_ENTRY.includes(code));
  if (first === undefined || whole === undefined) return all.map((found) => ({ found }));
  const named = users();
  // Healthy pods count by their template only. If no list names the Secret any more, its users are outdated pods.
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
    // What the pods of a service account pull is unknown while there are none.
    return { found, usage: { serviceAccounts: own.length === 0 ? whole.serviceAccounts : [], workloads, pods } };
  });
}

/** The `users` with an image for an entry of the Secret, by the server of the entry. */
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

/** The registry refuses, or will refuse, the login. */
const REFUSED: readonly FindingCode[] = ['credential-rejected', 'expired'];

function noteContent(id: SecretName, facts: PullFacts, contents: Map<string, SecretName[]>): void {
  const key = contentKey(secretIn(facts, id));
  const group = key === undefined ? undefined : contents.get(key);
  if (group !== undefined) group.push(id);
  else if (key !== undefined) contents.set(key, [id]);
}

/** Secrets of one namespace with the same logins: one of them is enough. */
function sameContent(names: readonly SecretName[]): Occurrence[] {
  return [...Map.groupBy(names, ({ namespace }) => namespace).values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return [];
    const object = objectOf({ kind: 'Secret', ...first });
    return [{ found: finding('same-content', object, { others: others.map(({ name }) => name) }) }];
  });
}

/** Those of `names` (Secrets with equal logins) with a twin in use in another namespace: a copy made by hand has no mark. */
function copiedAmong(names: readonly SecretName[], usage: NonNullable<Observation['usage']>): string[] {
  const users = names.filter(({ namespace, name }) => usage.has(secretKey(namespace, name)));
  const places = new Set(users.map(({ namespace }) => namespace));
  return names
    .filter(({ namespace }) => places.size > (places.has(namespace) ? 1 : 0))
    .map(({ namespace, name }) => secretKey(namespace, name));
}

/** A key that is equal for Secrets with the same logins. Undefined for one without entries, or with very many. */
function contentKey(known: DiagnosedSecret | undefined): string | undefined {
  // Of thousands of entries only the first are known.
  if (known === undefined || known.contents.moreEntries !== undefined) return undefined;
  const { type, entries } = known.contents;
  const logins = entries.map(({ key, login }) => JSON.stringify([key, login?.username, login?.password])).sort();
  return logins.length === 0 ? undefined : JSON.stringify([type, logins]);
}
