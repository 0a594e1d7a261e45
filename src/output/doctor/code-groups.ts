/** Groups findings of one code and severity for the screen, and chooses which of them are shown when not all can be. */
import type { AffectedObject, FindingView } from '../../domain/diagnosis/view.ts';
import { compareUtf8 } from '../../domain/go/utf8.ts';

export interface CodeGroup {
  readonly severity: FindingView['severity'];
  readonly code: FindingView['code'];
  /** Sorted by namespace. */
  readonly findings: readonly FindingView[];
  /** Each once, sorted. */
  readonly namespaces: readonly string[];
  readonly pods: number;
  /** How many pods cannot pull now because of these findings. */
  readonly failing: number;
}

/**
 * Groups the findings; the group with the most pods that cannot pull is the last. Findings whose fix is another kind of command
 * are apart, such as creating a Secret and attaching an existing one. Findings that keep no pod from pulling are apart from those
 * that do.
 */
export function groupByCode(findings: readonly FindingView[]): CodeGroup[] {
  const groups = Map.groupBy(findings, (found) =>
    JSON.stringify([found.severity, found.code, found.fix.command.words.slice(0, 2), weightOf(found) > 0]),
  );
  return [...groups.values()]
    .map(groupOf)
    .sort(
      (one, other) =>
        one.failing - other.failing || one.pods - other.pods || one.findings.length - other.findings.length,
    );
}

function groupOf(findings: readonly FindingView[]): CodeGroup {
  const [{ severity, code }] = findings as readonly [FindingView];
  const objects = distinct(findings.flatMap((found) => found.objects ?? []));
  const sorted = findings.toSorted((one, other) => compareUtf8(namespaceOf(one), namespaceOf(other)));
  const named = findings.flatMap((found) => [
    ...(found.objects?.map(({ namespace }) => namespace) ?? found.affects?.namespaces ?? []),
    ...(found.object.namespace === undefined ? [] : [found.object.namespace]),
  ]);
  return {
    severity,
    code,
    findings: sorted,
    namespaces: [...new Set(named)].sort(compareUtf8),
    pods: objects.reduce((sum, { pods }) => sum + pods, 0),
    failing: objects.reduce((sum, { failing }) => sum + failing, 0),
  };
}

/** How many pods only wait for their next attempt, and are in no other group. */
export function waitingIn(groups: readonly CodeGroup[]): number {
  const failing = (isWaiting: boolean): AffectedObject[] =>
    distinct(
      groups
        .filter((group) => isWaitingGroup(group) === isWaiting)
        .flatMap(({ findings }) => findings.flatMap(({ objects = [] }) => objects)),
    ).filter((object) => object.failing > 0);
  const stuck = new Set(failing(false).map(nameOf));
  return failing(true).reduce((sum, object) => sum + (stuck.has(nameOf(object)) ? 0 : object.failing), 0);
}

/** Whether the pod can pull, but the kubelet has not tried again since. */
export function isWaitingGroup({ code }: Pick<CodeGroup, 'code'>): boolean {
  return code === 'retry-pending';
}

function nameOf({ namespace, name }: AffectedObject): string {
  return `${namespace}/${name}`;
}

/** Merges the entries of one object, so that a pod that cannot pull two images counts once. */
function distinct(objects: readonly AffectedObject[]): AffectedObject[] {
  return [...Map.groupBy(objects, nameOf).values()].map((same) => ({
    ...(same[0] as AffectedObject),
    pods: Math.max(...same.map(({ pods }) => pods)),
    failing: Math.max(...same.map(({ failing }) => failing)),
  }));
}

/**
 * At most `limit` of `findings`, in their order. Each namespace gets one before any gets a second, so that a namespace with
 * thousands hides no other. Those with the most pods that cannot pull are preferred.
 */
export function pickFrom(findings: readonly FindingView[], limit: number): FindingView[] {
  if (findings.length <= limit) return [...findings];
  const byWeight = findings.toSorted((one, other) => weightOf(other) - weightOf(one));
  const places = new Map<string, number>();
  const ranked = byWeight.map((found, index) => {
    const place = places.get(namespaceOf(found)) ?? 0;
    places.set(namespaceOf(found), place + 1);
    return { found, place, index };
  });
  const chosen = ranked.sort((one, other) => one.place - other.place || one.index - other.index).slice(0, limit);
  const shown = new Set(chosen.map(({ found }) => found));
  return findings.filter((found) => shown.has(found));
}

function weightOf({ objects = [] }: FindingView): number {
  return objects.reduce((sum, { failing }) => sum + failing, 0);
}

function namespaceOf({ object, objects }: FindingView): string {
  return object.namespace ?? objects?.[0]?.namespace ?? '';
}
