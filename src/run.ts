/** From a command line to an exit code; the only place that prints an error. */
import { CommanderError } from 'commander';
import { buildProgram } from './cli.ts';
import { words } from './domain/text/command.ts';
import type { GivenFlags } from './domain/text/given-flags.ts';
import { prose } from './domain/text/hint.ts';
import { EXIT, Interrupted, UsageError, UserError } from './errors.ts';
import { forRunner, type Io, OutputClosed } from './io.ts';
import { printerFor } from './output/printer.ts';
import { VERSION } from './version.ts';

/**
 * Runs the command line `args` (without the program) and returns the exit code. Never throws. `name` is what the program
 * was called as: `regsecret`, or `kubectl regsecret` as a plugin.
 */
export async function run(args: readonly string[], io: Io, name = 'regsecret'): Promise<number> {
  let code: number = EXIT.ok;
  let given: GivenFlags = {};
  const outside = withFlags(io, () => given);
  try {
    const line = normalize(args);
    const program = buildProgram(line, outside, name, (exitCode) => {
      code = exitCode;
    });
    program.hook('preAction', (_, action) => {
      given = action.opts<GivenFlags>();
      refuseNodeDebug(io.env);
    });
    await program.parseAsync(line, { from: 'user' });
    return code;
  } catch (error) {
    return report(error, outside, name);
  }
}

/**
 * Throws UserError where Node prints requests and the environment of programs that it starts: it has read NODE_DEBUG
 * before any code of ours runs (node lib/internal/util/debuglog.js `initializeDebugEnv`). Bun prints neither.
 */
function refuseNodeDebug({ NODE_DEBUG }: Io['env']): void {
  if (!NODE_DEBUG || 'Bun' in globalThis) return;
  throw new UserError('NODE_DEBUG makes Node print what is sent, with passwords and tokens', UNSET);
}

const UNSET = prose`run the command without that variable`;

/** What is proposed goes to the same cluster, as the same user; what is printed is safe for what reads it. */
function withFlags(io: Io, given: () => GivenFlags): Io {
  return {
    stdin: io.stdin,
    stdout: forRunner(io.stdout, io.env),
    stderr: forRunner(io.stderr, io.env),
    env: io.env,
    // Asking for it has signals handled.
    get signal() {
      return io.signal;
    },
    commands: {
      shell: io.commands.shell,
      get given() {
        return given();
      },
    },
  };
}

async function report(error: unknown, io: Io, name: string): Promise<number> {
  // commander has already said what it had to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof OutputClosed) return EXIT.ok;
  if (error instanceof Interrupted || io.signal.aborted) return EXIT.interrupted;
  const printer = await printerFor(io);
  if (error instanceof UserError) {
    const help = words`${name.split(' ')} --help`;
    printer.error(error instanceof UsageError ? new UserError(error.message, error.hint ?? help) : error);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
  printer.error(new UserError(`this is a bug in ${name} ${VERSION}`, REPORT, whereIn(error)));
  return EXIT.failed;
}

const REPORT = prose`report these lines, which hold no secret: https://github.com/regsecret/regsecret/issues`;

/** Where it happened, without the message: that may hold a secret. */
function whereIn(error: unknown): string[] {
  if (!(error instanceof Error)) return [typeof error];
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return [error.name, ...frames.slice(0, 6).map((frame) => frame.trim())];
}

/**
 * kubectl accepts `--flag=true` for flags without a value, and `-o=yaml`; commander does not. What is typed there as
 * `create secret docker-registry NAME` is `create NAME` here.
 */
function normalize(typed: readonly string[]): string[] {
  const isKubectl = typed.slice(0, 3).join(' ') === 'create secret docker-registry';
  const args = isKubectl ? ['create', ...typed.slice(3)] : typed;
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  const normal = ['--append-hash', '--insecure-skip-tls-verify'].reduce(withBoolean, flags).flatMap((arg) => {
    const [, short, rest] = /^(-[a-z])=(.*)$/s.exec(arg) ?? [];
    return short === undefined || rest === undefined ? [arg] : [short, rest];
  });
  return [...normal, ...args.slice(flags.length)];
}

/** The last of several counts (spf13/pflag bool.go, strconv `ParseBool`). */
function withBoolean(args: readonly string[], flag: string): string[] {
  const isFlag = (arg: string): boolean => arg === flag || arg.startsWith(`${flag}=`);
  const last = args.findLastIndex(isFlag);
  return args.flatMap((arg, index) => {
    if (!isFlag(arg)) return [arg];
    const value = arg.slice(flag.length + 1);
    const isTrue = arg === flag || /^(1|t|T|TRUE|true|True)$/.test(value);
    if (!isTrue && !/^(0|f|F|FALSE|false|False)$/.test(value)) {
      throw new UsageError(`invalid argument for "${flag}"`, prose`${flag}=true or ${flag}=false`);
    }
    return isTrue && index === last ? [flag] : [];
  });
}
