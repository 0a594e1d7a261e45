/**
 * What is wrong somewhere, as data. What holds for each code is in catalog.ts, its sentence in messages.ts, its command in
 * fixes.ts, and docs/findings.md has a section for it.
 */
import { objectTitle } from '../text/object-name.ts';
import type { ManifestKind } from '../workloads/kind.ts';
import type { FindingArguments } from './finding-arguments.ts';

export type Severity = 'error' | 'warning';

/** What a finding is about. The namespace is missing in manifests that name none. */
export interface FindingObject {
  /** `Secret`, `Node`, `File`, or what may have a list. */
  readonly kind: ManifestKind['kind'];
  readonly namespace?: string | undefined;
  readonly name: string;
  /** Where it is, in manifests; the line is from 1. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

export type FindingCode = keyof FindingArguments<unknown>;

export type Finding = {
  readonly [Code in FindingCode]: {
    readonly code: Code;
    readonly severity: Severity;
    readonly object: FindingObject;
    readonly arguments: FindingArguments<Finding>[Code];
  };
}[FindingCode];

export type FindingOf<Code extends FindingCode> = Extract<Finding, { readonly code: Code }>;

/** `found`; of what fails at its next restart, why. */
export function causeBehind(found: Finding): Finding {
  return found.code === 'fails-at-restart' ? found.arguments.cause : found;
}

/** `found` as an error or a warning, whatever it is by itself. */
export function withSeverity(found: Finding, severity: Severity): Finding {
  return found.severity === severity ? found : { ...found, severity };
}

/** `secret team-a/regcred`, as errors call it. */
export function describeObject({ kind, namespace, name }: FindingObject): string {
  if (kind === 'File' && name === '-') return 'stdin';
  return objectTitle(kind, namespace === undefined ? ' ' : ` ${namespace}/`, name);
}

/** The user of the login that `found` is about. */
export function userOf({ code, arguments: args }: Finding): string | undefined {
  if (code === 'fails-at-restart') return userOf(args.cause);
  return 'username' in args ? args.username : undefined;
}
