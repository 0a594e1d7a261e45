/** Starts docker's and podman's own code (test/environment/go/logins), which answers which login each would send. */
import { dirname } from 'node:path';
import { type LineProgram, startLineProgram } from './line-program.ts';
import { CONFIG, type LoginCase } from './login-cases.ts';
import type { LoginMachine } from './login-machine.ts';

export interface OracleLogin {
  readonly username: string;
  readonly password: string;
  readonly identityToken: string;
  readonly registryToken: string;
  /** Not empty where the lookup failed. */
  readonly error: string;
}

interface ToolAnswers {
  readonly fileError: string;
  /** The possible logins for each name. Of several keys with one host the tools may take any. */
  readonly docker: readonly (readonly OracleLogin[])[];
  readonly podman: readonly (readonly OracleLogin[])[];
}

export interface Answer {
  /** The answer for the machine. Where docker's file is broken, `docker` is the answer without that file. */
  readonly machine: ToolAnswers;
  /** The answer for a machine with only docker's file. */
  readonly file: ToolAnswers;
}

interface Question {
  readonly env: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  readonly repeat: number;
}

interface Asked {
  readonly one: LoginCase;
  readonly machine: LoginMachine | undefined;
}

export interface LoginOracle {
  ask(all: readonly Asked[]): Promise<Answer[]>;
  /** Asks often enough to see every key that may be chosen. */
  askOften(one: LoginCase, machine: LoginMachine): Promise<Answer>;
  close(): void;
}

/** Go starts the iteration of a small map at one of eight places, so this many repetitions visit all of them. */
const OFTEN = 100;

export async function startLoginOracle(): Promise<LoginOracle> {
  const program = await startLineProgram<Question, ToolAnswers>('logins');
  return {
    ask: (all) => ask(program, all, 1),
    askOften: async (one, machine) => {
      const [answer] = await ask(program, [{ one, machine }], OFTEN);
      if (answer === undefined) throw new Error('no answer');
      return answer;
    },
    close: program.close,
  };
}

async function ask(
  program: LineProgram<Question, ToolAnswers>,
  all: readonly Asked[],
  repeat: number,
): Promise<Answer[]> {
  const questions = all.flatMap(({ one: { names }, machine }) => {
    if (machine === undefined) return [];
    const { env, expand } = machine;
    const { HOME = '', PATH = '' } = env;
    // Without its file docker looks for logins elsewhere, just as it does when it cannot read the file.
    const [without, alone] = [
      { ...env, DOCKER_CONFIG: `${HOME}/none` },
      { HOME: `${HOME}/none`, PATH, DOCKER_CONFIG: dirname(expand(CONFIG)) },
    ];
    return [env, without, alone].map((env) => ({ env, names, repeat }));
  });
  const answers = await program.ask(questions);
  return all.map((_, index) => {
    const [machine, without, file] = answers.slice(index * 3, index * 3 + 3);
    if (machine === undefined || without === undefined || file === undefined) throw new Error('an answer is missing');
    return { machine: machine.fileError === '' ? machine : { ...machine, docker: without.docker }, file };
  });
}
