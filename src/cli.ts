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

  /** Forty flags take a millisecond of a start, so only the command that is named gets its own. */
  const command = (title: string, description: string, define: (command: Command) => void, alias?: string): void => {
    const added = program.command(title).description(description);
    if (alias !== undefined) added.alias(alias);
    if (args.includes(title) || (alias !== undefined && args.includes(alias))) define(added);
  };

  command('create', 'create a pull secret from a login, or add the login to the one that exists', (create) =>
    kubernetesFlags(
      registryFlags(
        credentialFlags(create.argument('[name]', 'name of the Secret', secretNameArgument, 'regsecret'))
          .optionsGroup('Secret:')
          .option('--replace', 'drop the registries that are in the Secret and not named here')
          .option('--force', 'delete and create a Secret that is immutable or of another type')
          .addOption(new Option('--type <type>', 'kind of Secret').choices(['dockerconfigjson', 'dockercfg']))
          .option('--append-hash', 'append a hash of the content to the name')
          .option('--attach <target>', 'attach it then: sa/default, deploy/web, see attach --to (repeatable)', collect)
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
    )
      .addHelpText(
        'after',
        examples(name, [
          ['create', 'from the docker or podman login on this machine'],
          ['create team-pull --server ghcr.io --server quay.io', 'from two of several logins'],
          ['create --attach sa/default', 'and attached to the service account of most pods'],
          ['create --server ghcr.io --username ci --password-stdin < token', 'in a pipeline'],
          ['create --from-file ~/.docker/config.json --dry-run=client -o yaml', 'a manifest, without a cluster'],
        ]),
      )
      .action(async (secret: string, options) => {
        const { create } = await import('./commands/create.ts');
        exit(await create({ ...options, name: secret }, io));
      }),
  );

  command('attach', 'let service accounts, workloads and pods pull with a Secret, keeping what is there', (attach) =>
    kubernetesFlags(
      listFlags(attach, 'to')
        .optionsGroup('More:')
        .option('--restart', 'restart the controllers of pods that fail now and will not recover by themselves')
        .option('--wait', 'wait until the pods run, or say why they do not')
        .option('--allow-missing', 'attach a Secret that does not exist yet')
        .option('--auto', 'with -f: only to pods with an image that the Secret opens')
        .option('--secret-file <file>', 'with --auto: the Secret, which is otherwise read from the cluster'),
    )
      .addHelpText(
        'after',
        examples(name, [
          ['attach --serviceaccount default', 'to all pods that are made from now on without a list of their own'],
          ['attach --pod private-reg', 'to a pod: to the template of what makes it, or see --recreate'],
          ['attach --to deploy/web --to cj/nightly --wait', 'to workloads, until their pods run'],
          ['attach --used --restart', 'to every service account in use, with a restart of what fails now'],
          ['attach -f deploy/ --write', 'to all that is in the manifests of a folder'],
        ]),
      )
      .action(async (secret: string, options) => {
        const { attach: run } = await import('./commands/attach.ts');
        exit(await run({ ...options, secret }, io));
      }),
  );

  command('detach', 'take a Secret out of the lists that name it, even a deleted one', (detach) =>
    kubernetesFlags(
      listFlags(detach, 'from').optionsGroup('More:').option('--wait', 'wait until the pods run without it'),
    )
      .addHelpText(
        'after',
        examples(name, [
          ['detach --serviceaccount default', 'from a service account'],
          ['detach old-login --all-serviceaccounts -A', 'from all of them'],
        ]),
      )
      .action(async (secret: string, options) => {
        const { detach: run } = await import('./commands/attach.ts');
        exit(await run({ ...options, secret }, io));
      }),
  );

  command('inspect', 'show what is in a pull secret, which images it opens, and what is wrong with it', (inspect) =>
    kubernetesFlags(
      inspect
        .argument('[name]', 'name of the Secret (default: regsecret)', secretNameArgument)
        .option(...SECRET_FILES)
        .optionsGroup('Output:')
        .option('--reveal', 'show passwords')
        .addOption(new Option('-o, --output <format>', 'everything, cut nowhere').choices(['wide', 'json', 'yaml'])),
    )
      .addHelpText(
        'after',
        examples(name, [
          ['inspect', 'the Secret regsecret'],
          ['inspect team-pull --reveal -o json', 'with passwords, as a docker config'],
          ['inspect -f secret.yaml', 'a manifest, without a cluster'],
        ]),
      )
      .action(async (secret: string | undefined, options) => {
        const { inspect: run } = await import('./commands/inspect.ts');
        exit(await run({ ...options, name: secret }, io));
      }),
  );

  command('list', 'list pull secrets, who uses them, and what is wrong with them', (list) =>
    kubernetesFlags(
      list
        .option('-A, --all-namespaces', 'of all namespaces')
        .optionsGroup('Output:')
        .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml', 'name'])),
    )
      .addHelpText(
        'after',
        examples(name, [
          ['list', 'of this namespace'],
          ['list -A -o wide', 'of all of them, with users, and marks by which equal passwords are recognised'],
        ]),
      )
      .action(async (options) => {
        const { list: run } = await import('./commands/list.ts');
        exit(await run(options, io));
      }),
  );

  command('verify', 'ask registries whether they accept the logins of a pull secret', (verify) =>
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
    )
      .addHelpText(
        'after',
        examples(name, [
          ['verify', 'all logins in the Secret regsecret'],
          ['verify --image ghcr.io/org/app:v1', 'whether a pod with this Secret can pull the image'],
          ['verify --server ghcr.io', 'the login of docker or podman on this machine'],
        ]),
      )
      .action(async (secret: string | undefined, options) => {
        const { verify: run } = await import('./commands/verify.ts');
        exit(await run({ ...options, name: secret }, io));
      }),
  );

  command(
    'doctor',
    'explain why pods cannot pull, or will not, and name the command that fixes it',
    (doctor) =>
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
      )
        .addHelpText(
          'after',
          examples(name, [
            ['why pod/private-reg', 'a pod, from its list of pull secrets to what the registry says'],
            ['why deploy/web secret/regcred -v', 'a workload with its worst pod, and a Secret, step by step'],
            ['why --image ghcr.io/org/app:v2 --serviceaccount ci', 'before it is deployed'],
            ['doctor -A --offline', 'the whole cluster, without asking registries'],
            ['doctor -R -f deploy', 'a folder of manifests, for CI'],
            ['doctor -f - --strict', 'what helm template or kustomize build print; warnings fail, too'],
          ]) + FINDINGS_PAGE,
        )
        .action(async (targets: string[], options) => {
          const { doctor: run } = await import('./commands/doctor.ts');
          exit(await run({ ...options, targets }, io));
        }),
    'why',
  );

  return program;
}
