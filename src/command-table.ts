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
    title: 'create',
    description: 'create a pull secret from a login, or add the login to the one that exists',
    examples: [
      ['create', 'from the docker or podman login on this machine'],
      ['create --attach sa/default', 'and attached to the service account of most pods'],
      ['create --server ghcr.io --username ci --password-stdin < token', 'in a pipeline'],
    ],
    flags: createFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { create } = await import('./commands/create/create.ts');
      exit(await create({ ...options, name: secret }, io));
    },
  },
  {
    title: 'attach',
    description: 'add a Secret to the pull secrets of service accounts, workloads and pods',
    examples: [
      ['attach --serviceaccount default', 'for new pods that have no list of their own'],
      ['attach --pod private-reg', 'to a pod, by changing the template of its owner (or see --recreate)'],
      ['attach --to deploy/web --to cj/nightly --wait', 'to workloads, and wait until their pods run'],
    ],
    flags: attachFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { attach: run } = await import('./commands/attach/attach.ts');
      exit(await run({ ...options, secret }, io));
    },
  },
  {
    title: 'detach',
    description: 'take a Secret out of the pull secrets of service accounts, workloads and pods',
    examples: [
      ['detach --serviceaccount default', 'from a service account'],
      ['detach old-login -A', 'from everything in the cluster that uses it'],
    ],
    flags: detachFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { detach: run } = await import('./commands/attach/attach.ts');
      exit(await run({ ...options, secret }, io));
    },
  },
  {
    title: 'sync',
    description: 'copy a pull secret into many namespaces, and keep the copies up to date',
    examples: [
      ["sync -n platform --to 'team-*'", 'the Secret regsecret of namespace platform, into all of these'],
      ["sync -n platform --to 'team-*' --merge --dry-run=client", 'what would be done, also with Secrets made by hand'],
      ["sync -n platform --to 'team-*' --attach sa/default --watch", 'for days: new namespaces within a second'],
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
    description: 'replace a login in the Secrets that hold the old one',
    examples: [
      [
        'rotate --server ghcr.io -n platform -A --dry-run=client',
        "which Secrets would get docker's login, in all namespaces",
      ],
      ['rotate pull --server ghcr.io -n platform -l pulls=private', 'in one Secret, and in its copies there'],
      ['list -A -o wide', 'which Secrets have which login now; equal marks are equal passwords'],
    ],
    flags: rotateFlags,
    run: (io, exit) => async (names: string[], options) => {
      const { rotate: run } = await import('./commands/rotate/rotate.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'remove',
    description: 'remove the login for one registry from a Secret',
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
    description: 'detach a Secret from everything that uses it, then delete it',
    examples: [
      ['delete old-pull', 'unless an image needs it'],
      ['delete team-pull -n platform -A --yes', 'with all its copies'],
    ],
    flags: deleteFlags,
    run: (io, exit) => async (secret: string, options) => {
      const { deleteSecrets } = await import('./commands/remove/delete.ts');
      exit(await deleteSecrets({ ...options, name: secret }, io));
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
    run: (io, exit) => async (names: string[], options) => {
      const { inspect: run } = await import('./commands/show/inspect.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'list',
    description: 'list pull secrets, who uses them, and what is wrong in the Secrets; doctor looks at pods, too',
    examples: [
      ['list -A --problems', 'with a problem, in all namespaces'],
      ['list -A --username janedoe', 'with a login of janedoe, such as one whose password has leaked'],
      ['list -A -o wide', 'with user names, and marks that show equal passwords'],
    ],
    flags: listFlags,
    run: (io, exit) => async (names: string[], options) => {
      const { list: run } = await import('./commands/show/list.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'verify',
    description: 'ask registries whether they accept the logins of a pull secret',
    examples: [
      ['verify', 'all logins in the Secret regsecret'],
      ['verify --image ghcr.io/org/app:v1', 'whether a pod with this Secret can pull the image'],
      ['verify -A', 'all logins in the cluster'],
      ['verify --server ghcr.io', 'the login of docker or podman on this machine'],
    ],
    flags: verifyFlags,
    run: (io, exit) => async (names: string[], options) => {
      const { verify: run } = await import('./commands/show/verify.ts');
      exit(await run({ ...options, names }, io));
    },
  },
  {
    title: 'doctor',
    alias: 'why',
    description: 'explain why pods cannot pull their images, and how to fix it',
    examples: [
      ['why pod/private-reg', 'a pod, from its list of pull secrets to what the registry says'],
      ['why ghcr.io/org/app:v2 --serviceaccount ci', 'an image before it is deployed'],
      ['doctor -A --offline', 'the whole cluster, without asking registries'],
    ],
    more: FINDINGS_PAGE,
    flags: doctorFlags,
    run: (io, exit) => async (targets: string[], options) => {
      const { doctor: run } = await import('./commands/doctor/doctor.ts');
      exit(await run({ ...options, targets }, io));
    },
  },
  {
    title: 'rbac',
    description: 'print the minimal RBAC role for a regsecret command',
    examples: [
      ['rbac attach --used', 'a Role and a binding for the service account regsecret'],
      ['rbac --for sa/ci:deployer create --attach sa/default -n team', 'for another one'],
      ['rbac doctor -A | kubectl apply -f -', 'a ClusterRole'],
    ],
    flags: rbacFlags,
    run: (io, exit, parse) => async (words: string[], options) => {
      const { rbac: run } = await import('./commands/rbac/rbac.ts');
      exit(await run({ ...options, line: await parse(words) }, io));
    },
  },
  {
    title: 'options',
    description: 'show all flags of a command; without one those that every command has',
    examples: [
      ['options create', 'everything that create can be told'],
      ['list --context staging --as jane -q', 'of another cluster, as somebody else'],
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
    title: 'completion',
    description: 'print the script that completes command lines in a shell',
    examples: [
      ['completion bash >> ~/.bash_completion', 'Bash'],
      ['completion powershell | Out-String | Invoke-Expression', 'PowerShell, in $PROFILE'],
      ['completion fish > ~/.config/fish/completions/regsecret.fish', 'fish'],
    ],
    flags: (command) =>
      command.addArgument(
        new Argument('<shell>', 'where it is used').choices(['bash', 'zsh', 'fish', 'powershell', 'kubectl']),
      ),
    run: (io, exit) => async (shell) => {
      const { printCompletion } = await import('./commands/completion/completion.ts');
      exit(printCompletion(shell, io));
    },
  },
  {
    title: 'version',
    description: 'print the version and the runtime',
    examples: [['version -o json', 'for a program']],
    flags: (command) => command.addOption(new Option('-o, --output <format>', 'print').choices(['json', 'yaml'])),
    run: (io, exit) => async (options) => {
      const { printVersion } = await import('./commands/completion/print-version.ts');
      exit(await printVersion(options, io));
    },
  },
];
