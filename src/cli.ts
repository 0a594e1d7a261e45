/** Every command, flag and example on one page. Each action loads its command only when it is run. */
import { Command, Option } from 'commander';
import {
  collect,
  credentialFlags,
  dryRunOption,
  examples,
  FINDINGS_PAGE,
  kubernetesFlags,
  listFlags,
  registryFlags,
  SECRET_FILES,
  secretNameArgument,
} from './cli-flags.ts';
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
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns() ?? 100,
      getErrHelpWidth: () => io.stderr.columns() ?? 100,
      getOutHasColors: () => false, // left to commander, it would open process.stdout to find out
      getErrHasColors: () => false,
    })
    .showHelpAfterError(`hint: ${name} --help`)
    .configureHelp({ subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', ') });
  for (const { title, alias, description, define, examples: shown, more = '' } of COMMANDS) {
    const command = program.command(title).description(description);
    if (alias !== undefined) command.alias(alias);
    // Forty flags take a millisecond of a start, so only the command that is named gets its own.
    if (!args.includes(title) && (alias === undefined || !args.includes(alias))) continue;
    define(command.addHelpText('after', examples(name, shown) + more), io, exit);
  }
  return program;
}

interface Definition {
  readonly title: string;
  readonly alias?: string;
  readonly description: string;
  readonly examples: Parameters<typeof examples>[1];
  /** What `--help` says behind the examples. */
  readonly more?: string;
  define(command: Command, io: Io, exit: (code: number) => void): void;
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
    define: (create, io, exit) =>
      kubernetesFlags(
        registryFlags(
          credentialFlags(create.argument('[name]', 'name of the Secret', secretNameArgument, 'regsecret'))
            .optionsGroup('Secret:')
            .option('--replace', 'drop the registries that are in the Secret and not named here')
            .option('--force', 'delete and create a Secret that is immutable or of another type')
            .addOption(new Option('--type <type>', 'kind of Secret').choices(['dockerconfigjson', 'dockercfg']))
            .option('--append-hash', 'append a hash of the content to the name')
            .option(
              '--attach <target>',
              'attach it then: sa/default, deploy/web, see attach --to (repeatable)',
              collect,
            )
            .optionsGroup('Checks (always done for a typed password):')
            .option('--verify', 'ask the registry whether it accepts the credential before anything is written'),
        )
          .optionsGroup('Output:')
          .addOption(dryRunOption())
          .addOption(new Option('-o, --output <format>', 'print the Secret').choices(['yaml', 'json', 'name']))
          .option('--field-manager <name>', 'owner of the written fields', 'regsecret')
          .optionsGroup('As in kubectl create secret docker-registry:')
          .option('--docker-server <server>', 'registry, written as it is')
          .option('--docker-username <user>', 'user name')
          .option('--docker-password <password>', 'password; visible to every user of this machine')
          .option('--docker-email <email>', 'e-mail address'),
      ).action(async (secret: string, options) => {
        const { create } = await import('./commands/create.ts');
        exit(await create({ ...options, name: secret }, io));
      }),
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
    define: (attach, io, exit) =>
      kubernetesFlags(
        listFlags(attach, 'to')
          .optionsGroup('More:')
          .option('--restart', 'restart the controllers of pods that fail now and will not recover by themselves')
          .option('--wait', 'wait until the pods run, or say why they do not')
          .option('--allow-missing', 'attach a Secret that does not exist yet')
          .option('--auto', 'with -f: only to pods with an image that the Secret opens')
          .option('--secret-file <file>', 'with --auto: the Secret, which is otherwise read from the cluster'),
      ).action(async (secret: string, options) => {
        const { attach: run } = await import('./commands/attach.ts');
        exit(await run({ ...options, secret }, io));
      }),
  },
  {
    title: 'detach',
    description: 'take a Secret out of the lists that name it, even a deleted one',
    examples: [
      ['detach --serviceaccount default', 'from a service account'],
      ['detach old-login --all-serviceaccounts -A', 'from all of them'],
    ],
    define: (detach, io, exit) =>
      kubernetesFlags(
        listFlags(detach, 'from').optionsGroup('More:').option('--wait', 'wait until the pods run without it'),
      ).action(async (secret: string, options) => {
        const { detach: run } = await import('./commands/attach.ts');
        exit(await run({ ...options, secret }, io));
      }),
  },
  {
    title: 'inspect',
    description: 'show what is in a pull secret, which images it opens, and what is wrong with it',
    examples: [
      ['inspect', 'the Secret regsecret'],
      ['inspect team-pull --reveal -o json', 'with passwords, as a docker config'],
      ['inspect -f secret.yaml', 'a manifest, without a cluster'],
    ],
    define: (inspect, io, exit) =>
      kubernetesFlags(
        inspect
          .argument('[name]', 'name of the Secret (default: regsecret)', secretNameArgument)
          .option(...SECRET_FILES)
          .optionsGroup('Output:')
          .option('--reveal', 'show passwords')
          .addOption(new Option('-o, --output <format>', 'everything, cut nowhere').choices(['wide', 'json', 'yaml'])),
      ).action(async (secret: string | undefined, options) => {
        const { inspect: run } = await import('./commands/inspect.ts');
        exit(await run({ ...options, name: secret }, io));
      }),
  },
  {
    title: 'list',
    description: 'list pull secrets, who uses them, and what is wrong with them',
    examples: [
      ['list', 'of this namespace'],
      ['list -A -o wide', 'of all of them, with users, and marks by which equal passwords are recognised'],
    ],
    define: (list, io, exit) =>
      kubernetesFlags(
        list
          .option('-A, --all-namespaces', 'of all namespaces')
          .optionsGroup('Output:')
          .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml', 'name'])),
      ).action(async (options) => {
        const { list: run } = await import('./commands/list.ts');
        exit(await run(options, io));
      }),
  },
  {
    title: 'verify',
    description: 'ask registries whether they accept the logins of a pull secret',
    examples: [
      ['verify', 'all logins in the Secret regsecret'],
      ['verify --image ghcr.io/org/app:v1', 'whether a pod with this Secret can pull the image'],
      ['verify --server ghcr.io', 'the login of docker or podman on this machine'],
    ],
    define: (verify, io, exit) =>
      kubernetesFlags(
        credentialFlags(
          registryFlags(
            verify
              .argument('[name]', 'name of the Secret (default: regsecret)', secretNameArgument)
              .option('--image <image>', 'whether this image may be pulled (repeatable)', collect)
              .option(...SECRET_FILES)
              .optionsGroup('Registries:'),
          )
            .optionsGroup('Output:')
            .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml'])),
          'A login instead of a Secret, the first that applies:',
        ),
      ).action(async (secret: string | undefined, options) => {
        const { verify: run } = await import('./commands/verify.ts');
        exit(await run({ ...options, name: secret }, io));
      }),
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
    define: (doctor, io, exit) =>
      kubernetesFlags(
        registryFlags(
          doctor
            .argument('[target...]', 'pod/web, deploy/web, sa/default, secret/regcred, or a pod; none: all of them')
            .option('-A, --all-namespaces', 'everything in the cluster, not only in one namespace')
            .optionsGroup('Images that are not deployed yet:')
            .option('--image <image>', 'whether a new pod could pull it (repeatable)', collect)
            .option('--sa, --serviceaccount <name>', 'with this service account (default: default)')
            .option('--secret <name>', 'with this pull secret in its own list (repeatable)', collect)
            .optionsGroup('Manifests:')
            .option(
              '-f, --filename <file>',
              'manifests, docker configs or folders, without asking cluster or registries (repeatable)',
              collect,
            )
            .option('-R, --recursive', 'with -f: folders in folders, too')
            .optionsGroup('How:')
            .option('--offline', 'ask no registry')
            .option('--strict', 'exit 1 for warnings, too')
            .option('-v, --verbose', 'show every step')
            .optionsGroup('Registries:')
            .option('--allow-local-registries', 'ask registries on this machine although the cluster is elsewhere'),
        )
          .optionsGroup('Output:')
          .addOption(new Option('-o, --output <format>', 'print everything').choices(['json', 'yaml'])),
      ).action(async (targets: string[], options) => {
        const { doctor: run } = await import('./commands/doctor.ts');
        exit(await run({ ...options, targets }, io));
      }),
  },
];
