/** Findings of one code and severity, put together for the screen, and which of them are shown where not all can be. */
import type { AffectedObject, FindingView } from '../../domain/diagnosis/view.ts';
import { compareUtf8 } from '../../domain/go/utf8.ts';

export interface CodeGroup {
  readonly severity: FindingView['severity'];
  readonly code: FindingView['code'];
  /** By namespace. */
  readonly findings: readonly FindingView[];
  /** Each once, in order. */
  readonly namespaces: readonly string[];
  readonly pods: number;
  /** How many pods cannot pull because of it now. */
  readonly failing: number;
}

/**
 * The group with the most pods that cannot pull is the last. Where a Secret is to be made, and where one is there, are two groups, and
 * what keeps no pod from pulling is not among what does.
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

/** How many pods are in a group of those that only wait for their next attempt, and in no other. */
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

/** Whether the kubelet has not tried again since the pod can pull. */
export function isWaitingGroup({ code }: Pick<CodeGroup, 'code'>): boolean {
  return code === 'retry-pending';
}

function nameOf({ namespace, name }: AffectedObject): string {
  return `${namespace}/${name}`;
}

/** A pod that cannot pull two images is one pod. */
function distinct(objects: readonly AffectedObject[]): AffectedObject[] {
  return [...Map.groupBy(objects, nameOf).values()].map((same) => ({
    ...(same[0] as AffectedObject),
    pods: Math.max(...same.map(({ pods }) => pods)),
    failing: Math.max(...same.map(({ failing }) => failing)),
  }));
}

/**
 * At most `limit` of `findings`, in their order: one of each namespace before a second of any, so that a namespace with
 * thousands hides no other, and those with the most pods that cannot pull first.
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
