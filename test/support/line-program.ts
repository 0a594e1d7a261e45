/** A Go program that answers questions line by line, in order, as JSON. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensurePrograms, type ProgramName } from '../environment/programs.ts';
import { report } from '../environment/report.ts';

export interface LineProgram<Question, Answer> {
  /** The answers to all of `questions`, in order. Calls at the same time take turns. */
  ask(questions: readonly Question[]): Promise<Answer[]>;
  close(): void;
}

/** Builds the program if needed, and starts it. */
export async function startLineProgram<Question, Answer>(name: ProgramName): Promise<LineProgram<Question, Answer>> {
  const programs = await ensurePrograms([name], report);
  const child = spawn(programs[name], [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code}`);
  });
  ended.catch(() => undefined);
  let text = '';
  let arrived = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    arrived();
  });

  async function ask(questions: readonly Question[]): Promise<Answer[]> {
    child.stdin.write(questions.map((one) => `${JSON.stringify(one)}\n`).join(''));
    for (;;) {
      const lines = text.split('\n');
      if (lines.length > questions.length) {
        text = lines.slice(questions.length).join('\n');
        return lines.slice(0, questions.length).map((line) => JSON.parse(line));
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived = resolve;
      await Promise.race([promise, ended]);
    }
  }

  let previous: Promise<unknown> = Promise.resolve();
  const askInTurn: typeof ask = (questions) => {
    const answers = previous.then(() => ask(questions));
    previous = answers.catch(() => undefined);
    return answers;
  };

  return { ask: askInTurn, close: () => void child.kill() };
}
