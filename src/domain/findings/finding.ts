/**
 * What is wrong somewhere, as data. The sentences are in messages.ts, the commands that mend it in fixes.ts, and
 * docs/findings.md has a section for each code.
 */
import type { PullKindName } from '../workloads/kind.ts';
import type { FindingArguments } from './finding-arguments.ts';

export type Severity = 'error' | 'warning';

/** What a finding is about. The namespace is missing in manifests that name none. */
export interface FindingObject {
  readonly kind: PullKindName | 'Secret' | 'File';
  readonly namespace?: string;
  readonly name: string;
  /** Where it is, in manifests; the line is from 1. */
  readonly file?: string;
  readonly line?: number;
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

/** An error keeps a pod from its image; a warning may, or will one day. */
export const SEVERITIES: Readonly<Record<FindingCode, Severity>> = {
  'missing-secret': 'error',
  'wrong-type': 'error',
  'no-payload': 'error',
  'wrong-format': 'error',
  'unreadable-payload': 'error',
  'unreadable-entry': 'error',
  'no-login': 'error',
  'credential-store': 'error',
  'empty-entry': 'error',
  'identity-token': 'error',
  'incomplete-entry': 'error',
  'opens-nothing': 'error',
  'unusual-server': 'warning',
  'shadowed-entry': 'warning',
  'same-key': 'warning',
  'white-space': 'error',
  expired: 'error',
  'expires-soon': 'warning',
  'credential-rejected': 'error',
  'no-access': 'error',
  'public-image-refused': 'error',
  'other-images': 'error',
  'no-pull-secret': 'error',
  'no-entry': 'error',
  'attached-later': 'error',
  'outdated-pod': 'error',
  'own-list': 'error',
  'empty-name': 'warning',
  'duplicate-name': 'warning',
  'not-mountable': 'error',
  'missing-account': 'error',
  'different-credentials': 'warning',
  'invalid-image': 'error',
  'image-not-found': 'error',
  'never-pulled': 'error',
  'unverified-image': 'error',
  'rate-limited': 'error',
  'registry-unreachable': 'warning',
  'node-cannot-reach': 'error',
  'wrong-platform': 'error',
  'disk-full': 'error',
  'pull-postponed': 'warning',
  'undecodable-list': 'error',
  'unread-secrets': 'error',
  'retry-pending': 'warning',
  unexplained: 'error',
  'unseen-credential': 'warning',
  'fails-at-restart': 'error',
  'unused-secret': 'warning',
  'same-content': 'warning',
  'unreadable-file': 'error',
};

export function finding<Code extends FindingCode>(
  code: Code,
  object: FindingObject,
  args: FindingArguments<Finding>[Code],
  severity: Severity = SEVERITIES[code],
): Finding {
  return { code, severity, object, arguments: args } as Finding;
}

/** `found` as an error or a warning, whatever it is by itself. */
export function withSeverity(found: Finding, severity: Severity): Finding {
  return found.severity === severity ? found : { ...found, severity };
}

/** `secret team-a/regcred`, as errors call it. */
export function describeObject({ kind, namespace, name }: FindingObject): string {
  return `${kind.toLowerCase()} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
