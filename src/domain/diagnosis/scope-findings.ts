/** What is wrong in a namespace or a cluster: with its pods, with what makes them, with its service accounts and Secrets. */

import { bugFinding } from '../findings/bug-finding.ts';
import { finding } from '../findings/catalog.ts';
import { usabilityOf } from '../findings/diagnosed-secret.ts';
import { type Finding, type FindingCode, type FindingObject, withSeverity } from '../findings/finding.ts';
import { type SecretName, secretKey, secretName } from '../workloads/references.ts';
import { isInScope, type Observed, type Puller, type PullFacts, type SecretState } from './facts.ts';
import { causeKey, lacksImage, type Seen } from './groups.ts';
import { objectOf } from './image-pull.ts';
import type { Judgement } from './judgement.ts';
import { type Judged, judgementsOf, notesOn } from './puller-report.ts';
import { secretFindings } from './secret-checks.ts';

/** Everything that shows, not yet put together. A step for each pod, template and Secret. */
export function* scopeFindings(
  { pullers, usage = new Map(), unchecked, scope }: Observed,
  facts: PullFacts,
  judged: Judged,
): Generator<void, Seen[]> {
  const failing = new Set(pullers.filter(lacksImage).map(ownerKey));
  const seen: Seen[] = [];
  for (const puller of pullers) {
    seen.push(...orBug(objectOf(puller.ref), () => seenOf(puller, facts, judged.get(puller), failing)));
    yield;
  }
  const inner = new Set(
    seen.flatMap(({ found }) =>
      found.code === 'fails-at-restart' ? [causeKey({ found: found.arguments.cause })] : [],
    ),
  );
  const isWhole = unchecked.every((right) => !right.startsWith('list '));
  // Those of other namespaces have been read to be proposed.
  const secrets = [...facts.secrets.keys()].map(secretName).filter(({ namespace }) => isInScope(scope, namespace));
  const found: Seen[] = [];
  const contents = new Map<string, [SecretName, ...SecretName[]]>();
  for (const id of secrets) {
    const judge = (): Seen[] => {
      const judged = ofSecret(id, facts, usage, isWhole).map((one) => ({ found: one }));
      noteContent(id, facts, contents);
      return judged;
    };
    found.push(...orBug(objectOf({ kind: 'Secret', ...id }), judge));
    yield;
  }
  const same = [...contents.values()].flatMap(sameContent);
  const all = [...seen, ...[...found, ...same].filter((one) => !inner.has(causeKey(one)))];
  const proposed = new Set(all.flatMap(({ found }) => proposedIn(found)));
  return all.filter(({ found: { code, object } }) => code !== 'unused-secret' || !proposed.has(nameKey(object)));
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
  const notes = notesOn(puller, [], facts);
  return [...causes, ...notes.map((found) => ({ found, puller }))];
}

/** What runs now and would not come back is said to do so. */
function causeOf({ cause, fix, use, puller }: Judgement, failing: ReadonlySet<string>): Seen[] {
  if (cause === undefined) return [];
  const runs =
    puller.pod === undefined ? (puller.runs ?? 0) > 0 && !failing.has(ownerKey(puller)) : use.state.status === 'there';
  if (!runs || cause.severity !== 'error') return [{ found: cause, fix, puller }];
  const found = finding('fails-at-restart', objectOf(puller.ref), { image: use.image, cause });
  return [{ found, fix, puller }];
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

/** The registry refuses the login. */
const REFUSED: readonly FindingCode[] = ['credential-rejected', 'expired'];

function noteContent(id: SecretName, facts: PullFacts, contents: Map<string, [SecretName, ...SecretName[]]>): void {
  const key = contentKey(id.namespace, facts.secrets.get(secretKey(id.namespace, id.name)));
  const group = key === undefined ? undefined : contents.get(key);
  if (group !== undefined) group.push(id);
  else if (key !== undefined) contents.set(key, [id]);
}

/** Secrets of one namespace with the same logins: one of them is enough. */
function sameContent([first, ...others]: readonly [SecretName, ...SecretName[]]): Seen[] {
  if (others.length === 0) return [];
  const names = others.map(({ name }) => name);
  return [{ found: finding('same-content', objectOf({ kind: 'Secret', ...first }), { others: names }) }];
}

/** Undefined where there is no login in it, or very many. */
function contentKey(namespace: string, state: SecretState | undefined): string | undefined {
  // Of thousands not all are known.
  if (state?.status !== 'there' || state.contents.moreEntries !== undefined) return undefined;
  const { type, entries } = state.contents;
  const logins = entries.map(({ key, login }) => JSON.stringify([key, login?.username, login?.password])).sort();
  return logins.length === 0 ? undefined : JSON.stringify([namespace, type, logins]);
}
