/** What is to be attached or detached, to what, and who is told about it. */
import type { Secret } from '../../domain/keyring/secret.ts';
import { ALL_NAMESPACES, type Command, command, words } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';
import type { PullKindName } from '../../domain/workloads/kind.ts';
import type { Verb } from '../../domain/workloads/list-change.ts';
import type { ObjectRef } from '../../domain/workloads/object-ref.ts';
import type { Target } from '../../domain/workloads/target.ts';
import type { UserError } from '../../errors.ts';
import type { ManifestFolders } from '../pods/saved-pod.ts';
import type { Note } from './notes.ts';

export interface AttachRequest {
  readonly verb: Verb;
  /** The name of the Secret. */
  readonly secret: string;
  /** The Secret itself, where it has just been written. */
  readonly known?: WrittenSecret | undefined;
  readonly targets: readonly NamedTarget[];
  readonly selections: readonly TargetSelection[];
  readonly allNamespaces: boolean;
  /** Whether pods without a controller may be deleted and created again. */
  readonly recreate: boolean;
  /** For the manifest of a pod while it is gone. */
  readonly folders: ManifestFolders;
  /** Asks the person for that; left out where there is nobody. */
  readonly confirm?: ((pod: ObjectRef, losses: readonly string[]) => Promise<boolean>) | undefined;
  /** Whether to look at the Secret, at workloads and at pods. */
  readonly checks: boolean;
  readonly allowMissing: boolean;
  readonly restart: boolean;
  readonly wait: boolean;
  /** Undefined: whatever is usual for what is waited for. */
  readonly timeoutMs: number | undefined;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly fieldManager: string;
  readonly signal: AbortSignal;
}

export interface WrittenSecret {
  readonly secret: Secret;
  /** The servers of those credentials of which it has been said when they expire. */
  readonly saidEnds: ReadonlySet<string>;
}

export type NamedTarget = Required<Target>;

export type TargetSelection =
  /** All of a kind, or those with these labels. */
  | { readonly by: 'kind'; readonly kind: PullKindName; readonly labelSelector?: string | undefined }
  /** The service accounts that pods or workloads use. */
  | { readonly by: 'use' };

export interface ListResult {
  readonly ref: ObjectRef;
  readonly action: 'patched' | 'unchanged' | 'recreated' | 'restarted';
  /** The names in the list; left out for a restart. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** Told of everything as it happens, so that nothing that was done is lost when the rest is interrupted. */
export interface Listener {
  outcome(outcome: ListResult): void;
  note(note: Note): void;
  /** What could not be done; everything else goes on. */
  problem(error: UserError): void;
  /** Everything is written; the rest may take minutes. */
  waiting(): void;
}

/** The command line that says `request` again, with another Secret, or with more flags. */
export function commandFor(request: AttachRequest, namespace: string, secret = request.secret): Command {
  const to = request.verb === 'attach' ? words`--to` : words`--from`;
  const targets = request.targets.map(({ kind, name }) => {
    if (kind === 'ServiceAccount') return words`--serviceaccount ${name}`;
    return kind === 'Pod' ? words`--pod ${name}` : words`${to} ${kind.toLowerCase()}/${name}`;
  });
  const selections = request.selections.map((selection) => {
    if (selection.by === 'use') return words`--used`;
    const selector = selection.labelSelector === undefined ? undefined : words`-l ${selection.labelSelector}`;
    if (selection.kind === 'ServiceAccount') return words`--all-serviceaccounts ${selector}`;
    return words`${to} ${selection.kind.toLowerCase()} ${selector}`;
  });
  const where = request.allNamespaces ? ALL_NAMESPACES : scope(namespace);
  const start = command`regsecret ${request.verb} ${secret} ${where}`;
  return [...targets, ...selections].reduce((line, more) => command`${line} ${more}`, start);
}
