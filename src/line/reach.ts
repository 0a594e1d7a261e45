/** The namespace that a command line selected, and what a proposed command may therefore carry into it. */
import type { Command, Deed } from './command.ts';
import { lineOf } from './deed.ts';
import type { GivenFlags } from './given-flags.ts';
import type { TypedLine } from './typed-line.ts';

/** Where a run works. */
export interface Home {
  /** The namespace of `-n`, or else of the context. Not set until the kubeconfig has been read. */
  namespace?: string | undefined;
  /** That of the context, whatever `-n` says. */
  contextNamespace?: string | undefined;
}

/** What a command line says about where it works. */
export interface Selection {
  /** The flags of the command line that apply to a proposed command as well. */
  readonly given: GivenFlags;
  /** Undefined where nothing was typed, as in the library. */
  readonly typed?: TypedLine | undefined;
  /** Every run has one. Undefined where no command line is answered, so that nothing can be out of its reach. */
  readonly home?: Home | undefined;
}

/**
 * Whether a proposal may carry a login of this machine into `namespace`: it was typed with `-n`, or it is that of the context and
 * nothing was typed. What a finding, a label, a pattern or a target names was selected by whoever wrote it.
 */
function mayCarryLogin(namespace: string | undefined, { given, typed, home }: Selection): boolean {
  if (home === undefined) return true;
  const isHome = !namespace || namespace === (given.namespace || home.namespace);
  const isWide = typed?.has('-A') === true || typed?.has('-l') === true;
  return isHome && (Boolean(given.namespace) || !isWide);
}

/** `command`, with a login that has to be typed wherever it would carry one of this machine to a place that nobody selected. */
export function withinReach(command: Command, selection: Selection): Command {
  const { does, pipe, next } = command;
  const isCarrying = does?.do === 'create' && !does.passwordStdin && !mayCarryLogin(does.namespace, selection);
  const rest = { pipe: pipe && withinReach(pipe, selection), next: next && withinReach(next, selection) };
  if (!isCarrying && rest.pipe === pipe && rest.next === next) return command;
  const alone = isCarrying ? { ...command, ...lineOf(withTypedLogin(does, selection)) } : command;
  return { ...alone, ...(rest.pipe && { pipe: rest.pipe }), ...(rest.next && { next: rest.next }) };
}

type Creation = Extract<Deed, { readonly do: 'create' }>;

/** The user is the typed one, and nobody else's: a finding takes its user from the Secret that it is about. */
function withTypedLogin(deed: Creation, { typed }: Selection): Creation {
  const user = typed?.flags.find(({ names }) => names.includes('--username'))?.words[1];
  const servers = deed.servers.length === 0 ? ['REGISTRY'] : deed.servers;
  return { ...deed, servers, username: typeof user === 'string' ? user : 'USER', passwordStdin: true };
}
