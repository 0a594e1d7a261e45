/** Groups findings by cause: five hundred pods with one cause have one finding. */

import { byKey } from '../codec/go/utf8.ts';
import {
  bugFinding,
  causeBehind,
  FINDING_CODES,
  type Finding,
  type Fix,
  identityOf,
  recordOf,
  subjectOf,
  withSeverity,
} from '../findings/finding.ts';
import { describeObject, some } from '../findings/finding-record.ts';
import { listed } from '../findings/listed.ts';
import { andThen, type Command, stepsIn } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { placesOf, staleTogether } from '../secret/copy.ts';
import { forgetApplied } from '../secret/last-applied.ts';
import { nounFor } from '../text/enumerate.ts';
import { targetName } from '../workloads/object-ref.ts';
import { secretKey, secretName, type Usage } from '../workloads/references.ts';
import { lacksImage, type Puller, type PullFacts } from './facts.ts';
import { originOf, sharedCause } from './shared-cause.ts';
import { type AffectedObject, type FindingView, findingView, type Impact } from './view.ts';

/** A finding in one place, before those with the same cause become one. */
export interface Occurrence {
  readonly found: Finding;
  readonly fix?: Fix | undefined;
  /** The pod or template that has the finding. Left out for a finding about a Secret alone. */
  readonly puller?: Puller | undefined;
  /** Who uses the entry that the finding is about. Left out for a finding about the whole Secret. */
  readonly usage?: Usage | undefined;
}

/** One finding for each cause: errors first, then by number of pods, then in the order of the catalog. Yields between steps. */
export function* groupFindings(
  seen: readonly Occurrence[],
  usage?: ReadonlyMap<string, Usage>,
  secrets?: PullFacts['secrets'],
): Generator<void, FindingView[]> {
  const groups = new Map<string, Occurrence[]>();
  for (const one of seen) {
    const key = causeKey(one);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(one);
    yield;
  }
  const facts = { secrets: secrets ?? new Map() };
  const shared = Map.groupBy(groups, ([key, group]) => sharedCause(togetherOf(group), facts) ?? key);
  const all = [...shared.values()].map((same) => ({ group: same.flatMap(([, group]) => group) }));
  const views: FindingView[] = [];
  for (const { group, more } of listed(all, likeness)) {
    views.push({ ...viewOrBug(group, usage, secrets), more });
    yield;
  }
  return views.sort(compare);
}

/** A key that is equal for findings that differ only in the entry of one Secret. Undefined for the cause of a failing pull. */
function likeness({ group }: { readonly group: readonly Occurrence[] }): string | undefined {
  const found = group[0]?.found;
  if (found?.object.kind !== 'Secret' || group.some(({ fix }) => fix !== undefined)) return undefined;
  const { namespace, name } = found.object;
  return JSON.stringify([found.severity, found.code, namespace, name]);
}

function compare(one: FindingView, other: FindingView): number {
  const bySeverity = Number(one.severity !== 'error') - Number(other.severity !== 'error');
  const byPods = (other.affects?.pods ?? 0) - (one.affects?.pods ?? 0);
  return (
    bySeverity || byPods || FINDING_CODES.indexOf(one.code) - FINDING_CODES.indexOf(other.code) || byName(one, other)
  );
}

function byName(one: FindingView, other: FindingView): number {
  const [name, otherName] = [describeObject(one.object), describeObject(other.object)];
  return name === otherName ? 0 : name < otherName ? -1 : 1;
}

type Usages = ReadonlyMap<string, Usage> | undefined;
type Secrets = PullFacts['secrets'] | undefined;

function viewOrBug(group: readonly Occurrence[], usage: Usages, secrets: Secrets): FindingView {
  try {
    return viewOf(group, usage, secrets);
  } catch (error) {
    return findingView(bugFinding((group[0] as Occurrence).found.object, error));
  }
}

function viewOf(group: readonly Occurrence[], usage: Usages, secrets: Secrets): FindingView {
  const alike = secretsWith(group);
  if (alike.length < 2) return viewOfOne(group, usage, secrets);
  const lead = leadOf(alike, group, secrets);
  const view = viewOfOne(
    group.filter(({ found }) => keyOf(found) === lead),
    usage,
    secrets,
  );
  const others = alike.filter((key) => key !== lead);
  const also = `; also in ${nounFor(others.length, 'secret')} ${some(others)}`;
  return {
    ...view,
    severity: group.some(({ found }) => found.severity === 'error') ? 'error' : view.severity,
    message: `${view.message}${also}`,
    fix: view.code === 'login-in-annotation' ? forgetAll(alike) : { ...view.fix, sufficient: false },
    affects: affected(group, usage),
    objects: objectsOf(group),
    secrets: alike.map(secretName),
  };
}

/** The Secret that is named: the source of copies, because it is healed there, or else one that keeps pods from their images. */
function leadOf(alike: readonly string[], group: readonly Occurrence[], secrets: Secrets): string | undefined {
  const facts = { secrets: secrets ?? new Map() };
  const sources = group.filter(({ found }) => keyOf(found) === originOf(causeBehind(found), facts));
  const chosen = sources.length > 0 ? sources : group;
  const failing = new Set(chosen.flatMap(({ found, fix }) => (fix === undefined ? [] : keyOf(found))));
  const keys = new Set(chosen.map(({ found }) => keyOf(found)));
  return alike.find((key) => failing.has(key)) ?? alike.find((key) => keys.has(key));
}

/** The Secrets that have the finding, each by itself, as `namespace/name`. */
function secretsWith(group: readonly Occurrence[]): string[] {
  const causes = group.map(({ found }) => causeBehind(found));
  const ofSecrets = causes.filter((cause) => cause.object.kind === 'Secret' && subjectOf(cause) === undefined);
  return [...new Set(ofSecrets.map(keyOf))].sort();
}

function keyOf(found: Finding): string {
  const { namespace = '', name } = causeBehind(found).object;
  return secretKey(namespace, name);
}

/** One command for each namespace, up to EXAMPLES. */
function forgetAll(keys: readonly string[]): Fix {
  const places = [...Map.groupBy(keys.map(secretName), ({ namespace }) => namespace)].slice(0, EXAMPLES);
  const steps = places.map(([namespace, names]) =>
    forgetApplied(
      names.map(({ name }) => name),
      namespace,
    ),
  );
  return { command: steps.reduce((before, step) => andThen(before, step)), sufficient: false };
}

function viewOfOne(group: readonly Occurrence[], usage: Usages, secrets: Secrets): FindingView {
  // A template describes the finding better than one of its pods. The fix for an existing pod also fixes its template.
  const first = group.toSorted((one, other) => rank(one) - rank(other))[0] as Occurrence;
  const worst = group.find(({ found }) => found.severity === 'error') ?? first;
  const failing = group.find(({ fix, puller }) => fix !== undefined && puller?.pod !== undefined) ?? first;
  const found = withSeverity(togetherOf(group, first.found), worst.found.severity);
  const isEach = [failing, ...group.filter(({ fix }) => fix !== undefined)].some(isOneEach);
  const fix = isEach ? fixOfEach([failing, ...group]) : fixOfOne(failing, group);
  return { ...findingView(found, affected(group, usage), fix, secrets), objects: objectsOf(group) };
}

/** Whether each affected object needs its own command. A misspelt name is corrected in every list; a Secret is created once. */
function isOneEach({ found, fix }: Occurrence): boolean {
  const { code } = causeBehind(found);
  const isTypo = code === 'missing-secret' && !['create', 'preview'].includes(`${fix?.command.does?.do}`);
  return isTypo || recordOf(code).oneEach === true || fix?.command.does?.do === 'undo';
}

/** The different commands in a row, up to EXAMPLES. A pod's command replaces its template's, as it also covers the pod. */
function fixOfEach(group: readonly Occurrence[]): Fix | undefined {
  const made = new Set(group.flatMap(({ puller }) => (puller?.pod === undefined ? [] : nameKey(puller))));
  const fixes = group.flatMap(({ found, fix = noteFix(found), puller }) =>
    puller !== undefined && puller.pod === undefined && made.has(nameKey(puller)) ? [] : (fixOfAll(fix, group) ?? []),
  );
  const different = new Map(fixes.map((fix) => [JSON.stringify(fix.command), fix]));
  const some = [...different.values()].slice(0, EXAMPLES);
  const isMade = some.some(({ command }) => command.does?.do === 'create');
  // The list of a service account keeps the name if one of the steps creates that Secret: its other pods need it.
  const isKept = ({ does }: Command): boolean => isMade && does?.do === 'detach' && does.account !== undefined;
  const steps = some.flatMap(({ command }) => stepsIn(command).filter((step) => !isKept(step)));
  const [first, ...others] = new Map(steps.map((step) => [JSON.stringify(step), step])).values();
  const command = first && others.reduce((before, step) => andThen(before, step), first);
  const isCut = some.length < different.size;
  return command && { command, sufficient: !isCut && fixes.every(({ sufficient }) => sufficient) };
}

/** The fix for a note that is no cause, but needs its own command for each list. */
function noteFix(found: Finding): Fix | undefined {
  return found.code === 'missing-secret' && found.arguments.remedy !== undefined ? findingView(found).fix : undefined;
}

/** The command for `one`. It is not sufficient where another object of the group needs a different one for its own list. */
function fixOfOne(one: Occurrence, group: readonly Occurrence[]): Fix | undefined {
  const key = ({ puller }: Occurrence): string | undefined => puller && nameKey(puller);
  const needs = ({ fix }: Occurrence): string => JSON.stringify(fix && stepsIn(fix.command).map(needOf));
  const isOther = (seen: Occurrence): boolean => key(seen) !== key(one) && needs(seen) !== needs(one);
  const fix = fixOfAll(one.fix, group);
  return fix && { ...fix, sufficient: fix.sufficient && !group.some((seen) => seen.fix && isOther(seen)) };
}

/** `create` covers the images of the whole group, and a preview of `sync` its namespaces: commands that differ only there are one. */
function fixOfAll(fix: Fix | undefined, group: readonly Occurrence[]): Fix | undefined {
  const does = fix?.command.does;
  if (fix && does?.do === 'preview')
    return { ...fix, command: lineOf({ ...does, to: placesOf(group.map(({ found }) => found)) ?? does.to }) };
  if (fix === undefined || does?.do !== 'create' || does.servers.length === 0) return fix;
  const need = needOf(fix.command);
  const servers = group.flatMap((one) => {
    const other = one.fix?.command;
    return other?.does?.do === 'create' && needOf(other) === need ? other.does.servers : [];
  });
  return { ...fix, command: { ...fix.command, ...lineOf({ ...does, servers: [...new Set(servers)].sort() }) } };
}

/** What a command does, whatever its servers. */
function needOf({ words, does }: Command): string {
  return JSON.stringify(does === undefined ? words : { ...does, servers: [] });
}

/** All workloads and bare pods of the group, sorted by namespace and name. Undefined when there are none. */
function objectsOf(group: readonly Occurrence[]): readonly AffectedObject[] | undefined {
  const pullers = [...new Set(group.flatMap(({ puller }) => puller ?? []))];
  if (pullers.length === 0) return undefined;
  // A pod that fails only at its restart still has its image, and a note (without a fix) keeps no image away.
  const kept = group.filter(({ found, fix }) => fix !== undefined && found.code !== 'fails-at-restart');
  const failing = new Set(kept.flatMap(({ puller }) => (puller !== undefined && lacksImage(puller) ? [puller] : [])));
  const alike = Map.groupBy(pullers, nameKey);
  return [...alike].sort(byKey).map(([key, same]) => {
    const [namespace = '', ...name] = key.split('/');
    return {
      namespace,
      name: name.join('/'),
      pods: podsOf(same),
      failing: sumOf(same.filter((puller) => failing.has(puller))),
    };
  });
}

function sumOf(pods: readonly Puller[]): number {
  return pods.reduce((sum, { count }) => sum + count, 0);
}

/**
 * Merges the arguments of a group. The pods know which Secret was meant, and the finding of the missing Secret knows who names
 * it. One `sync` writes all copies of a source.
 */
function togetherOf(group: readonly Occurrence[], first = (group[0] as Occurrence).found): Finding {
  const all = group.map(({ found }) => found);
  if (first.code === 'stale-copy') return { ...first, ...staleTogether(first.arguments.source, all) };
  if (first.code !== 'missing-secret') return first;
  const namespaces = placesOf(all);
  const merged = Object.assign({}, ...all.map((found) => found.arguments));
  if (namespaces === undefined) return { ...first, arguments: merged };
  const object = { ...first.object, namespace: namespaces[0] };
  return { ...first, object, arguments: { ...merged, namespaces, usedBy: undefined } };
}

function rank({ puller }: Occurrence): number {
  return puller === undefined ? 2 : puller.pod === undefined ? 0 : 1;
}

const EXAMPLES = 5;

/** Undefined when nobody is affected, or only the object that the sentence names. */
function affected(group: readonly Occurrence[], usage: ReadonlyMap<string, Usage> | undefined): Impact | undefined {
  const pullers = [...new Set(group.flatMap(({ puller }) => puller ?? []))];
  const whom = pullers.length === 0 ? users(group, usage) : whoPull(pullers);
  const namespaces = [
    ...new Set(group.flatMap(({ found, puller }) => puller?.ref.namespace ?? found.object.namespace ?? [])),
  ];
  return whom && { ...whom, namespaces: namespaces.length > 1 ? namespaces.sort() : undefined };
}

function whoPull(pullers: readonly Puller[]): Impact | undefined {
  const pods = podsOf(pullers);
  const names = [...new Set(pullers.map(ownName))];
  const isOne = pods < 2 && names.length < 2 && new Set(pullers.map(({ ref }) => ref.namespace)).size === 1;
  return isOne ? undefined : affects(pods, names);
}

/** Counts the pods of a workload once, also when the list has both the pods and their template. */
function podsOf(pullers: readonly Puller[]): number {
  const counts = [...Map.groupBy(pullers, nameKey).values()].map((same) => {
    const shown = same.filter(({ pod }) => pod !== undefined);
    return shown.length > 0 ? sumOf(shown) : same.reduce((sum, { runs = 0 }) => sum + runs, 0);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** For a finding about Secrets alone: who uses them. The Secrets, when one source is behind them, or a registry is silent. */
function users(group: readonly Occurrence[], usage: ReadonlyMap<string, Usage> | undefined): Impact | undefined {
  const found = group[0]?.found;
  if (found?.object.kind !== 'Secret' || recordOf(found.code).namesUsers === true) return undefined;
  const bySecret = Map.groupBy(group, (seen) => keyOf(seen.found));
  if (found.code === 'registry-unreachable' || (bySecret.size > 1 && subjectOf(found) !== undefined))
    return affects(0, [...new Set(group.map((seen) => `secret/${seen.found.object.name}`))]);
  const used = [...bySecret].flatMap(([key, [seen]]) => seen?.usage ?? usage?.get(key) ?? []);
  const workloads = used.flatMap((one) => one.workloads);
  const accounts = used.flatMap((one) => one.serviceAccounts.map((name) => `serviceaccount/${name}`));
  const pods = used.reduce((sum, one) => sum + one.pods, 0);
  const names = [...new Set([...workloads, ...accounts])];
  return pods === 0 && names.length === 0 ? undefined : affects(pods, names);
}

function affects(pods: number, names: readonly string[]): Impact {
  return { pods, examples: names.slice(0, EXAMPLES), others: Math.max(0, names.length - EXAMPLES) };
}

/** The name of the workload that made the pod, else the own name. */
function ownName({ ref, pod }: Puller): string {
  return pod?.template?.name ?? targetName(ref);
}

/** `namespace/deployment/web` for a workload and its pods alike. */
export function nameKey(puller: Puller): string {
  return secretKey(puller.ref.namespace, ownName(puller));
}

/** A key that is equal for findings that one remedy fixes. */
export function causeKey({ found, puller }: Occurrence): string {
  if (found.code === 'fails-at-restart') {
    return JSON.stringify([found.code, causeKey({ found: found.arguments.cause, ...(puller && { puller }) })]);
  }
  const { namespace = '', kind, name } = found.object;
  const about = subjectOf(found);
  if (about !== undefined) return JSON.stringify([found.code, about]);
  const isOwn = puller !== undefined && kind === puller.ref.kind && name === puller.ref.name;
  const subject = isOwn ? ownName(puller) : `${kind}/${name}`;
  return JSON.stringify([found.code, namespace, subject, identityOf(found)]);
}
