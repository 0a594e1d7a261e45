/** What the steps that handle pods need to know of their run, and the notes that they report. */

import type { Reader } from '../cluster/reader.ts';
import type { UserError } from '../errors.ts';
import type { Secret } from '../secret/secret.ts';
import type { PullKindName } from '../workloads/kind.ts';
import type { Verb } from '../workloads/list-change.ts';
import type { ObjectRef } from '../workloads/object-ref.ts';
import type { ManifestFolders } from './saved-pod.ts';
import type { ChangeOptions } from './step.ts';

export type PodNote =
  /** Other fields in which the new pod differs from the old one. */
  | { readonly code: 'differs'; readonly ref: ObjectRef; readonly fields: readonly string[] }
  | { readonly code: 'saved'; readonly ref: ObjectRef; readonly file: string }
  /** The pod is gone, and is created from the manifest that an interrupted run left. */
  | { readonly code: 'resumed'; readonly ref: ObjectRef; readonly file: string }
  | { readonly code: 'runs'; readonly ref: ObjectRef };

export interface PodContext extends Reader {
  readonly request: ChangeOptions & {
    readonly verb: Verb;
    /** The name of the Secret. */
    readonly secret: string;
    /** Undefined: the usual timeout for each wait. */
    readonly timeoutMs: number | undefined;
    /** Where the manifest of a pod is saved while the pod is gone. */
    readonly folders: ManifestFolders;
    /** All targets that the command line names. */
    readonly targets: readonly { readonly kind: PullKindName; readonly name: string }[];
  };
  readonly listener: { note(note: PodNote): void; problem(error: UserError): void };
  /** The Secret in a namespace, undefined where nothing is known of it; throws UserError where pods could not use it. */
  secretIn(namespace: string): Promise<Secret | undefined>;
}
