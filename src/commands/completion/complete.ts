/** Answers a shell that completes a command line (spf13/cobra completions.go `__complete`). Names that come too late are left out. */

import { listNames, NAMESPACES, NODES } from '../../cluster/object-request.ts';
import { pullSecretNames } from '../../cluster/read-secrets.ts';
import { connect, connectionOf, type Transport } from '../../cluster/transport.ts';
import { EXIT } from '../../errors.ts';
import { loadKubeConfig } from '../../kubeconfig/kube-config.ts';
import type { KubeFlags } from '../../kubeconfig/kube-flags.ts';
import type { Io } from '../../system/io.ts';
import { printable, printed } from '../../text/printable.ts';
import { type PullKindName, pullKind, WORKLOAD_KINDS } from '../../workloads/kind.ts';

/** cobra `ShellCompDirectiveDefault` and `ShellCompDirectiveNoFileComp`. */
const FILES = 0;
const NO_FILES = 4;

/**
 * Prints one candidate per line, with a tab and its description, and finally whether files may follow. Prints nothing else, and
 * never throws.
 */
export async function complete(completion: () => Completion, io: Io): Promise<number> {
  try {
    const { wanted, flags } = completion();
    const isFile = 'files' in wanted;
    if ('values' in wanted) for (const [value, description] of wanted.values) print(value, description, io);
    if ('from' in wanted) {
      for (const name of await candidateNames(wanted.from, flags, silent(io)))
        if (isPlainWord(name)) print(name, '', io);
    }
    io.stdout.write(printed`:${printable(`${isFile ? FILES : NO_FILES}`)}\n`);
  } catch {
    // The user has not run anything yet. Errors are shown when the command runs.
    io.stdout.write(printed`:${printable(`${NO_FILES}`)}\n`);
  }
  return EXIT.ok;
}

/**
 * Whether every shell that completes takes `name` as one word that stands for itself, so that it is inserted as it is. Others
 * chose it: whoever writes a kubeconfig or an object of a cluster. `:` begins the last line of an answer, `-` a flag, `=` a program
 * (zsh `EQUALS`), `@` the arguments of PowerShell. Outside of ASCII are the quotes and dashes that PowerShell also knows
 * (its documentation: about_Quoting_Rules, about_Parsing, about_Splatting).
 */
export function isPlainWord(name: string): boolean {
  return /^[A-Za-z0-9_./][A-Za-z0-9_./:@+=-]*$/.test(name);
}

function print(value: string, description: string, io: Io): void {
  const text = description === '' ? printed`` : printed`\t${printable(description)}`;
  io.stdout.write(printed`${printable(value)}${text}\n`);
}

/** `io` without prompts and messages, because nobody can see them during a completion. */
function silent(io: Io): Io {
  const stderr = { ...io.stderr, isTTY: false, write: () => undefined };
  return { ...io, stdin: { ...io.stdin, isTTY: false }, stderr };
}

export type CandidateSource =
  | 'secrets'
  | 'namespaces'
  | 'nodes'
  | 'accounts'
  | 'pods'
  | 'targets'
  | 'contexts'
  | 'clusters'
  | 'users';

/** What is proposed: values with a description, names of one source, or what the shell knows of files. */
export type Candidates =
  | { readonly values: readonly (readonly [value: string, description: string])[] }
  | { readonly from: CandidateSource }
  | { readonly files: true };

/** A place in a command line. */
export interface Completion {
  readonly wanted: Candidates;
  readonly flags: KubeFlags;
}

/** The shell waits for the names. With the start of the program, this stays below a second. */
const PATIENCE_MS = 700;

/**
 * Returns the names, sorted. Returns none for a user with a credential plugin, which may ask a person or open a browser, and
 * renews no token. Throws UserError, and the reason of the signal where the names do not arrive in time.
 */
async function candidateNames(source: CandidateSource, flags: KubeFlags, io: Io): Promise<string[]> {
  if (source === 'contexts' || source === 'clusters' || source === 'users') {
    const config = await loadKubeConfig(flags.kubeconfig, io);
    return [...config[source].keys()].sort();
  }
  const { user } = await connectionOf(flags, io);
  if (user.exec !== undefined || user.authProvider !== undefined) return [];
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const transport = await connect(flags, { ...io, signal });
  try {
    return (await namesIn(source, transport)).sort();
  } finally {
    transport.close();
  }
}

const TARGETS: readonly PullKindName[] = ['ServiceAccount', 'Pod', ...WORKLOAD_KINDS];

async function namesIn(
  source: Exclude<CandidateSource, 'contexts' | 'clusters' | 'users'>,
  transport: Transport,
): Promise<string[]> {
  const { namespace } = transport;
  if (source === 'secrets') return pullSecretNames(transport, namespace);
  if (source === 'namespaces') return listNames(transport, NAMESPACES, { namespace: undefined, cached: true });
  if (source === 'nodes') return ['all', ...(await listNames(transport, NODES, { cached: true }))];
  const list = (kind: PullKindName): Promise<string[]> =>
    listNames(transport, pullKind(kind), { namespace, labelSelector: pullKind(kind).unmade, cached: true });
  if (source !== 'targets') return list(source === 'pods' ? 'Pod' : 'ServiceAccount');
  const lists = TARGETS.map(async (kind) => (await list(kind)).map((name) => `${kind.toLowerCase()}/${name}`));
  return (await Promise.all(lists)).flat();
}
