/** All commands with their examples; the flags of each are in its folder. Each command loads its code only when it runs. */
import { Argument, type Command, Option } from 'commander';
import { attachFlags, detachFlags } from './commands/attach/attach-flags.ts';
import { createFlags } from './commands/create/create-flags.ts';
import { doctorFlags } from './commands/doctor/doctor-flags.ts';
import type { ParsedLine } from './commands/rbac/command-rights.ts';
import { rbacFlags } from './commands/rbac/rbac-flags.ts';
import { deleteFlags, removeFlags } from './commands/remove/remove-flags.ts';
import { rotateFlags } from './commands/rotate/rotate-flags.ts';
import { type examples, FINDINGS_PAGE, kubernetesFlags } from './commands/shared-flags.ts';
import { printFlags } from './commands/short-help.ts';
import { inspectFlags, listFlags, verifyFlags } from './commands/show/show-flags.ts';
import { syncFlags } from './commands/sync/sync-flags.ts';
import type { Io } from './system/io.ts';

type ParseLine = (words: readonly string[]) => Promise<ParsedLine>;

export interface Definition {
  readonly title: string;
  readonly alias?: string;
  /** The heading in the list of all commands. */
  readonly group: 'Diagnose:' | 'Create and attach:' | 'Many namespaces:' | 'Set up:';
  readonly description: string;
  readonly examples: Parameters<typeof examples>[1];
  /** What `--help` says after the examples. */
  readonly more?: string;
  flags(command: Command): Command;
  /** `parse` reads the command line that follows this command. */
  run(io: Io, exit: (code: number) => void, parse: ParseLine): Parameters<Command['action']>[0];
}

/** In the order of `--help`. */
export const COMMANDS: readonly Definition[] = [
  {
    title: 'doctor',
    alias: 'why',
    group: 'Diagnose:',
    description: 'explain why pods cannot pull their images, and how to fix it',
    examples: [
      ['why pod/private-reg', 'check a pod, from its imagePullSecrets to what the registry answers'],
      ['why ghcr.io/org/app:v2 --serviceaccount ci', 'check an image before it is deployed'],
      ['doctor -A --offline', 'check the whole cluster, without contacting registries'],
    ],
    more: FINDINGS_PAGE,
    flags: doctorFlags,
    run: (io, exit) => async (targets: string[], options) => {
      const { doctor: run } = await import('./commands/doctor/doctor.ts');
      exit(await run({ ...options, targets }, io));
    },
  },
  {
    title: 'list',
    group: 'Diagnose:',
    description: 'list pull secrets, what uses them, and what is wrong with them',
    examples: [
      ['list -A --problems', 'list pull secrets with a problem, in all namespaces'],
      ['list -A --username janedoe', 'list pull secrets with a login of janedoe, for example after a leak'],
      ['list -A -o wide', 'show usernames and fingerprints of passwords'],
    ],
    flags: listFlags,
    run: (io, exit) => async (names: string[], options) => {
      const { list: run } = await import('./commands/show/list.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'inspect',
    group: 'Diagnose:',
    description: 'show what is in a pull secret, which images it matches, and what is wrong with it',
    examples: [
      ['inspect', 'show the pull secret regsecret'],
      ['inspect team-pull --reveal -o json', 'print it with passwords, as a docker config'],
      ['inspect -f secret.yaml', 'show a manifest, without a cluster'],
    ],
    flags: inspectFlags,
    run: (io, exit) => async (names: string[], options) => {
      const { inspect: run } = await import('./commands/show/inspect.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'verify',
    group: 'Diagnose:',
    description: 'ask registries whether they accept the logins of a pull secret',
    examples: [
      ['verify', 'check all logins in the pull secret regsecret'],
      ['verify --image ghcr.io/org/app:v1', 'check whether a pod with this pull secret can pull the image'],
      ['verify --image ghcr.io/org/app:v1 --on-node', 'ask a node, which pulls the image'],
      ['verify --server ghcr.io', 'check the login of docker or podman on this machine'],
    ],
    flags: verifyFlags,
    run: (io, exit) => async (names: string[], options) => {
      const { verify: run } = await import('./commands/show/verify.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'create',
    group: 'Create and attach:',
    description: 'create a pull secret from a login, or add the login to an existing one',
    examples: [
      ['create', 'create it from the docker or podman login on this machine'],
      ['create --attach sa/default', 'create it, and attach it to the service account of most pods'],
      ['create --server ghcr.io --username ci --password-stdin < token', 'create it in a pipeline'],
    ],
    flags: createFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { create } = await import('./commands/create/create.ts');
      exit(await create({ ...options, name: secret }, io));
    },
  },
  {
    title: 'attach',
    group: 'Create and attach:',
    description: 'add a pull secret to service accounts, workloads and pods',
    examples: [
      ['attach --serviceaccount default', 'attach it for new pods without their own imagePullSecrets'],
      ['attach --pod private-reg', 'attach it to a pod, by changing the template of its workload'],
      ['attach --to deploy/web --to cj/nightly --wait', 'attach it to workloads, and wait until their pods run'],
    ],
    flags: attachFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { attach: run } = await import('./commands/attach/attach.ts');
      exit(await run({ ...options, secret }, io));
    },
  },
  {
    title: 'detach',
    group: 'Create and attach:',
    description: 'remove a pull secret from service accounts, workloads and pods',
    examples: [
      ['detach --serviceaccount default', 'remove it from a service account'],
      ['detach old-login -A', 'remove it from everything in the cluster that uses it'],
    ],
    flags: detachFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { detach: run } = await import('./commands/attach/attach.ts');
      exit(await run({ ...options, secret }, io));
    },
  },
  {
    title: 'sync',
    group: 'Many namespaces:',
    description: 'copy a pull secret into many namespaces, and keep the copies up to date',
    examples: [
      ["sync -n platform --to 'team-*'", 'copy the pull secret regsecret of namespace platform'],
      [
        "sync -n platform --to 'team-*' --merge --dry-run=client",
        'show what would be done, also with existing Secrets',
      ],
      [
        "sync -n platform --to 'team-*' --attach sa/default --watch",
        'keep running: copy to new namespaces within a second',
      ],
    ],
    flags: syncFlags,
    run: (io, exit) => async (secret: string, options) => {
      if (options.watch && options.dryRun === 'none') {
        const { syncWatch } = await import('./commands/sync/sync-watch.ts');
        return exit(await syncWatch({ ...options, name: secret }, io));
      }
      const { sync: run } = await import('./commands/sync/sync.ts');
      exit(await run({ ...options, name: secret }, io));
    },
  },
  {
    title: 'rotate',
    group: 'Many namespaces:',
    description: 'replace a login in the pull secrets that hold the old one',
    examples: [
      ['rotate --server ghcr.io -n platform -A --dry-run=client', "show which Secrets would get docker's login"],
      [
        'rotate pull --server ghcr.io -n platform -l pulls=private',
        'write one Secret, and its copies in these namespaces',
      ],
      ['list -A -o wide', 'show which Secrets have which login now'],
    ],
    flags: rotateFlags,
    run: (io, exit) => async (names: string[], options) => {
      const { rotate: run } = await import('./commands/rotate/rotate.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'remove',
    group: 'Many namespaces:',
    description: 'remove the login for one registry from a pull secret',
    examples: [
      ['remove --server old.example.com -A --dry-run=client', 'show what would be removed, in all namespaces'],
    ],
    flags: removeFlags,
    run: (io, exit) => async (secret: string | undefined, options) => {
      const { remove: run } = await import('./commands/remove/remove.ts');
      exit(await run({ ...options, name: secret }, io));
    },
  },
  {
    title: 'delete',
    group: 'Many namespaces:',
    description: 'detach a pull secret from everything that uses it, then delete it',
    examples: [
      ['delete old-pull', 'delete it, if no image needs it'],
      ['delete team-pull -n platform -A --yes', 'delete it with all its copies'],
    ],
    flags: deleteFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { deleteSecrets } = await import('./commands/remove/delete.ts');
      exit(await deleteSecrets({ ...options, name: secret }, io));
    },
  },
  {
    title: 'rbac',
    group: 'Set up:',
    description: 'print the smallest RBAC role for a regsecret command',
    examples: [
      ['rbac attach --used', 'print a Role and a binding for the service account regsecret'],
      ['rbac --for sa/ci:deployer create --attach sa/default -n team', 'print them for another service account'],
      ['rbac doctor -A | kubectl apply -f -', 'apply a ClusterRole'],
    ],
    flags: rbacFlags,
    run: (io, exit, parse) => async (words: string[], options) => {
      const { rbac: run } = await import('./commands/rbac/rbac.ts');
      exit(await run({ ...options, line: await parse(words) }, io));
    },
  },
  {
    title: 'completion',
    group: 'Set up:',
    description: 'print the script that completes command lines in a shell',
    examples: [
      ['completion bash >> ~/.bash_completion', 'add it to bash'],
      ['completion powershell | Out-String | Invoke-Expression', 'add it to $PROFILE of PowerShell'],
      ['completion fish > ~/.config/fish/completions/regsecret.fish', 'add it to fish'],
    ],
    flags: (command) =>
      command.addArgument(
        new Argument('<shell>', 'print it for this shell').choices(['bash', 'zsh', 'fish', 'powershell', 'kubectl']),
      ),
    run: (io, exit) => async (shell) => {
      const { printCompletion } = await import('./commands/completion/completion.ts');
      exit(printCompletion(shell, io));
    },
  },
  {
    title: 'options',
    group: 'Set up:',
    description: 'show all flags of a command, or the flags of every command',
    examples: [
      ['options create', 'show all flags of create'],
      ['list --context staging --as jane -q', 'list pull secrets of another cluster, as another user'],
    ],
    flags: (command) =>
      kubernetesFlags(command).addArgument(
        new Argument('[command]').choices(COMMANDS.flatMap(({ title, alias }) => [title, alias ?? []].flat())),
      ),
    run: (_io, exit) => async (name: string | undefined, _options, command) => {
      printFlags(name, command);
      exit(0);
    },
  },
  {
    title: 'version',
    group: 'Set up:',
    description: 'print the version and the runtime',
    examples: [['version -o json', 'print it for a program']],
    flags: (command) => command.addOption(new Option('-o, --output <format>', 'print').choices(['json', 'yaml'])),
    run: (io, exit) => async (options) => {
      const { printVersion } = await import('./commands/completion/print-version.ts');
      exit(await printVersion(options, io));
    },
  },
];
