/** Answers a shell that completes a command line (spf13/cobra completions.go `__complete`). */
import { printable, printed } from '../domain/text/printable.ts';
import { EXIT } from '../errors.ts';
import type { Io } from '../io.ts';
import { type Completion, candidateNames } from '../operations/completion/candidates.ts';

/** cobra `ShellCompDirectiveDefault` and `ShellCompDirectiveNoFileComp`. */
const FILES = 0;
const NO_FILES = 4;

/**
 * Prints one candidate per line, with a tab and its description, and finally whether files may follow. Prints nothing else, and
 * never throws.
 */
export async function complete(completion: () => Completion, io: Io): Promise<number> {
  try {
    const { wanted, flags } = completion();
    const isFile = 'files' in wanted;
    if ('values' in wanted) for (const [value, description] of wanted.values) print(value, description, io);
    if ('from' in wanted) for (const name of await candidateNames(wanted.from, flags, silent(io))) print(name, '', io);
    io.stdout.write(printed`:${printable(`${isFile ? FILES : NO_FILES}`)}\n`);
  } catch {
    // The user has not run anything yet. Errors are shown when the command runs.
    io.stdout.write(printed`:${printable(`${NO_FILES}`)}\n`);
  }
  return EXIT.ok;
}

function print(value: string, description: string, io: Io): void {
  // A value that a shell would split or expand is not proposed.
  if (/[\s'"\\$`]/.test(value)) return;
  const text = description === '' ? printed`` : printed`\t${printable(description)}`;
  io.stdout.write(printed`${printable(value)}${text}\n`);
}

/** `io` without prompts and messages, because nobody can see them during a completion. */
function silent(io: Io): Io {
  const stderr = { ...io.stderr, isTTY: false, write: () => undefined };
  return { ...io, stdin: { ...io.stdin, isTTY: false }, stderr };
}
