/** The request of `attach` and `detach`: which Secret, which targets, and the listener for the results. */
import type { ListResult } from '../changes/list-write.ts';
import type { ManifestFolders } from '../changes/saved-pod.ts';
import type { ChangeOptions } from '../changes/step.ts';
import type { UserError } from '../errors.ts';
import type { FindRefused } from '../gather/other-logins.ts';
import { type Command, words } from '../line/command.ts';
import type { Secret } from '../secret/secret.ts';
import type { PullKindName } from '../workloads/kind.ts';
import type { Verb } from '../workloads/list-change.ts';
import type { Target } from '../workloads/target.ts';
import type { Note } from './notes.ts';

export interface AttachRequest extends ChangeOptions {
  readonly verb: Verb;
  /** The name of the Secret. */
  readonly secret: string;
  /** The Secret itself, for `create --attach`. */
  readonly known?: WrittenSecret | undefined;
  /** The namespace of `targets`. Undefined: that of the connection. */
  readonly namespace?: string | undefined;
  readonly targets: readonly NamedTarget[];
  readonly selections: readonly TargetSelection[];
  readonly allNamespaces: boolean;
  /** Whether pods without a controller may be deleted and created again. */
  readonly recreate: boolean;
  /** Where the manifest of a pod is saved while the pod is gone. */
  readonly folders: ManifestFolders;
  /** Whether to detach the Secret even where it is the only login for an image. */
  readonly yes: boolean;
  /** Asks the person, and throws `refusal` without a yes. Undefined where nobody can be asked. */
  readonly agree?: ((question: string, refusal: UserError) => Promise<void>) | undefined;
  /** Undefined where a remaining login counts without asking its registry. */
  readonly findRefused?: FindRefused | undefined;
  /** Whether to look at the Secret, at workloads and at pods. */
  readonly checks: boolean;
  readonly allowMissing: boolean;
  readonly restart: boolean;
  readonly wait: boolean;
  /** Undefined: the usual timeout for each wait. */
  readonly timeoutMs: number | undefined;
}

/** A request with what it says beside the defaults. */
export function attachRequest(
  verb: Verb,
  secret: string,
  given: Partial<AttachRequest> & Pick<AttachRequest, 'dryRun' | 'fieldManager' | 'folders'>,
): AttachRequest {
  return {
    targets: [],
    selections: [],
    allNamespaces: false,
    recreate: false,
    yes: false,
    checks: true,
    allowMissing: false,
    restart: false,
    wait: false,
    timeoutMs: undefined,
    ...given,
    verb,
    secret,
  };
}

export interface WrittenSecret {
  readonly secret: Secret;
  /** The servers whose credentials' expiry has already been reported. */
  readonly saidEnds: ReadonlySet<string>;
}

export type NamedTarget = Required<Target>;

export type TargetSelection =
  /** All objects of a kind, those with these labels, or those with this name in all namespaces. */
  | {
      readonly by: 'kind';
      readonly kind: PullKindName;
      readonly labelSelector?: string | undefined;
      readonly name?: string | undefined;
      /** Set when nobody named the kind: all kinds whose lists count are selected. */
      readonly isImplied?: boolean;
    }
  /** The service accounts that pods or workloads use. */
  | { readonly by: 'use' };

/** Is told everything as it happens, so that an interrupted run has still reported what it did. */
export interface Listener {
  outcome(outcome: ListResult): void;
  note(note: Note): void;
  /** What could not be done; everything else goes on. */
  problem(error: UserError): void;
  /** Shows what has been told so far, because a question or minutes of waiting follow. */
  waiting(): void;
}

/** Whether nobody named the kind of the selection. */
export function isImplied(selection: TargetSelection): boolean {
  return selection.by === 'kind' && selection.isImplied === true;
}

/** Whether the request also changes the list of the service account `name`. */
export function namesAccount({ targets, selections }: AttachRequest, name: string): boolean {
  return (
    selections.some(isImplied) || targets.some((target) => target.kind === 'ServiceAccount' && target.name === name)
  );
}

/** The flags that name the targets and selections of `request`. */
export function targetWords({ verb, targets, selections }: AttachRequest): Command {
  const to = verb === 'attach' ? words`--to` : words`--from`;
  const named = targets.map(({ kind, name }) => {
    if (kind === 'ServiceAccount') return words`--serviceaccount ${name}`;
    return kind === 'Pod' ? words`--pod ${name}` : words`${to} ${kind.toLowerCase()}/${name}`;
  });
  const selected = selections.map((selection) => {
    if (selection.by === 'use') return words`--used`;
    if (selection.isImplied) return words``;
    if (selection.name !== undefined) return words`--serviceaccount ${selection.name}`;
    const selector = selection.labelSelector === undefined ? undefined : words`-l ${selection.labelSelector}`;
    if (selection.kind === 'ServiceAccount') return words`--all-serviceaccounts ${selector}`;
    return words`${to} ${selection.kind.toLowerCase()} ${selector}`;
  });
  return [...named, ...selected].reduce((line, more) => words`${line} ${more}`, words``);
}
