/** A change of one object: decided from what is there, written, and decided again as long as others write the object too. */
import { type ApiError, keepsChanging, WriteConflict } from '../cluster/api-error.ts';
import type { WriteOptions } from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import type { UserError } from '../errors.ts';

export interface ChangeOptions {
  /** `client`: everything is decided, and nothing is sent. `server`: the server checks everything and changes nothing. */
  readonly dryRun: 'none' | 'client' | 'server';
  readonly fieldManager: string;
}

/** The options of the requests. */
export function writeOptions({ dryRun, fieldManager }: ChangeOptions): WriteOptions {
  return { dryRun: dryRun !== 'none', fieldManager };
}

/** The object is right as it is. */
export interface NoChange {
  readonly action: 'unchanged';
}

/** Why the object stays as it is. */
interface StepRefusal {
  readonly action: 'refuse';
  readonly error: UserError;
}

/** What to do with an object. */
export type Next<Write> = Write | NoChange | StepRefusal;

/** The plan for one object. */
export interface ChangeStep<Present, Write> {
  /** As it was read; undefined where there is none. */
  readonly present: Present | undefined;
  /** Whether nobody has looked, so that there being none is only a guess, which saves a request where it is right. */
  readonly isGuess?: boolean;
  /** Whether what the server stores is not compared with what was sent. */
  readonly trusts?: boolean;
  /** Decides what to do with the object as it is. Called again when another writer was faster, so it must change nothing. */
  next(present: Present | undefined): Next<Write> | Promise<Next<Write>>;
  /** Called after each conflict: what the plan goes by may have changed as well. */
  refresh?(): Promise<void>;
  /** Called before each write, with the object that it changes. */
  before?(next: Write, present: Present | undefined): void;
}

/** How one object is read and written. */
export interface Writer<Present, Write> {
  /** As errors call it. */
  readonly what: string;
  /** The object after an attempt that met `conflict`; undefined when it is gone. Throws UserError. */
  read(conflict: ApiError | undefined): Promise<Present | undefined>;
  /**
   * Writes on condition that the object is still `present`, and returns it as it is then: undefined when it is deleted. `isDone`
   * tells whether an object is as wanted already: the answer to a write may be lost, or made by a proxy. Throws UserError.
   */
  write(
    next: Write,
    present: Present | undefined,
    isDone: (found: Present) => Promise<boolean>,
  ): Promise<Present | undefined | WriteConflict>;
  versionOf(present: Present): unknown;
  /** A conflict in words for the user, where nobody else has written. */
  refusal(conflict: ApiError, next: Write): UserError;
}

/** What was done. */
export interface StepResult<Present, Write> {
  readonly did: Write | NoChange;
  /** The decision that ended it: others may have changed what was done, or made it unnecessary. */
  readonly last: Write | NoChange;
  /** The object before the write, and after it; undefined where there was none, or is none. */
  readonly before: Present | undefined;
  readonly after: Present | undefined;
}

/** The API server may conflict with itself although nothing has changed, but not for long. */
const MAX_UNCHANGED = 5;
/** Enough for a hundred concurrent writers on a slow machine, of which one succeeds in each round. */
const MAX_CONFLICT_MS = 60_000;

/** Carries out a step. Throws UserError. */
export async function carryOut<Present, Write extends { readonly action: string }>(
  step: ChangeStep<Present, Write>,
  writer: Writer<Present, Write>,
  {
    dryRun,
    transport: { clock, signal },
  }: Pick<ChangeOptions, 'dryRun'> & { readonly transport: Pick<Transport, 'clock' | 'signal'> },
): Promise<StepResult<Present, Write>> {
  let { present } = step;
  let begun: { readonly did: Write; readonly before: Present | undefined } | undefined;
  let unchanged = 0;
  const isDone = async (found: Present): Promise<boolean> => isOver(await step.next(found));
  const deadline = clock.monotonic() + MAX_CONFLICT_MS;
  for (let conflicts = 0; ; conflicts += 1) {
    const next = await step.next(present);
    if (isRefused(next)) throw next.error;
    if (isOver(next)) {
      // After an attempt, the object may be right because of it: only its answer was lost.
      const isOurs = (begun?.did.action === 'delete') === (present === undefined);
      return { ...((isOurs && begun) || { did: next, before: present }), last: next, after: present };
    }
    if (dryRun === 'client') return { did: next, last: next, before: present, after: present };
    const isGuess = step.isGuess === true && conflicts === 0;
    // What was deleted in order to be replaced may have to be created or changed now, and is replaced all the same.
    if (begun?.did.action !== 'replace') begun = { did: next, before: present };
    step.before?.(next, present);
    const after = await writer.write(next, present, isDone);
    if (!(after instanceof WriteConflict)) return { ...begun, last: next, after };
    const { error: conflict } = after;
    // A wrong guess is no conflict, and nothing has begun. Writers that failed together should not retry together.
    if (isGuess) begun = undefined;
    else await clock.pause(Math.random() * Math.min(1000, 10 * 2 ** conflicts), signal);
    const fresh = await writer.read(conflict);
    const isSame = fresh && present && writer.versionOf(fresh) === writer.versionOf(present);
    unchanged = isSame ? unchanged + 1 : 0;
    const isStuck = unchanged >= (conflict?.status === 422 ? 1 : MAX_UNCHANGED);
    // Nobody else has written, so this is not a conflict but a refusal, such as that of a webhook.
    if (isStuck && conflict !== undefined) throw writer.refusal(conflict, next);
    if (isStuck || clock.monotonic() >= deadline) throw keepsChanging(writer.what, conflict);
    if (!isGuess) await step.refresh?.();
    present = fresh;
  }
}

function isRefused<Write>(next: Next<Write>): next is StepRefusal {
  return (next as StepRefusal).action === 'refuse';
}

function isOver<Write>(next: Next<Write>): next is NoChange {
  return (next as NoChange).action === 'unchanged';
}
