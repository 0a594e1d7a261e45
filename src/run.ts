/** Runs a command line and returns its exit code. Errors are printed only here. */
import { type Command, CommanderError } from 'commander';
import { buildProgram, optionsOf, runLine, typedLine } from './cli.ts';
import { commandFirst, namespacesIn, withValues } from './commands/command-line.ts';
import { wordsBehind } from './commands/rbac/rbac-flags.ts';
import { Cancelled, EXIT, Interrupted, UsageError, UserError } from './errors.ts';
import { words } from './line/command.ts';
import type { GivenFlags } from './line/given-flags.ts';
import { prose } from './line/hint.ts';
import { isPattern } from './line/object-name.ts';
import type { TypedLine } from './line/typed-line.ts';
import { printerFor } from './output/printer.ts';
import { forRunner, type Io, OutputClosed } from './system/io.ts';
import { plural } from './text/enumerate.ts';
import { VERSION } from './version.ts';

/**
 * Runs the command line `args` (without the program) and returns the exit code. Never throws. `name` is what the program
 * was called as: `regsecret`, or `kubectl regsecret` as a plugin.
 */
export async function run(args: readonly string[], io: Io, name = 'regsecret'): Promise<number> {
  let code: number = EXIT.ok;
  let given: GivenFlags & SpeechFlags = {};
  let typed: Command | undefined;
  const outside = withFlags(
    io,
    () => given,
    () => typed,
  );
  try {
    if (args[0] === COMPLETE) return await completed(args.slice(1), outside, name);
    const line = commandFirst(args);
    const program = buildProgram(line, outside, name, (exitCode) => {
      code = exitCode;
    });
    program.hook('preAction', async (_, action) => {
      typed = action;
      given = action.opts<GivenFlags & SpeechFlags>();
      await refuseSeveralNamespaces(withValues(line, optionsOf(program, line)), action);
      refuseNodeDebug(io.env);
      await refuseEndlessAuthorities(io.env);
    });
    await runLine(program, line);
    return await withWarnings(code, given, outside);
  } catch (error) {
    return report(error, outside, name);
  }
}

/** Throws UsageError when one command should work in several namespaces. */
async function refuseSeveralNamespaces(line: readonly string[], typed: Command): Promise<void> {
  const names = namespacesIn(line);
  if (names.length < 2 && !names.some(isPattern)) return;
  const { inSeveral } = await import('./commands/argument-slips.ts');
  throw inSeveral(typed, names);
}

/** The word with which a shell asks what may be typed next, as in every cobra program. */
const COMPLETE = '__complete';

async function completed(words: readonly string[], io: Io, name: string): Promise<number> {
  const [{ completionAt }, { complete }] = await Promise.all([
    import('./commands/completion/completion-words.ts'),
    import('./commands/completion/complete.ts'),
  ]);
  return complete(() => completionAt(words, (line) => buildProgram(line, io, name, () => undefined)), io);
}

/**
 * Throws UserError when NODE_DEBUG makes Node print requests, and the environment of programs that it starts. Node has read the
 * variable before any code here runs (node lib/internal/util/debuglog.js `initializeDebugEnv`). Bun prints neither.
 */
function refuseNodeDebug({ NODE_DEBUG }: Io['env']): void {
  if (!NODE_DEBUG || 'Bun' in globalThis) return;
  throw new UserError('with NODE_DEBUG, Node prints what is sent, with passwords and tokens', UNSET);
}

const UNSET = prose`run the command without that variable`;

const MAX_AUTHORITIES_MIB = 16;

/**
 * Throws UserError when a variable names certificates that may have no end. The runtimes read these files themselves with the
 * first connection: a device would take all the memory, and no signal would be handled.
 */
async function refuseEndlessAuthorities(env: Io['env']): Promise<void> {
  for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
    const path = env[name];
    if (!path) continue;
    const { stat } = await import('node:fs/promises');
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.isDirectory()) continue;
    if (!found.isFile()) throw new UserError(`${name} is set to ${path}, which is not a file`, UNSET);
    if (found.size > MAX_AUTHORITIES_MIB * 1024 ** 2) {
      throw new UserError(`${name} is set to ${path}, which holds more than ${MAX_AUTHORITIES_MIB} MiB`, UNSET);
    }
  }
}

/** From this level on, kubectl logs its requests (client-go transport/round_trippers.go `DebugWrappers`). */
const REQUESTS = 6;

interface SpeechFlags {
  readonly v?: string;
  readonly quiet?: boolean;
  readonly warningsAsErrors?: boolean;
}

/** Turns warnings into an error, with kubectl's words (kubectl pkg/cmd/cmd.go `NewKubectlCommand`). */
async function withWarnings(code: number, { warningsAsErrors }: SpeechFlags, io: Io): Promise<number> {
  const { size } = io.speech.warnings;
  if (!warningsAsErrors || size === 0) return code;
  (await printerFor(io)).error(new UserError(`${plural(size, 'warning')} received`));
  return code === EXIT.ok ? EXIT.failed : code;
}

/**
 * `io` for a run with flags: proposed commands go to the same cluster as the same user, and the output is safe for its reader.
 */
function withFlags(io: Io, given: () => GivenFlags & SpeechFlags, typed: () => Command | undefined): Io {
  // Read once: every command that is printed looks at it.
  let line: TypedLine | undefined;
  return {
    ...io,
    stdout: forRunner(io.stdout, io.env),
    stderr: forRunner(io.stderr, io.env),
    speech: {
      get quiet() {
        return given().quiet === true;
      },
      get requests() {
        return Number(given().v ?? 0) >= REQUESTS;
      },
      warnings: io.speech.warnings,
    },
    commands: {
      shell: io.commands.shell,
      home: {},
      get given() {
        return given();
      },
      get typed() {
        const action = typed();
        line ??= action && typedLine(action, io);
        return line;
      },
      get behind() {
        const action = typed();
        return action?.name() === 'rbac' ? wordsBehind(action.opts()) : undefined;
      },
    },
  };
}

async function report(error: unknown, io: Io, name: string): Promise<number> {
  // commander has already printed its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof OutputClosed) return EXIT.ok;
  if (error instanceof Interrupted || io.signal.aborted) return EXIT.interrupted;
  const printer = await printerFor(io);
  if (error instanceof Cancelled) {
    printer.say(error.message);
    return EXIT.failed;
  }
  if (error instanceof UserError) {
    const help = words`${name.split(' ')} --help`;
    const hint = error.hint ?? (error instanceof UsageError ? help : undefined);
    printer.error(new UserError(error.message, hint, error.details));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
  printer.error(new UserError(`this is a bug in ${name} ${VERSION}`, REPORT, whereIn(error)));
  return EXIT.failed;
}

const REPORT = prose`report these lines, which hold no secret: https://github.com/regsecret/regsecret/issues`;

/** Where the error happened, without its message, which may hold a secret. */
function whereIn(error: unknown): string[] {
  if (!(error instanceof Error)) return [typeof error];
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return [error.name, ...frames.slice(0, 6).map((frame) => frame.trim())];
}
