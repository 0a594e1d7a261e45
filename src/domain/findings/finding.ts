/**
 * A finding: something that is wrong, as data. catalog.ts has the properties of each code, messages.ts its sentence, fixes.ts its
 * command, and docs/findings.md a section about it.
 */
import { objectTitle } from '../text/object-name.ts';
import type { ManifestKind } from '../workloads/kind.ts';
import type { FindingArguments } from './finding-arguments.ts';

export type Severity = 'error' | 'warning';

/** What a finding is about. The namespace is missing in manifests that name none. */
export interface FindingObject {
  /** `Secret`, `Node`, `File`, or a kind that may have a list of pull secrets. */
  readonly kind: ManifestKind['kind'];
  readonly namespace?: string | undefined;
  readonly name: string;
  /** Its place in a manifest. The first line is 1. */
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

/** `found`, or the cause inside it if it is `fails-at-restart`. */
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
