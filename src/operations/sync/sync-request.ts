/** What is to be brought where, and who is told about it. */
import type { ObjectSizes } from '../../cluster/object-request.ts';
import type { SecretAction } from '../../cluster/write/write-secret.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import type { Command } from '../../domain/text/command.ts';
import type { Verb } from '../../domain/workloads/list-change.ts';
import type { UserError } from '../../errors.ts';
import type { Agree } from '../../prompt.ts';
import type { Note } from '../attach/notes.ts';
import type { ListResult } from '../attach/request.ts';
import type { ManifestFolders } from '../pods/saved-pod.ts';
import type { LoginLoss } from './lost-logins.ts';
import type { IdlePattern, NamespaceSelection, SyncSource } from './plan.ts';

export interface SyncRequest {
  /** The name of the source, and of its copies. */
  readonly name: string;
  /** A Secret that no cluster has, with logins from here; left out where the source is one of the cluster. */
  readonly login?: Secret | undefined;
  readonly selection: NamespaceSelection & { readonly labelSelector: string | undefined };
  /** What was typed beside the name, for the same command with another name. */
  readonly flags: Command;
  readonly foreign: SyncSource['foreign'];
  readonly again?: SyncSource['again'];
  /** Which service accounts are to name the copies. */
  readonly accounts: AccountSelection;
  /** Whether to restart the controllers of pods that fail, and would not recover by themselves. */
  readonly restart: boolean;
  /** Whether copies go from namespaces that are no longer meant. */
  readonly prune: boolean;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly fieldManager: string;
  readonly folders: ManifestFolders;
  /** Whether everything is agreed to. */
  readonly yes: boolean;
  /** Which part of it is looked at, where changes are watched, and what comes late is heard of; left out: all, once. */
  readonly part?: SyncPart | undefined;
  /** Whether the person agrees to what is meant; left out where nobody is there. */
  readonly agree?: Agree | undefined;
  /** The source, where it has been read already; left out where it is to be read. */
  readonly known?: KnownSource | undefined;
}

export interface KnownSource {
  readonly secret: Secret;
  readonly source: SyncSource;
  /** The namespace that is its own, which gets no copy; left out in another cluster. */
  readonly home: string | undefined;
}

export interface SyncPart {
  /** A few namespaces, which are read one by one; left out: all that are meant. */
  readonly only?: readonly string[] | undefined;
  readonly except: ReadonlySet<string>;
  /** What looks at everything learn for the next one. */
  readonly sizes?: ObjectSizes | undefined;
}

/** Which service accounts, in every namespace that gets a copy. */
export interface AccountSelection {
  readonly names: readonly string[];
  /** Whether those are meant that pods or workloads use. */
  readonly used: boolean;
  readonly all: boolean;
}

/** What became of one namespace. */
export type SyncOutcome =
  | {
      readonly namespace: string;
      readonly action: SecretAction | 'deleted';
      /** Whether an annotation of it holds a login that its data does not hold. */
      readonly holdsOldLogin?: boolean | undefined;
      /** Servers whose logins it had and has no longer, in the order of the Secret. */
      readonly lost?: LoginLoss['servers'] | undefined;
    }
  | {
      readonly namespace: string;
      readonly action: 'failed';
      readonly error: UserError;
      /** Whether another try comes to the same, as long as nothing changes there. */
      readonly isDecided?: boolean;
      /** Whether something was written all the same. */
      readonly isWritten?: boolean;
    };

/** Namespaces that are meant, and where nothing is written. */
export interface Skipped {
  /** Where the annotation `regsecret/sync: "false"` is. */
  readonly leftAlone: readonly string[];
  /** Those that are being deleted. */
  readonly ending: readonly string[];
}

/** Told of everything as it happens, so that nothing that was done is lost when the rest is interrupted. */
export interface SyncListener {
  /** Does `work`, which may take long and tells nothing meanwhile. */
  reading<T>(work: () => Promise<T>): Promise<T>;
  /** Does `work`, which writes, and is not to be cut in the middle. */
  writing<T>(work: () => Promise<T>): Promise<T>;
  /** When the logins of the source end, by server, in milliseconds since 1970. */
  ends(ends: ReadonlyMap<string, number>): void;
  /** About the source. */
  finding(finding: Finding): void;
  /** More than once: a namespace may begin to end meanwhile. `wanted` are those left alone that are named, or all that are meant. */
  skipped(skipped: Skipped, wanted?: readonly string[]): void;
  /** Part of the selection that chooses nothing. */
  idle(what: string, pattern: IdlePattern): void;
  /** What others lose, before it is written; more than once where somebody adds to it meanwhile. */
  losses(losses: readonly LoginLoss[]): void;
  outcome(outcome: SyncOutcome): void;
  /** A list of a service account that was written, or a workload that was restarted. */
  list(result: ListResult): void;
  note(note: Note, verb: Verb): void;
  /** What could not be done to a list; everything else goes on. */
  problem(error: UserError, namespace?: string): void;
  /** A service account that is meant, and is not there. */
  absent(account: string, namespaces: readonly string[], near: string | undefined): void;
}

/** Whether any service account is meant. */
export function hasAccounts({ names, used, all }: AccountSelection): boolean {
  return names.length > 0 || used || all;
}
