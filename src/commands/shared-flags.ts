/** Flags that several commands have. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../codec/go/duration.ts';
import { UsageError } from '../errors.ts';
import { words } from '../line/command.ts';
import { CLUSTER_FLAGS } from '../line/given-flags.ts';
import { prose } from '../line/hint.ts';
import { DOCUMENTS } from '../version.ts';

export const FINDINGS_PAGE = `\n\nEach code in brackets has a section in\n${DOCUMENTS}/findings.md`;

export const SECRET_FILES = [
  '-f, --filename <file>',
  'read Secrets in a manifest, or a docker config; - is stdin (repeatable)',
  collect,
] as const;

/** The flags for the source of a login, the prompt included. */
export function credentialFlags(
  command: Command,
  title = 'Login (default: that of docker or podman on this machine):',
): Command {
  return loginFlags(command, title).option('--prompt', 'ask for registry, username and password');
}

const ONE_LOGIN = {
  rule: 'one run takes one login',
  hint: prose`run it once for each registry: ${words`--server REGISTRY --username USER --password-stdin`}`,
};

/** Refuses a second value, because only the last would count. */
export function once(flag: string, { rule, hint } = ONE_LOGIN) {
  return (value: string, previous?: string): string => {
    if (previous === undefined || previous === value) return value;
    throw new UsageError(`${flag} is given twice, and ${rule}`, hint);
  };
}

/** The flags for the source of a login, without the prompt. */
export function loginFlags(command: Command, title: string): Command {
  return command
    .optionsGroup(title)
    .option('--server <server>', 'choose a registry, or part of it: ghcr.io/org/ (repeatable)', collect)
    .option('--username <user>', 'use this username for every --server', once('--username'))
    .option('--email <email>', 'write this e-mail address (no registry needs it)')
    .option('--password-stdin', 'read the password from stdin')
    .option('--password-file <file>', 'read the password from a file', once('--password-file'))
    .option('--password-env <variable>', 'read the password from an environment variable', once('--password-env'))
    .option('--from-file <file>', 'read a docker config or auth.json; - is stdin (repeatable)', collect)
    .option('--allow-helpers', 'run the credential helpers in --from-file, for the registries in it')
    .option('--all', 'take every login of docker and podman');
}

/** Whether the flag is one of `kubectl create secret docker-registry`, which writes whatever it gets. */
export function isKubectls(name: string): boolean {
  return name.startsWith('--docker-');
}

/** The group of flags that `regsecret options` shows, and that the help of each command leaves out. */
export const EVERYWHERE = 'Kubernetes, as in kubectl:';

/** The flags of every command that contacts a cluster, spelled as in kubectl. */
export function kubernetesFlags(command: Command): Command {
  command.showHelpAfterError(`hint: ${command.parent?.name()} ${command.name()} --help`).optionsGroup(EVERYWHERE);
  for (const [, form, help, trait] of CLUSTER_FLAGS) {
    if (trait === 'repeatable') command.option(form, help, collect);
    else command.option(form, help);
  }
  command
    .option('--warnings-as-errors', 'exit 1 when the API server sends a warning')
    .option('-q, --quiet', 'print results and errors only')
    .addOption(levelOption());
  for (const flag of WITHOUT_EFFECT) command.addOption(new Option(flag).hideHelp());
  return command;
}

/** The flag cannot be `-v`, which belongs to doctor. {@link plainFlags} turns `-v=6` into this one. */
function levelOption(): Option {
  const option = new Option('--v <level>', 'print one line for each request, from -v=6 on; without headers and bodies');
  return option.argParser((text) => {
    if (/^\d{1,2}$/.test(text)) return text;
    throw new InvalidArgumentError('It must be a number, as in -v=6.');
  });
}

/** Flags of kubectl for features that do not exist here: printed templates and managed fields, a cache, old API servers. */
const WITHOUT_EFFECT = [
  ...['--show-managed-fields', '--allow-missing-template-keys', '--validate', '--disable-compression'],
  ...['--match-server-version', '--cache-dir <folder>'],
];

/** The flags whose value follows a `=`, what they mean without one, and the next words that count as a value all the same. */
export const AFTER_EQUALS: Readonly<Record<string, { readonly bare: string; readonly also?: RegExp }>> = {
  '--dry-run': { bare: 'client', also: /^(none|client|server)$/ },
  '--on-node': { bare: 'any' },
};

/** `--dry-run`, in which `text` says what each value does. */
export function dryRunOption(text = 'print what would be written; server: validate, write nothing'): Option {
  const option = new Option('--dry-run <where>', text);
  return option.default('none').argParser((value) => {
    if (value === 'none' || value === 'client' || value === 'server') return value;
    throw new InvalidArgumentError('It must be "none", "server", or "client".');
  });
}

/** More would take all seats that the API server has for writes (apiserver `--max-mutating-requests-inflight`: 200). */
const MAX_CONCURRENCY = 200;

/** The number of requests that a command over many namespaces sends at once. */
export function concurrencyFlag(command: Command): Command {
  return command.option('--concurrency <number>', 'send this many requests at once (default: 16)', (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= MAX_CONCURRENCY) return number;
    throw new InvalidArgumentError(`It must be a number from 1 to ${MAX_CONCURRENCY}.`);
  });
}

const CLUSTERS = 'Clusters (default: the cluster of the context):';

/** The clusters in which a command works. */
export function contextsFlag(command: Command, text: string): Command {
  return command.optionsGroup(CLUSTERS).option('--to-context <context>', text, collect);
}

/** For commands to which it matters whether two contexts lead to the same cluster. */
export function differentFlag(command: Command): Command {
  const text =
    'treat contexts with another address or user as different clusters, even if kube-system cannot be read, or has one UID ' +
    'in both; if they are one cluster, copies of another source get this login';
  return command.optionsGroup(CLUSTERS).option('--assume-different', text);
}

/** The flags for the output of commands that write. */
export function writeOutputFlags(command: Command, output = outputOption()): Command {
  return command
    .addOption(dryRunOption('print the plan only; server: validate, write nothing'))
    .addOption(output)
    .option('--field-manager <name>', 'own the written fields under this name', 'regsecret');
}

/** `-o`; `more` are the formats of one command. */
export function outputOption(what = 'print names, or everything as JSON', more: readonly string[] = []): Option {
  return new Option('-o, --output <format>', what).choices(['name', 'json', ...more]);
}

/** Which Secrets a command over many namespaces works on. */
export function fleetScopeFlags(command: Command): Command {
  return command
    .optionsGroup('Which Secrets (default: in the namespace):')
    .option('-A, --all-namespaces', 'include all namespaces')
    .option('-l, --selector <labels>', 'choose the namespaces with these labels');
}

/** The clusters and the output of a command that changes the Secrets of many namespaces. */
export function fleetOutputFlags(command: Command): Command {
  const placed = contextsFlag(concurrencyFlag(command), 'work in the clusters of these contexts (repeatable)');
  return writeOutputFlags(placed.optionsGroup('Output:'));
}

/** The flags for requests to registries, in the current group of options. */
export function registryFlags(command: Command, timeout = 'wait this long for each registry (default: 10s)'): Command {
  return command
    .option('--timeout <duration>', timeout, registryTimeout)
    .option(
      '--plain-http <registry>',
      'use http if this registry does not support https; not needed for registries on this machine (repeatable)',
      collectHost,
    )
    .option('--registry-ca <file>', 'trust these extra CA certificates for registries');
}

/** Throws UsageError for an invalid duration. */
function registryTimeout(text: string): string {
  if ((parseDuration(text) ?? 0) > 0) return text;
  throw new UsageError('--timeout is not a duration', words`--timeout 10s`);
}

function collectHost(value: string, previous: readonly string[] | undefined): string[] {
  return collect(registryHost(value), previous);
}

/** The host as it is in URLs, so without port 80. Throws UsageError for a text that is no host of a registry. */
function registryHost(text: string): string {
  const host = text.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
  // In an image, a registry has a dot or a port. Any other word after the flag may be the name of a Secret.
  const isRegistry = /^[^-*][^*]*$/.test(host) && (/[.:]/.test(host) || host === 'localhost');
  if (isRegistry && URL.canParse(`http://${host}/`)) return new URL(`http://${host}/`).host;
  // The typed text is not repeated, because it may be a password.
  throw new UsageError('--plain-http takes a registry', words`--plain-http registry.example.com:5000`);
}

/** The name, also in the form in which it is printed: `secret/regcred`. */
export function secretNameArgument(text: string): string {
  return text.replace(/^secrets?\//, '');
}

/** As {@link secretNameArgument}, for several names. */
export function secretNamesArgument(text: string, previous: readonly string[] | undefined): string[] {
  return collect(secretNameArgument(text), previous);
}

/** For a flag or an argument that may be given several times: all values, in order. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** The examples at the end of the help of a command: each a command line and what it does. */
export function examples(name: string, lines: readonly (readonly [string, string])[]): string {
  return `\nExamples:\n${lines.map(([command, text]) => `  # ${text}\n  ${name} ${command}`).join('\n')}`;
}
