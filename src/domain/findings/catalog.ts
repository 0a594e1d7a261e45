/** The properties of each finding code, one row for each. Its sentence is in messages.ts, its command in fixes.ts. */
import { isBug } from '../../errors.ts';
import { imageServer } from '../keyring/server.ts';
import type { PullError } from '../workloads/pull-error.ts';
import type { Finding, FindingCode, FindingObject, FindingOf, Severity } from './finding.ts';
import type { FindingArguments } from './finding-arguments.ts';

export interface CatalogRow<Code extends FindingCode> {
  /** An error keeps a pod from its image; a warning may, or will one day. */
  readonly severity: Severity;
  /**
   * What the kubelet cannot use because of the finding: all Secrets of a pod that names this one, this Secret, or one entry. It
   * does not read an ignored Secret (secrets.go `MakeDockerKeyring`), so the content of that does no harm either.
   */
  readonly keepsAway?: 'pod' | 'ignored secret' | 'secret' | 'entry';
  /** The kubelet errors of a pull that fails for this cause. Left out if they are those of a pull without a login. */
  readonly kubeletSays?: readonly PullError[];
  /** Left out if the image will not be pulled. */
  readonly outcome?: 'will pull' | 'cannot know';
  /** The arguments that tell it from another finding of this code about the same object. */
  readonly identity?: readonly (keyof FindingArguments<Finding>[Code])[];
  /** What tells one cause from another, if the finding is about something else than its object. */
  readonly subject?: (found: FindingOf<Code>) => unknown;
  /** The sentence already says who uses the Secret, or the finding harms no user. */
  readonly namesUsers?: true;
  /** The command only shows more, or is for somebody who knows what was meant. */
  readonly isAdvice?: true;
  /** The command changes the object, so each object with this cause needs its own command. */
  readonly oneEach?: true;
}

/** The errors of a pull without a login. Some registries say `not found` to a client without one. */
const NO_LOGIN: readonly PullError[] = ['no credential', 'unauthorized', 'no access', 'not found'];
const REFUSED: readonly PullError[] = ['refused', 'unauthorized', 'no access'];
const ANY: readonly PullError[] = [...NO_LOGIN, 'refused'];
const UNREACHABLE: readonly PullError[] = [
  'name',
  'connection',
  'timeout',
  'tls',
  'authority',
  'dates',
  'out of order',
  'layers',
];

const ROWS: { readonly [Code in FindingCode]: CatalogRow<Code> } = {
  'missing-secret': {
    severity: 'error',
    namesUsers: true,
    // A Secret to use instead may have logins for the images of some users only.
    subject: ({ object, arguments: { near, usable } }) => [object.namespace, object.name, near ? undefined : usable],
  },
  'wrong-type': { severity: 'error', keepsAway: 'ignored secret' },
  'no-payload': { severity: 'error', keepsAway: 'ignored secret' },
  'wrong-format': { severity: 'error', keepsAway: 'secret' },
  'unreadable-payload': { severity: 'error', keepsAway: 'pod', kubeletSays: ['undecodable'] },
  'unreadable-entry': { severity: 'error', identity: ['server'], keepsAway: 'pod', kubeletSays: ['undecodable'] },
  'no-login': { severity: 'error', keepsAway: 'secret' },
  'credential-store': { severity: 'error', keepsAway: 'secret' },
  'empty-entry': { severity: 'error', identity: ['server'], keepsAway: 'entry' },
  'identity-token': { severity: 'error', identity: ['server'], keepsAway: 'entry' },
  'incomplete-entry': { severity: 'error', identity: ['server'], keepsAway: 'entry' },
  'opens-nothing': { severity: 'error', identity: ['server'], keepsAway: 'entry' },
  'unusual-server': { severity: 'warning', identity: ['server'] },
  'shadowed-entry': { severity: 'warning', identity: ['server'], kubeletSays: REFUSED },
  'same-key': { severity: 'warning', identity: ['servers', 'key'], isAdvice: true },
  'white-space': { severity: 'error', identity: ['server', 'field'], kubeletSays: REFUSED },
  'ignored-login': { severity: 'warning', identity: ['server'], kubeletSays: REFUSED },
  expired: { severity: 'error', identity: ['server'], kubeletSays: REFUSED },
  'expires-soon': { severity: 'warning', identity: ['server'] },
  'login-in-annotation': { severity: 'warning' },
  'stale-copy': { severity: 'warning', subject: ({ arguments: { source } }) => source, isAdvice: true },
  'orphaned-copy': { severity: 'warning', isAdvice: true },
  'duplicate-secret': { severity: 'warning', isAdvice: true },
  'credential-rejected': { severity: 'error', identity: ['server', 'username'], kubeletSays: REFUSED },
  'no-access': { severity: 'error', identity: ['server', 'username'], kubeletSays: ANY },
  'public-image-refused': { severity: 'error', identity: ['server', 'username'], kubeletSays: REFUSED },
  'other-images': { severity: 'error', identity: ['server', 'proposal'] },
  'no-pull-secret': { severity: 'error', identity: ['image'] },
  'no-entry': { severity: 'error', identity: ['image', 'servers'] },
  'attached-later': { severity: 'error', identity: ['image', 'rollout'], kubeletSays: ANY },
  'outdated-pod': {
    severity: 'error',
    identity: ['image', 'rollout'],
    kubeletSays: [...ANY, 'invalid name', 'platform', 'never'],
  },
  'own-list': { severity: 'error', identity: ['image'] },
  'empty-name': { severity: 'warning' },
  'duplicate-name': { severity: 'warning', identity: ['secret'], isAdvice: true },
  'not-mountable': { severity: 'error', identity: ['secret'] },
  'missing-account': {
    severity: 'error',
    subject: ({ object: { namespace }, arguments: { account } }) => [namespace, account],
    oneEach: true,
  },
  'different-credentials': { severity: 'warning', identity: ['server'], isAdvice: true },
  'invalid-image': { severity: 'error', identity: ['image'], kubeletSays: ['invalid name'], isAdvice: true },
  'image-not-found': {
    severity: 'error',
    kubeletSays: ['not found'],
    subject: ({ object: { namespace }, arguments: { image } }) => [namespace, image],
    isAdvice: true,
    oneEach: true,
  },
  'never-pulled': { severity: 'error', identity: ['image'], kubeletSays: ['never'], isAdvice: true },
  'unverified-image': { severity: 'error', identity: ['image'], kubeletSays: ['never', ...NO_LOGIN] },
  'stale-secret': { severity: 'error', identity: ['image'], kubeletSays: [...ANY, 'undecodable'] },
  'node-login-refused': { severity: 'error', identity: ['image'], kubeletSays: REFUSED },
  'rate-limited': {
    severity: 'error',
    kubeletSays: ['rate limited'],
    subject: ({ arguments: { image } }) => imageServer(image),
    isAdvice: true,
  },
  'registry-unreachable': {
    severity: 'warning',
    outcome: 'cannot know',
    subject: ({ arguments: { registry } }) => registry,
    isAdvice: true,
  },
  'node-cannot-reach': {
    severity: 'error',
    // A mirror may also refuse.
    kubeletSays: [...UNREACHABLE, ...ANY],
    subject: ({ arguments: { registry, trouble, mirror } }) => [mirror ?? registry, trouble],
    isAdvice: true,
  },
  'wrong-platform': {
    severity: 'error',
    kubeletSays: ['platform'],
    subject: ({ arguments: { image } }) => image,
    isAdvice: true,
  },
  'disk-full': { severity: 'error', kubeletSays: ['disk'], subject: ({ arguments: { node } }) => node, isAdvice: true },
  'pull-postponed': {
    severity: 'warning',
    kubeletSays: ['postponed'],
    outcome: 'will pull',
    subject: ({ object: { namespace } }) => namespace,
    isAdvice: true,
  },
  'undecodable-list': { severity: 'error', kubeletSays: ['undecodable'], isAdvice: true },
  'unread-secrets': { severity: 'error', identity: ['image'], kubeletSays: ANY, isAdvice: true },
  'retry-pending': { severity: 'warning', identity: ['secret', 'image'], isAdvice: true },
  unexplained: { severity: 'error', identity: ['image'], kubeletSays: [], outcome: 'cannot know', isAdvice: true },
  'unseen-credential': { severity: 'warning', identity: ['image'], outcome: 'cannot know', isAdvice: true },
  'fails-at-restart': { severity: 'error' },
  'unused-secret': { severity: 'warning', namesUsers: true, isAdvice: true },
  'same-content': { severity: 'warning', namesUsers: true, isAdvice: true },
  'unread-object': { severity: 'error', isAdvice: true },
  'unreadable-file': { severity: 'error', isAdvice: true },
};

/** Every code, in the order of docs/findings.md. */
export const FINDING_CODES = Object.keys(ROWS) as FindingCode[];

/** The row of `code`. */
export function catalogRow<Code extends FindingCode>(code: Code): CatalogRow<Code> {
  return ROWS[code];
}

/** Whether the kubelet says `pullError` if `cause` keeps an image away. */
export function kubeletAgrees(cause: FindingCode, pullError: PullError): boolean {
  // The last error was true at that attempt.
  return cause === 'retry-pending' || (ROWS[cause].kubeletSays ?? NO_LOGIN).includes(pullError);
}

/** What a finding is about, if that is something else than its object. */
export function subjectOf(found: Finding): unknown {
  const subject = ROWS[found.code].subject as ((found: Finding) => unknown) | undefined;
  return subject?.(found);
}

/** What tells `found` from another finding of its code about the same object. */
export function identityOf(found: Finding): readonly unknown[] {
  const names: readonly string[] = ROWS[found.code].identity ?? [];
  const values: Readonly<Record<string, unknown>> = { ...found.arguments };
  return names.map((name) => values[name]);
}

/** A finding. `severity` is given if it is not the usual one of the code. */
export function finding<Code extends FindingCode>(
  code: Code,
  object: FindingObject,
  args: FindingArguments<Finding>[Code],
  severity: Severity = ROWS[code].severity,
): Finding {
  return { code, severity, object, arguments: args } as Finding;
}

/** Says that `object` could not be judged because of `error`, a bug in our own code. Throws every error that is no bug. */
export function bugFinding(object: FindingObject, error: unknown): Finding {
  if (!isBug(error)) throw error;
  return finding('unread-object', object, { reason: error.name, bug: true });
}
