/** The errors of the program, and its exit codes. */
import type { Hint, Prose } from './line/hint.ts';

/** Exit codes of the program (README, "Exit codes"). */
export const EXIT = { ok: 0, failed: 1, usage: 2, unjudged: 3, interrupted: 130 } as const;

/**
 * A problem that the user can fix. `message` names the object, in lower case and without a full stop; `hint` is the next command
 * to type. Neither ever holds a secret value, a response body or a header.
 */
export class UserError extends Error {
  readonly hint: Hint | undefined;
  /** Lines between the message and the hint. */
  readonly details: readonly (string | Prose)[];

  constructor(message: string, hint?: Hint, details: readonly (string | Prose)[] = []) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
    this.details = details;
  }
}

/** `error` with `lines` after its own details. */
export function withDetails(error: UserError, lines: readonly string[]): UserError {
  return new UserError(error.message, error.hint, [...error.details, ...lines]);
}

/** The person was asked, and did not agree: exit code 1, and no error to read. */
export class Cancelled extends UserError {
  constructor() {
    super('Cancelled; nothing was written.');
    this.name = 'Cancelled';
  }
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends UserError {
  constructor(message: string, hint?: Hint) {
    super(message, hint);
    this.name = 'UsageError';
  }
}

/** What the engine throws by itself, and what code here throws for a state that cannot occur. */
const UNEXPECTED: readonly unknown[] = [Error, TypeError, RangeError, ReferenceError, SyntaxError, URIError];

/** Whether `error` is one that no code here expects: a bug, which the user cannot fix. */
export function isBug(error: unknown): error is Error {
  return error instanceof Error && UNEXPECTED.includes(error.constructor);
}

/** Ctrl-C, or a prompt that was closed: exit code 130, without a message. */
export class Interrupted extends Error {
  /** The signal that caused it. */
  readonly by: string | undefined;

  constructor(by?: string) {
    super('interrupted');
    this.by = by;
    this.name = 'Interrupted';
  }
}
