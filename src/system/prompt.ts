/** Asks the user at the terminal, on stderr. Only this file uses inquirer. */

import { Cancelled, Interrupted, type UserError } from '../errors.ts';
import { canonicalServer, serverProblem, serverWord } from '../secret/server.ts';
import { type Printable, printable, printed } from '../text/printable.ts';
import type { Io } from './io.ts';

/** Whether a user can answer: questions are read from stdin and shown on stderr. */
export function canPrompt(io: Io): boolean {
  return io.stdin.isTTY && io.stderr.isTTY;
}

export interface Asked {
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** Asks for the parts that are not given. Throws {@link Interrupted} on Ctrl-C. */
export async function promptLogin(
  given: { readonly [Field in 'server' | 'username']?: string | undefined },
  io: Io,
): Promise<Asked> {
  const registry = {
    type: 'input',
    message: printed`Registry`,
    default: 'docker.io',
    validate: namesRegistry,
  } as const;
  const server = given.server ?? (await ask<string>(io, registry));
  const username =
    given.username ?? (await ask<string>(io, { type: 'input', message: printed`Username`, validate: required }));
  return { server: server.trim(), username: username.trim(), password: await promptPassword(io) };
}

/** Throws {@link Interrupted} on Ctrl-C. */
export function promptPassword(io: Io): Promise<string> {
  return ask(io, { type: 'password', message: printed`Password or token`, mask: '*', validate: required });
}

/**
 * Lets the user pick from `choices`, at least one. Enter takes the only one. Throws Cancelled, and {@link Interrupted} on Ctrl-C.
 */
export async function promptChoice<T>(
  message: string,
  choices: readonly { readonly name: string; readonly value: T }[],
  io: Io,
): Promise<T[]> {
  const [only, ...others] = choices;
  if (only !== undefined && others.length === 0) {
    const whole = printable(`${message} ${only.name}?`);
    if (!(await ask<boolean>(io, { type: 'confirm', message: whole, default: true }))) throw new Cancelled();
    return [only.value];
  }
  return ask<T[]>(io, {
    type: 'checkbox',
    message: printable(message),
    choices: choices.map(({ name, value }) => ({ name: printable(name), value })),
    required: true,
  });
}

/** What a command is about to do in one cluster. */
export interface Intent {
  /** A sentence without its end: `Write the new login for ghcr.io into 3 Secrets`. */
  readonly what: string;
  readonly changes: number;
  /** Whether the user is asked even about a single change, because it deletes something. */
  readonly deletes: boolean;
}

/** Asks only when it matters. Throws UserError where the user does not agree. */
export type Agree = (intent: Intent) => Promise<void>;

/** The flags that agree to everything in advance. */
export interface Agreement {
  readonly yes?: boolean | undefined;
  readonly dryRun: 'none' | 'client' | 'server';
}

/** Asks about more than one change, and about any deletion. Undefined when nobody can be asked. */
export function agreeOn(agreement: Agreement, io: Io): Agree | undefined {
  if (!canPrompt(io)) return undefined;
  return async (intent) => {
    if (isQuestion(intent, agreement)) await agreeTo(`${intent.what}?`, io);
  };
}

/** Throws `refusal`, or Cancelled, unless somebody can be asked and types a deliberate yes, and {@link Interrupted} on Ctrl-C. */
export async function agreeTo(question: string, io: Io, refusal?: UserError): Promise<void> {
  const isAgreed =
    canPrompt(io) && (await ask<boolean>(io, { type: 'confirm', message: printable(question), default: false }));
  if (!isAgreed) throw refusal ?? new Cancelled();
}

/** Whether the question has to be asked, if a user can answer. */
export function isQuestion({ changes, deletes }: Omit<Intent, 'what'>, { yes, dryRun }: Agreement): boolean {
  return !yes && dryRun === 'none' && (changes > 1 || deletes);
}

/** Whether images can name the registry; otherwise why not, and what may be meant. */
function namesRegistry(answer: string): boolean | Printable {
  const problem = serverProblem(canonicalServer(answer.trim()));
  if (problem === undefined) return true;
  const { reason, proposal } = problem;
  return printable(proposal === undefined ? reason : `${reason}; did you mean ${serverWord(proposal)}?`);
}

function required(answer: string): boolean | string {
  return answer.trim() !== '' || 'please type an answer';
}

/** A question for inquirer, which writes to the stream itself, so that every text has to be printable. */
interface Question {
  readonly type: 'input' | 'password' | 'checkbox' | 'confirm';
  readonly message: Printable;
  readonly default?: string | boolean;
  readonly mask?: string;
  readonly required?: boolean;
  readonly choices?: readonly { readonly name: Printable; readonly value: unknown }[];
  readonly validate?: (answer: string) => boolean | string;
}

async function ask<T>(io: Io, question: Question): Promise<T> {
  const { default: inquirer } = await import('inquirer');
  io.listen();
  const input = io.stdin.stream();
  const end = new AbortController();
  let suspended = false;
  // Bun's readline takes no Ctrl-D, and Node's takes it only on an empty line. After Ctrl-Z and `fg`, neither reads keys any
  // more.
  const onKey = (_: unknown, key?: { readonly ctrl?: boolean; name?: string }): void => {
    if (!key?.ctrl || !(key.name === 'd' || (key.name === 'z' && io.suspend !== undefined))) return;
    suspended = key.name === 'z';
    // Readline sees the key next, and must ignore it.
    key.name = '';
    end.abort();
  };
  input.on('keypress', onKey);
  const prompt = inquirer.createPromptModule({
    input,
    output: io.stderr.stream(),
    signal: AbortSignal.any([io.signal, end.signal]),
  });
  try {
    const { answer } = await prompt([{ ...question, name: 'answer' } as never]);
    return answer as T;
  } catch (error) {
    if (suspended && !io.signal.aborted) {
      await io.suspend?.();
      return ask(io, question);
    }
    // inquirer names the end of input, Ctrl-C and an aborted signal differently; to us they are one.
    if (error instanceof Error && /^(ExitPrompt|AbortPrompt)Error$/.test(error.name)) {
      // A confirmation may come between two writes. The other questions come before the first write.
      if (question.type !== 'confirm') io.stderr.write(printed`nothing was written\n`);
      throw new Interrupted();
    }
    throw error;
  } finally {
    input.off('keypress', onKey);
  }
}
