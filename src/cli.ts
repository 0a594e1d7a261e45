/** Every command on one page, with its examples; its flags are in flags/. Each loads its code only when it is run. */
import { Command } from 'commander';
import { printableLines } from './domain/text/printable.ts';
import { attachFlags, detachFlags } from './flags/attach-flags.ts';
import { createFlags } from './flags/create-flags.ts';
import { doctorFlags } from './flags/doctor-flags.ts';
import { inspectFlags } from './flags/inspect-flags.ts';
import { listFlags } from './flags/list-flags.ts';
import { examples, FINDINGS_PAGE } from './flags/shared-flags.ts';
import { verifyFlags } from './flags/verify-flags.ts';
import type { Io } from './io.ts';
import { VERSION } from './version.ts';

/** The program for the command line `args`; actions report their exit code through `exit`. */
export function buildProgram(args: readonly string[], io: Io, name: string, exit: (code: number) => void): Command {
  const program = new Command(name)
    .description('Kubernetes image-pull secrets, from the login on your machine to the pod that runs')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(printableLines(text)),
      writeErr: (text) => io.stderr.write(printableLines(text)),
      outputError: (text, write) => write(withoutValues(text)),
      getOutHelpWidth: () => io.stdout.columns() ?? 100,
      getErrHelpWidth: () => io.stderr.columns() ?? 100,
      getOutHasColors: () => false, // left to commander, it would open process.stdout to find out
      getErrHasColors: () => false,
    })
    .showHelpAfterError(`hint: ${name} --help`)
    .configureHelp({ subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', ') });
  for (const { title, alias, description, flags, run, examples: shown, more = '' } of COMMANDS) {
    const command = program.command(title).description(description);
    if (alias !== undefined) command.alias(alias);
    // Forty flags take a millisecond of a start, so only the command that is named gets its own.
    if (!args.includes(title) && (alias === undefined || !args.includes(alias))) continue;
    flags(command.addHelpText('after', examples(name, shown) + more)).action(run(io, exit));
  }
  return program;
}

/** What commander says is wrong, but for what was typed there: it may be a password at the wrong place. */
function withoutValues(error: string): string {
  const [suggestion = ''] = /\n\(Did you mean [^\n]*\)\s*$/.exec(error) ?? [];
  const [, option] = /^error: unknown option '(--[^=']*|-.)/s.exec(error) ?? [];
  if (option !== undefined) return `error: unknown option '${option}'${suggestion || '\n'}`;
  // What is nearly a command is none.
  if (error.startsWith('error: unknown command') && suggestion === '') return 'error: unknown command\n';
  return error
    .replace(/^(error: too many arguments for '[^']*'\. Expected \d+ arguments? but got \d+): .*$/s, '$1.\n')
    .replace(/^(error: option '[^']*') argument '.*' is invalid\. /s, '$1 got an invalid value. ');
}

interface Definition {
  readonly title: string;
  readonly alias?: string;
  readonly description: string;
  readonly examples: Parameters<typeof examples>[1];
  /** What `--help` says behind the examples. */
  readonly more?: string;
  flags(command: Command): Command;
  run(io: Io, exit: (code: number) => void): Parameters<Command['action']>[0];
}

/** In the order of `--help`. */
const COMMANDS: readonly Definition[] = [
  {
    title: 'create',
    description: 'create a pull secret from a login, or add the login to the one that exists',
    examples: [
      ['create', 'from the docker or podman login on this machine'],
      ['create team-pull --server ghcr.io --server quay.io', 'from two of several logins'],
      ['create --attach sa/default', 'and attached to the service account of most pods'],
      ['create --server ghcr.io --username ci --password-stdin < token', 'in a pipeline'],
      ['create --from-file ~/.docker/config.json --dry-run=client -o yaml', 'a manifest, without a cluster'],
    ],
    flags: createFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { create } = await import('./commands/create.ts');
      exit(await create({ ...options, name: secret }, io));
    },
  },
  {
    title: 'attach',
    description: 'let service accounts, workloads and pods pull with a Secret, keeping what is there',
    examples: [
      ['attach --serviceaccount default', 'to all pods that are made from now on without a list of their own'],
      ['attach --pod private-reg', 'to a pod: to the template of what makes it, or see --recreate'],
      ['attach --to deploy/web --to cj/nightly --wait', 'to workloads, until their pods run'],
      ['attach --used --restart', 'to every service account in use, with a restart of what fails now'],
      ['attach -f deploy/ --write', 'to all that is in the manifests of a folder'],
    ],
    flags: attachFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { attach: run } = await import('./commands/attach.ts');
      exit(await run({ ...options, secret }, io));
    },
  },
  {
    title: 'detach',
    description: 'take a Secret out of the lists that name it, even a deleted one',
    examples: [
      ['detach --serviceaccount default', 'from a service account'],
      ['detach old-login --all-serviceaccounts -A', 'from all of them'],
    ],
    flags: detachFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { detach: run } = await import('./commands/attach.ts');
      exit(await run({ ...options, secret }, io));
    },
  },
  {
    title: 'inspect',
    description: 'show what is in a pull secret, which images it opens, and what is wrong with it',
    examples: [
      ['inspect', 'the Secret regsecret'],
      ['inspect team-pull --reveal -o json', 'with passwords, as a docker config'],
      ['inspect -f secret.yaml', 'a manifest, without a cluster'],
    ],
    flags: inspectFlags,
    run: (io, exit) => async (secret: string | undefined, options) => {
      const { inspect: run } = await import('./commands/inspect.ts');
      exit(await run({ ...options, name: secret }, io));
    },
  },
  {
    title: 'list',
    description: 'list pull secrets, who uses them, and what is wrong with them',
    examples: [
      ['list', 'of this namespace'],
      ['list -A -o wide', 'of all of them, with users, and marks by which equal passwords are recognised'],
    ],
    flags: listFlags,
    run: (io, exit) => async (options) => {
      const { list: run } = await import('./commands/list.ts');
      exit(await run(options, io));
    },
  },
  {
    title: 'verify',
    description: 'ask registries whether they accept the logins of a pull secret',
    examples: [
      ['verify', 'all logins in the Secret regsecret'],
      ['verify --image ghcr.io/org/app:v1', 'whether a pod with this Secret can pull the image'],
      ['verify --server ghcr.io', 'the login of docker or podman on this machine'],
    ],
    flags: verifyFlags,
    run: (io, exit) => async (secret: string | undefined, options) => {
      const { verify: run } = await import('./commands/verify.ts');
      exit(await run({ ...options, name: secret }, io));
    },
  },
  {
    title: 'doctor',
    alias: 'why',
    description: 'explain why pods cannot pull, or will not, and name the command that fixes it',
    examples: [
      ['why pod/private-reg', 'a pod, from its list of pull secrets to what the registry says'],
      ['why deploy/web secret/regcred -v', 'a workload with its worst pod, and a Secret, step by step'],
      ['why --image ghcr.io/org/app:v2 --serviceaccount ci', 'before it is deployed'],
      ['doctor -A --offline', 'the whole cluster, without asking registries'],
      ['doctor -R -f deploy', 'a folder of manifests, for CI'],
      ['doctor -f - --strict', 'what helm template or kustomize build print; warnings fail, too'],
    ],
    more: FINDINGS_PAGE,
    flags: doctorFlags,
    run: (io, exit) => async (targets: string[], options) => {
      const { doctor: run } = await import('./commands/doctor.ts');
      exit(await run({ ...options, targets }, io));
    },
  },
];
