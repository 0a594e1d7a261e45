/** Flags that several commands have. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { words } from '../domain/text/command.ts';
import { UsageError } from '../errors.ts';

export const FINDINGS_PAGE =
  '\n\nThe code in brackets behind each finding has a section in\nhttps://github.com/regsecret/regsecret/blob/main/docs/findings.md';

export const SECRET_FILES = [
  '-f, --filename <file>',
  'Secrets in a manifest, or a docker config; - is stdin (repeatable)',
  collect,
] as const;

/** Where a login comes from. */
export function credentialFlags(command: Command, title = 'Credentials, the first that applies:'): Command {
  return command
    .optionsGroup(title)
    .option('--server <server>', 'registry, also with a path: ghcr.io, ghcr.io/org/ (repeatable)', collect)
    .option('--username <user>', 'user name')
    .option('--email <email>', 'e-mail address, which no registry needs')
    .option('--password-stdin', 'read the password from stdin')
    .option('--password-file <file>', 'read the password from a file')
    .option('--password-env <variable>', 'take the password from an environment variable')
    .option(
      '--from-file <file>',
      'docker config, podman auth.json, .dockercfg or helper answer; - is stdin (repeatable)',
      collect,
    )
    .option('--allow-helpers', 'with --from-file: run the credential helpers it names, for the servers it names')
    .option('--all', 'take every login of docker and podman')
    .option('--prompt', 'ask for server, user name and password');
}

/** The flags of every command that talks to a cluster, as kubectl spells them; only `-s, --server` is --api-server. */
export function kubernetesFlags(command: Command): Command {
  return command
    .showHelpAfterError(`hint: ${command.parent?.name()} ${command.name()} --help`)
    .optionsGroup('Kubernetes:')
    .option('-n, --namespace <namespace>', 'namespace (default: the one of the context)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig to use instead of KUBECONFIG and ~/.kube/config')
    .option('--cluster <name>', 'cluster of the kubeconfig')
    .option('--user <name>', 'user of the kubeconfig')
    .option('--api-server <url>', 'address of the API server')
    .option('--token <token>', 'bearer token for the API server')
    .option('--as <user>', 'user to impersonate')
    .option('--as-group <group>', 'group to impersonate (repeatable)', collect)
    .option('--as-uid <uid>', 'UID to impersonate')
    .option('--request-timeout <duration>', 'time-out of one request, such as 30s; 0 is none')
    .option('--insecure-skip-tls-verify', 'do not check the certificate of the API server')
    .option('--certificate-authority <file>', 'certificates that the API server is checked with')
    .option('--client-certificate <file>', 'certificate to log in with')
    .option('--client-key <file>', 'key of that certificate')
    .option('--tls-server-name <name>', 'name to expect in the certificate of the API server');
}

export function dryRunOption(text = 'change nothing: client asks no cluster, server lets it check'): Option {
  const option = new Option('--dry-run <where>', text);
  return option.default('none').argParser((value) => {
    if (value === 'none' || value === 'client' || value === 'server') return value;
    throw new InvalidArgumentError('It must be "none", "server", or "client".');
  });
}

/** How registries are asked, in the group of options that is open. */
export function registryFlags(command: Command): Command {
  return command
    .option('--timeout <duration>', 'how long to wait for each registry (default: 10s)')
    .option(
      '--plain-http <host>',
      'ask this registry over http where it speaks no https, as is always tried on this machine (repeatable)',
      collectHost,
    )
    .option('--registry-ca <file>', 'certificates that registries are checked with, beside those of this machine');
}

function collectHost(value: string, previous: readonly string[] | undefined): string[] {
  return collect(registryHost(value), previous);
}

/** As URLs have it, so without port 80. Throws UsageError for what is no host of a registry. */
function registryHost(text: string): string {
  const host = text.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
  // An image names no registry without a dot or a port, and what follows the flag may be the name of a Secret.
  const isRegistry = /^[^-*][^*]*$/.test(host) && (/[.:]/.test(host) || host === 'localhost');
  if (isRegistry && URL.canParse(`http://${host}/`)) return new URL(`http://${host}/`).host;
  // What was typed instead is not repeated: it may be a password.
  throw new UsageError('--plain-http takes the host of a registry', words`--plain-http registry.example.com:5000`);
}

/** As it is printed, too: `secret/regcred`. */
export function secretNameArgument(text: string): string {
  return text.replace(/^secrets?\//, '');
}

export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

export function examples(name: string, lines: readonly (readonly [string, string])[]): string {
  return `\nExamples:\n${lines.map(([command, text]) => `  # ${text}\n  ${name} ${command}`).join('\n')}`;
}
