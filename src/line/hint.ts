/** What a person can do next: a command to paste, or a sentence with commands in it. */
import { andThen, type Command, clusterCommand, words } from './command.ts';
import { type CommandContext, formatCommand } from './format-command.ts';
import { nameWord, scope } from './object-name.ts';
import type { Correction } from './typed-line.ts';

/** A sentence, with commands or flags in it. */
export interface Prose {
  readonly prose: readonly (string | Hint)[];
}

/** The typed command line, corrected. */
export interface CorrectedLine extends Correction {
  readonly add: Command;
  /** The command that runs when the corrected one has succeeded. */
  readonly next?: Command;
}

/** The typed command line as the role that an administrator can give to a subject. */
interface Grant {
  readonly subject: string;
}

export type Hint = Command | Prose | CorrectedLine | Grant;

/** A hint to give `subject`, as `rbac --for` takes it, the permissions for the command line. */
export function grantTo(subject: string): Hint {
  return prose`an administrator can run: ${{ subject }}`;
}

/** A hint to repeat the command line with the flags `add`. */
export function againWith(add: Command): CorrectedLine {
  return { add };
}

/** A hint to repeat the command line with what was probably meant. `--yes` has confirmed what was typed, so it is left out. */
export function againMeaning({ add = words``, ...meant }: Omit<Correction, 'drop'>): CorrectedLine {
  return { ...meant, add, drop: ['--yes'] };
}

/** A hint to repeat the command line for one Secret of those that it selected. `--yes` was meant for all of them. */
export function againFor(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  add?: Command,
): CorrectedLine {
  return { names: [nameWord(name)], add: words`${scope(namespace)} ${add}`, drop: ['-A', '-l', '--yes'] };
}

/** A hint to repeat the command line without these flags and names. */
export function againWithout(...drop: readonly string[]): CorrectedLine {
  return { add: words``, drop };
}

/** A hint to repeat the command line with `to` in place of the name or value `from`. */
export function againAs(from: string, to: string): CorrectedLine {
  return { add: words``, rename: new Map([[from, to]]) };
}

/** A hint to repeat the command line with only one of these two flags. */
export function eitherOf(one: string, other: string): Prose {
  return prose`${againWithout(other)}, or ${againWithout(one)}`;
}

/** A sentence that names each of `hints`. */
export function anyOf(hints: readonly Hint[], between = ', or '): Prose {
  return { prose: hints.flatMap((hint, index) => (index === 0 ? [hint] : [between, hint])) };
}

/** prose`choose with ${words`--image ${image}`}, or take all`. A text that is put in is shown, but is not pasted. */
export function prose(texts: TemplateStringsArray, ...parts: readonly (string | Hint)[]): Prose {
  return { prose: texts.flatMap((text, index) => [text, parts[index] ?? '']) };
}

/** For an empty stdin: the reason, to follow its name, and the hint. */
export const EMPTY_STDIN = {
  reason: 'is empty: the command before the pipe printed nothing',
  hint: prose`see its error above`,
};

/** `hint` as one line. Undefined where a command in it cannot be pasted. Unquoted parts of a hint may hold anything. */
export function formatHint(hint: Hint, context: CommandContext): string | undefined {
  if ('add' in hint) return formatCorrected(hint, context);
  if ('subject' in hint) return formatGrant(hint, context);
  if (!('prose' in hint)) return formatCommand(hint, context);
  const pieces = hint.prose.map((piece) => (typeof piece === 'string' ? piece : formatHint(piece, context)));
  return pieces.every((piece) => piece !== undefined) ? pieces.join('') : undefined;
}

function formatCorrected(hint: CorrectedLine, context: CommandContext): string | undefined {
  const { typed, given } = context;
  if (typed === undefined) return formatHint(alone(hint), context);
  const { add, drop = [] } = hint;
  // In `create --user bob`, when a login is wanted, bob becomes its user instead of a user of the kubeconfig.
  const login = add.words.includes('USER') ? given.user : undefined;
  const asked = { ...add, words: add.words.map((word) => (word === 'USER' ? (login ?? word) : word)) };
  return formatCommand(andThen(typed.corrected({ ...hint, add: asked }).command, hint.next), {
    ...context,
    given: {
      ...given,
      ...(login === undefined && !drop.includes('--user') ? {} : { user: undefined }),
      ...(drop.includes('-n') ? { namespace: undefined } : {}),
    },
  });
}

/**
 * An administrator has another kubeconfig, so only the context is kept: where it does not exist, nothing is applied to another
 * cluster. Someone who impersonates is the administrator.
 */
function formatGrant({ subject }: Grant, { shell, typed, given, home }: CommandContext): string | undefined {
  const { as: impersonated, asGroup: _, asUid: __, asUserExtra: ___, ...own } = given;
  // Beside -A, only these take -n: it is where their Secret is.
  const isPlaced = !typed?.has('-A') || ['sync', 'rotate', 'remove', 'delete'].includes(typed.verb);
  const place = isPlaced ? scope(given.namespace || home?.namespace || '') : undefined;
  const line = typed?.without('-o', '--yes', '-v').with(words`${place}`).command.words.slice(1) ?? ['COMMAND'];
  const role = { words: [...words`regsecret rbac --for ${subject}`.words, ...line], asks: 'nothing' } as const;
  const pipe = clusterCommand`kubectl apply -f -`;
  return formatCommand({ ...role, pipe }, { shell, given: impersonated ? own : { context: given.context } });
}

/** What is to be changed, where the line itself is not known. */
function alone({ add, drop = [], rename }: CorrectedLine): Command | Prose {
  if (add.words.length > 0) return add;
  if (rename !== undefined)
    return anyOf(
      [...rename.values()].map((to) => prose`${to}`),
      ', ',
    );
  return prose`leave out ${drop.join(' and ')}`;
}
