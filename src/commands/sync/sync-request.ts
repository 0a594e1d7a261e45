/** The request of `sync`, and the listener for its results. */

import type { Note } from '../../attaching/notes.ts';
import type { ListResult } from '../../changes/list-write.ts';
import type { ManifestFolders } from '../../changes/saved-pod.ts';
import type { SecretAction } from '../../changes/secret-step.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import type { AdmissionObject } from '../../copies/admission-objects.ts';
import type { SyncSource } from '../../copies/copy-plan.ts';
import type { IdlePattern } from '../../copies/idle-patterns.ts';
import type { LoginLoss } from '../../copies/lost-logins.ts';
import type { UserError } from '../../errors.ts';
import type { Finding } from '../../findings/finding.ts';
import type { Secret } from '../../secret/secret.ts';
import type { LabelledSelection } from '../../secret/selected-namespace.ts';
import type { Agree } from '../../system/prompt.ts';
import type { Verb } from '../../workloads/list-change.ts';

export interface SyncRequest extends ChangeOptions {
  /** The name of the source, and of its copies. */
  readonly name: string;
  /** A Secret made from logins of this machine. Undefined where the source is a Secret of the cluster. */
  readonly login?: Secret | undefined;
  readonly selection: LabelledSelection;
  readonly foreign: SyncSource['foreign'];
  /** The service accounts to attach the copies to. */
  readonly accounts: AccountSelection;
  /** Whether to restart the controllers of pods that fail, and would not recover by themselves. */
  readonly restart: boolean;
  /** Whether to have the API server add the name to each new pod. */
  readonly admission?: boolean | undefined;
  /** Whether to delete copies in namespaces that are no longer selected. */
  readonly prune: boolean;
  readonly folders: ManifestFolders;
  /** Whether to write without a question. */
  readonly yes: boolean;
  /** With `--watch`, the part that one look covers. Later changes lead to further looks. Undefined: everything, once. */
  readonly part?: SyncPart | undefined;
  /** Asks the person to agree. Undefined where nobody can be asked. */
  readonly agree?: Agree | undefined;
  /** The source as it is for this cluster, where it has already been read. Throws UserError. */
  readonly known?: (() => Promise<KnownSource>) | undefined;
}

export interface KnownSource {
  readonly secret: Secret;
  readonly source: SyncSource;
  /** The source's own namespace, which gets no copy. Undefined in another cluster. */
  readonly home: string | undefined;
}

export interface SyncPart {
  /** A few namespaces, which are read one by one. Undefined: all selected namespaces. */
  readonly only?: readonly string[] | undefined;
  readonly except: ReadonlySet<string>;
}

/** Which service accounts, in every namespace that gets a copy. */
export interface AccountSelection {
  readonly names: readonly string[];
  /** Whether to select the service accounts that pods or workloads use. */
  readonly used: boolean;
  readonly all: boolean;
}

/** The result in one namespace. */
export type SyncOutcome =
  | {
      readonly namespace: string;
      readonly action: SecretAction;
      /** Whether an annotation of the Secret holds a login that its data does not hold. */
      readonly holdsOldLogin?: boolean | undefined;
      /** Servers whose logins the Secret had and no longer has, in the order of the Secret. */
      readonly lost?: LoginLoss['servers'] | undefined;
    }
  | {
      readonly namespace: string;
      readonly action: 'failed';
      readonly error: UserError;
      /** Whether another attempt would end in the same way, as long as nothing changes there. */
      readonly isDecided?: boolean;
      /** Whether something was written despite the error. */
      readonly isWritten?: boolean;
    };

/** Selected namespaces where nothing is written. */
export interface Skipped {
  /** Namespaces that opt out with the annotation `regsecret/sync`. */
  readonly leftAlone: readonly string[];
  /** Those that are being deleted. */
  readonly ending: readonly string[];
}

/** Is told everything as it happens, so that an interrupted run has still reported what it did. */
export interface SyncListener {
  /** Runs `work`, which may take long and reports nothing meanwhile. */
  reading<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work`, which writes, to this namespace alone if there is one, and must not be interrupted in the middle. */
  writing<T>(work: () => Promise<T>, namespace?: string): Promise<T>;
  /** When the logins of the source end, by server, in milliseconds since 1970. */
  ends(ends: ReadonlyMap<string, number>): void;
  /** A finding about the source. */
  finding(finding: Finding): void;
  /**
   * Called again where a namespace begins to end meanwhile. `wanted` are those left alone that were named, or all of them where
   * nothing else is selected.
   */
  skipped(skipped: Skipped, wanted?: readonly string[]): void;
  /** A part of the selection that selects no namespace. */
  idle(what: string, pattern: IdlePattern): void;
  /** The logins that Secrets lose, before they are dropped. Called again where somebody adds logins meanwhile. */
  losses(losses: readonly LoginLoss[]): void;
  outcome(outcome: SyncOutcome): void;
  /** The policy of `--admission`, or its binding. */
  policy(object: AdmissionObject, action: 'created' | 'updated' | 'unchanged'): void;
  /** New pods do not get the name, or nobody knows whether they do. */
  unproven(error: UserError, isKnown: boolean): void;
  /** A list of a service account that was written, or a workload that was restarted. */
  list(result: ListResult): void;
  note(note: Note, verb: Verb): void;
  /** What could not be done to a list; everything else goes on. */
  problem(error: UserError, namespace?: string): void;
  /** A selected service account that does not exist. */
  absent(account: string, namespaces: readonly string[], near: string | undefined): void;
}

/** One selector for each service account that is named; one without a name where others are selected as well. */
export function accountSelectors({ names, used, all }: AccountSelection): { readonly fieldSelector?: string }[] {
  return used || all ? [{}] : names.map((name) => ({ fieldSelector: `metadata.name=${name}` }));
}

/** Whether any service account is selected. */
export function hasAccounts({ names, used, all }: AccountSelection): boolean {
  return names.length > 0 || used || all;
}
