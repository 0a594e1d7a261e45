/** Puts the findings of a report into sections, for the formats that people read later: a page, a ticket, a list by namespace. */
import { compareUtf8 } from '../../codec/go/utf8.ts';
import type { DoctorReport } from '../../diagnosis/report.ts';
import { type FindingView, placesWith } from '../../diagnosis/view.ts';
import { plural } from '../../text/enumerate.ts';

/** What one section is about: a namespace, or a code of findings. */
export type Grouping = 'namespace' | 'cause';

export interface ReportSection {
  readonly title: string;
  /** Errors first. */
  readonly findings: readonly FindingView[];
}

const SEVERAL = 'several namespaces';
const CLUSTER = 'the cluster';

/** The findings by namespace or by code, sorted by title. What several namespaces share comes first. */
export function sectionsOf(findings: readonly FindingView[], by: Grouping): ReportSection[] {
  const groups = Map.groupBy(findings, (found) => (by === 'cause' ? found.code : placeOf(found)));
  const rank = (title: string): number => [SEVERAL, CLUSTER].indexOf(title) + 1 || 3;
  return [...groups]
    .map(([title, some]) => ({ title, findings: [...some].sort((one, other) => weight(one) - weight(other)) }))
    .sort((one, other) => rank(one.title) - rank(other.title) || compareUtf8(one.title, other.title));
}

function placeOf(found: FindingView): string {
  const [namespace, ...others] = placesWith(found);
  return others.length > 0 ? SEVERAL : (namespace ?? found.object.file ?? CLUSTER);
}

function weight({ severity }: FindingView): number {
  return severity === 'error' ? 0 : 1;
}

/** How many errors and warnings, in words. */
export function countsIn(findings: readonly FindingView[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const counts = [
    ...(errors === 0 ? [] : [plural(errors, 'error')]),
    ...(errors === findings.length ? [] : [plural(findings.length - errors, 'warning')]),
  ];
  return counts.join(', ');
}

/** Everything that was not checked, each with the reason as far as it is known. */
export function uncheckedIn({ unchecked, unjudged = [], unseen, errors = [] }: DoctorReport): string[] {
  return [
    ...errors.map(({ message }) => message),
    ...unchecked.map((permission) => `no permission to ${permission}`),
    ...unjudged,
    ...unseen,
  ];
}

/**
 * As many of the findings as `fits` allows: the first of each section, then the second of each, and so on, so that a namespace
 * with thousands hides no other. `fits` is told each finding once, and false ends it.
 */
export function cutSections(
  sections: readonly ReportSection[],
  fits: (found: FindingView) => boolean,
): readonly (ReportSection & { readonly left: number })[] {
  const kept = sections.map((): FindingView[] => []);
  const longest = Math.max(0, ...sections.map(({ findings }) => findings.length));
  let isFull = false;
  for (let round = 0; round < longest && !isFull; round += 1) {
    for (const [index, { findings }] of sections.entries()) {
      const found = findings[round];
      if (found === undefined || isFull) continue;
      isFull = !fits(found);
      if (!isFull) kept[index]?.push(found);
    }
  }
  return sections.map(({ title, findings }, index) => ({
    title,
    findings: kept[index] ?? [],
    left: findings.length - (kept[index]?.length ?? 0),
  }));
}
