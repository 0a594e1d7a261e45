/** Results and notes of `attach` and `detach`, as text, names or JSON. */

import type { ListResult } from '../changes/list-write.ts';
import { EXIT, UserError } from '../errors.ts';
import { words } from '../line/command.ts';
import { againWith, type Hint } from '../line/hint.ts';
import { DRY_RUN, hintText, orSayDone, type Printer, shownError } from '../output/printer.ts';
import { formatJson } from '../output/structured.ts';
import type { Io } from '../system/io.ts';
import type { Printable } from '../text/printable.ts';
import { nameLine, resultName } from '../workloads/object-ref.ts';
import { changeCommand, deleteCommand } from '../workloads/remedy.ts';
import { formatNote, type Note, type NoteContext, noteKey, type Sentence } from './notes.ts';
import type { Listener } from './request.ts';

export interface AttachPrinterOptions extends NoteContext {
  readonly output: 'name' | 'json' | undefined;
  readonly dryRun: 'none' | 'client' | 'server';
  /** Whether results say their namespace. */
  readonly namespaces: boolean;
  /** How to change the same, and to restart what fails: by default the typed line with `--restart`. */
  readonly restart?: Hint;
}

/** Runs `work` with a listener, and says at the end, or after an interruption, what was done. Returns the exit code. */
export async function withAttachPrinter(
  options: AttachPrinterOptions,
  printer: Printer,
  io: Io,
  work: (listener: Listener) => Promise<void>,
): Promise<number> {
  const results: ListResult[] = [];
  const notes = noteBook(options, printer);
  const errors: UserError[] = [];
  const proposed = new Set<string>();
  const listener: Listener = {
    outcome(result) {
      results.push(result);
      if (options.output === 'name')
        printer.result(nameLine(result.ref, options.namespaces ? undefined : result.ref.namespace));
      if (options.output !== undefined) return;
      const scope = options.namespaces ? ` in ${result.ref.namespace}` : '';
      printer.result(`${resultName(result.ref)} ${result.action}${scope}${DRY_RUN[options.dryRun]}`);
      if (options.dryRun !== 'none' && result.action !== 'unchanged') sayPlan(result, printer);
    },
    note: notes.add,
    problem(error) {
      errors.push(error);
      const { message, hint, details } = error;
      const next = `${hint && hintText(hint, io)}`;
      // One role is for all objects of the line, so it is proposed once.
      printer.error(proposed.has(next) ? new UserError(message, undefined, details) : error);
      proposed.add(next);
    },
    waiting: notes.flush,
  };
  const end = (): number => {
    notes.flush();
    if (options.output === 'json') io.stdout.write(toJson(options, { results, notes: notes.all(), errors }, io));
    return results.length;
  };
  await orSayDone(() => work(listener), end, { io, printer });
  end();
  return errors.length > 0 ? EXIT.failed : EXIT.ok;
}

/** Notes that are printed at once, because they are about what happens now. */
const IMMEDIATE: readonly Note['code'][] = ['belongs', 'job-stays', 'resumed', 'saved', 'differs', 'runs'];
const SHOWN = 10;

export interface NoteBook {
  add(note: Note): void;
  /** Prints the notes that were held back. */
  flush(): void;
  all(): Note[];
}

/** Prints each note only once, immediately or with the next flush. */
export function noteBook(options: AttachPrinterOptions, printer: Printer): NoteBook {
  const notes = new Map<string, Note>();
  const printed = new Set<Note>();
  return {
    add(note) {
      const known = notes.has(noteKey(note));
      notes.set(noteKey(note), note);
      if (!known && note.code !== 'failing' && IMMEDIATE.includes(note.code)) print(formatNote(note, options), printer);
    },
    flush() {
      const held = [...notes.values()].filter((note) => !IMMEDIATE.includes(note.code) && !printed.has(note));
      for (const note of held) printed.add(note);
      printNotes(held, options, printer);
      printFailing(
        held.filter((note) => note.code === 'failing'),
        options,
        printer,
      );
    },
    all: () => [...notes.values()],
  };
}

function sayPlan({ before = [], after }: ListResult, printer: Printer): void {
  if (after === undefined) return;
  printer.say(`  imagePullSecrets: ${after.join(', ') || '(none)'}  (now: ${before.join(', ') || 'none'})`);
}

/** Prints a few notes of each kind, and how many more there are. */
function printNotes(notes: readonly Note[], context: NoteContext, printer: Printer): void {
  const byCode = Map.groupBy(notes, ({ code }) => code);
  for (const [code, same] of byCode) {
    if (code === 'failing') continue;
    for (const note of same.slice(0, SHOWN)) if (note.code !== 'failing') print(formatNote(note, context), printer);
    if (same.length > SHOWN) printer.say(`and ${same.length - SHOWN} more like the last one; -o json has them all`);
  }
}

function print({ severity, text, hints }: Sentence, printer: Printer): void {
  if (severity === 'warning') printer.warn(text);
  else printer.say(text);
  for (const hint of hints) printer.hint(hint);
}

type Failing = Extract<Note, { code: 'failing' }>;

function printFailing(failing: readonly Failing[], options: AttachPrinterOptions, printer: Printer): void {
  if (failing.length === 0) return;
  const subject = failing.length === 1 ? '1 pod keeps' : `${failing.length} pods keep`;
  printer.warn(`${subject} failing until recreated (the imagePullSecrets of a pod cannot change)`);
  for (const { ref, reason, remedy } of failing.slice(0, SHOWN)) {
    const scope = options.namespaces ? ` in ${ref.namespace}` : '';
    printer.say(`  ${resultName(ref)}${scope}  ${reason}  ${describeRemedy(remedy)}`);
  }
  if (failing.length > SHOWN) printer.say(`  and ${failing.length - SHOWN} more; -o json has them all`);
  for (const hint of hintsFor(failing, options)) printer.hint(hint);
}

function describeRemedy(remedy: Failing['remedy']): string {
  switch (remedy.how) {
    case 'restart':
      return resultName(remedy.controller);
    case 'delete':
      return `${resultName(remedy.controller)} creates another when it is deleted`;
    case 'attach':
      return `${resultName(remedy.controller)} has its own imagePullSecrets`;
    case 'recreate':
      return 'has no controller';
    case 'ask the owner':
      return `created by ${remedy.owner}`;
  }
}

function hintsFor(
  failing: readonly Failing[],
  { restart = againWith(words`--restart`), secret }: AttachPrinterOptions,
): Hint[] {
  const hints = failing.flatMap(({ ref, remedy }): Hint | Hint[] => {
    if (remedy.how === 'restart') return restart;
    if (remedy.how === 'attach') return changeCommand('attach', { how: 'template', target: remedy.controller }, secret);
    return remedy.how === 'recreate' ? changeCommand('attach', { how: 'recreate', target: ref }, secret) : [];
  });
  const deleted = Map.groupBy(
    failing.filter(({ remedy }) => remedy.how === 'delete'),
    ({ ref }) => ref.namespace,
  );
  for (const [namespace, pods] of deleted) {
    hints.push(
      deleteCommand(
        pods.map(({ ref }) => ref.name),
        namespace,
      ),
    );
  }
  const unique = new Map(hints.map((hint) => [JSON.stringify(hint), hint]));
  return [...unique.values()].slice(0, SHOWN);
}

function toJson(
  { verb, secret, dryRun }: AttachPrinterOptions,
  { results, notes, errors }: { results: readonly ListResult[]; notes: readonly Note[]; errors: readonly UserError[] },
  io: Io,
): Printable {
  const shown = {
    verb,
    secret,
    dryRun,
    results: results.map(({ ref, action, before, after }) => ({ ...ref, action, before, after })),
    notes,
    errors: errors.map((error) => shownError(error, io)),
  };
  return formatJson(shown);
}
