/** A finding: something that is wrong, as data. The records of all codes say what it means, what fixes it, and what to print. */
import { isBug } from '../errors.ts';
import { type Command, stepsIn } from '../line/command.ts';
import { type Selection, withinReach } from '../line/reach.ts';
import type { PullError } from '../workloads/pull-error.ts';
import { isComplete } from '../workloads/remedy.ts';
import { COPY_FINDINGS } from './copy-findings.ts';
import {
  describeObject,
  type FindingObject,
  type FindingRecord,
  type FixContext,
  NO_LOGIN,
  type Severity,
} from './finding-record.ts';
import { IMAGE_FINDINGS } from './image-findings.ts';
import { LIST_FINDINGS } from './list-findings.ts';
import { LOGIN_FINDINGS } from './login-findings.ts';
import { formatRestart, type Restart } from './node-restart.ts';
import { OVERVIEW_FINDINGS } from './overview-findings.ts';
import { isInManifest } from './secret-commands.ts';
import { SECRET_FINDINGS } from './secret-findings.ts';

/** The cause that will keep the image from a pod that runs now. */
const RESTART: FindingRecord<{
  readonly image: string;
  readonly cause: Finding;
  readonly restart?: Restart | undefined;
}> = {
  severity: 'error',
  says: ({ image, cause, restart }, object) =>
    `${object} runs, but could not pull ${image} again: ${formatFinding(cause)}${restart ? formatRestart(restart) : ''}`,
  fix: ({ cause, image }, _, context) => fixFor(cause, { ...context, image }),
};

const RECORDS = {
  ...SECRET_FINDINGS,
  ...COPY_FINDINGS,
  ...LOGIN_FINDINGS,
  ...LIST_FINDINGS,
  ...IMAGE_FINDINGS,
  'fails-at-restart': RESTART,
  ...OVERVIEW_FINDINGS,
};

export type FindingCode = keyof typeof RECORDS;

/** The arguments of each finding, by its code. */
export type FindingArguments = {
  readonly [Code in FindingCode]: (typeof RECORDS)[Code] extends FindingRecord<infer Args> ? Args : never;
};

export type Finding = {
  readonly [Code in FindingCode]: {
    readonly code: Code;
    readonly severity: Severity;
    readonly object: FindingObject;
    readonly arguments: FindingArguments[Code];
  };
}[FindingCode];

export type FindingOf<Code extends FindingCode> = Extract<Finding, { readonly code: Code }>;

/** Every code, in the order of docs/findings.md. */
export const FINDING_CODES = Object.keys(RECORDS) as FindingCode[];

/** The record of `code`, without the types of its arguments. */
export function recordOf(code: FindingCode): FindingRecord<Finding['arguments']> {
  return RECORDS[code] as unknown as FindingRecord<Finding['arguments']>;
}

/** A finding. `severity` is given if it is not the usual one of the code. */
export function finding<Code extends FindingCode>(
  code: Code,
  object: FindingObject,
  args: FindingArguments[Code],
  severity: Severity = RECORDS[code].severity,
): Finding {
  return { code, severity, object, arguments: args } as Finding;
}

/** Says that `object` could not be judged because of `error`, a bug in our own code. Throws every error that is no bug. */
export function bugFinding(object: FindingObject, error: unknown): Finding {
  if (!isBug(error)) throw error;
  return finding('unread-object', object, { reason: error.name, bug: true });
}

/** `found` in one sentence. */
export function formatFinding(found: Finding): string {
  const { code, object, arguments: args } = found;
  const meant = 'meantImage' in args ? args.meantImage : undefined;
  const instead = meant && `; no registry in the name means Docker Hub: did you mean ${meant}?`;
  return `${recordOf(code).says(args, describeObject(object), found)}${instead ?? ''}`;
}

/** The command, or two that belong together. It has no words if nothing can be done. */
export function fixFor({ code, severity, object, arguments: args }: Finding, context: FixContext = {}): Command {
  return recordOf(code).fix(args, object, context, severity);
}

/** Whether the kubelet says `pullError` if `cause` keeps an image away. */
export function kubeletAgrees(cause: FindingCode, pullError: PullError): boolean {
  // The last error was true at that attempt.
  return cause === 'retry-pending' || (recordOf(cause).kubeletSays ?? NO_LOGIN).includes(pullError);
}

/** Whether `cause` was read in the kubelet's error, which then confirms nothing. */
export function isKubelets({ code, arguments: args }: Finding): boolean {
  return recordOf(code).isKubelets?.(args) === true;
}

/** What a finding is about, if that is something else than its object. */
export function subjectOf({ code, object, arguments: args }: Finding): unknown {
  return recordOf(code).subject?.(args, object);
}

/** What tells `found` from another finding of its code about the same object. */
export function identityOf({ code, arguments: args }: Finding): readonly unknown[] {
  const values: Readonly<Record<string, unknown>> = { ...args };
  return (recordOf(code).identity ?? []).map((name) => values[name]);
}

/** `found`, or the cause inside it if it is `fails-at-restart`. */
export function causeBehind(found: Finding): Finding {
  return found.code === 'fails-at-restart' ? found.arguments.cause : found;
}

/** `found` as an error or a warning, whatever it is by itself. */
export function withSeverity(found: Finding, severity: Severity): Finding {
  return found.severity === severity ? found : { ...found, severity };
}

/** The user of the login that `found` is about. */
export function userOf(found: Finding): string | undefined {
  const { arguments: args } = causeBehind(found);
  return 'username' in args ? args.username : undefined;
}

/** A command with what can be expected of it. */
export interface Fix {
  readonly command: Command;
  /** Whether pods pull after the command, provided that the login which it finds is good. */
  readonly sufficient: boolean;
}

/** The command, and whether it suffices. */
export function proposedFix(found: Finding, context?: FixContext): Fix {
  const command = fixFor(found, context);
  return { command, sufficient: isSufficient(found, command) };
}

/** `fix` as it may be proposed to a command line with this selection. What carries no login of this machine is not sufficient. */
export function reachableFix(fix: Fix, selection: Selection): Fix {
  const command = withinReach(fix.command, selection);
  return command === fix.command ? fix : { command, sufficient: false };
}

/** Whether pods pull once the command has been run, provided that the login which it finds on this machine is good. */
export function isSufficient(found: Finding, command?: Command): boolean {
  if (command !== undefined && isOnlyShown(command)) return false;
  // `remove` loses a login, and nobody has asked yet whether the hidden one is good: that is not for a script.
  if (found.code === 'shadowed-entry' && command?.does?.do === 'remove') return false;
  if (found.code === 'fails-at-restart') return isSufficient(found.arguments.cause);
  if (isInManifest(found.object))
    return found.code === 'missing-secret' && found.arguments.near === undefined && !found.arguments.unplaced;
  // Nobody knows whether the image was ever pulled with the new login.
  if (found.code === 'unverified-image' && found.arguments.policy === 'Never' && !found.arguments.usable) return false;
  if ('absent' in found.arguments && found.arguments.absent) return false;
  if ('meantImage' in found.arguments && found.arguments.meantImage !== undefined) return false;
  if (found.code === 'empty-name') return found.arguments.usable !== undefined;
  // During a roll-out one can only wait. A changed image may be wrong, too.
  if ('rollout' in found.arguments && found.arguments.rollout !== undefined) return false;
  if (found.code === 'outdated-pod' && (found.arguments.changed === 'image' || found.arguments.newFails)) return false;
  const remedy = 'remedy' in found.arguments ? found.arguments.remedy : undefined;
  return recordOf(found.code).isAdvice !== true && (remedy === undefined || isComplete(remedy));
}

/** Whether the command ends in a look at a Secret that only somebody else should change. */
function isOnlyShown(command: Command): boolean {
  const last = stepsIn(command).at(-1)?.does?.do;
  return last === 'preview' || last === 'inspect';
}

/** Whether the command changes only the content of a Secret. The kubelet reads it before each attempt, but tries no sooner. */
export function isPickedUp({ does, pipe, next }: Command): boolean {
  if (pipe !== undefined) return isPickedUp(pipe);
  if (next !== undefined) return false;
  return does?.do === 'remove' || (does?.do === 'create' && does.attach === undefined);
}
