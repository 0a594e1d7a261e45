/** The request of `rotate`, and the listener for its results. */
import type { ChangeOptions } from '../../changes/step.ts';
import type { SecretScope } from '../../cluster/secret-scope.ts';
import type { SyncSource } from '../../copies/copy-plan.ts';
import type { UserError } from '../../errors.ts';
import type { Command } from '../../line/command.ts';
import type { SelectedNamespace } from '../../secret/selected-namespace.ts';
import type { ObjectRef } from '../../workloads/object-ref.ts';
import type { SecretName } from '../../workloads/references.ts';
import type { RotatedLogin } from './old-login.ts';
import type { PlannedSecret } from './rotation-plan.ts';

export interface RotateRequest extends ChangeOptions {
  readonly scope: SecretScope;
  readonly logins: readonly RotatedLogin[];
  /** The flags that say where the new logins come from, without the registries. */
  readonly login: Command;
  /** The namespace of `-n`, or of the context. What stands there tells which login is the old one. */
  readonly home: SelectedNamespace;
  /** The old password, where the person gives it. */
  readonly oldPassword: string | undefined;
  /** The sources, by `NAMESPACE/NAME`, that get the new login in the clusters that this run has handled before. */
  readonly rotatedElsewhere: ReadonlyMap<string, RotatedSource>;
  /** Notes a source that gets the new login in this cluster. */
  note(key: string, source: RotatedSource): void;
  readonly anyUser: boolean;
  readonly below: boolean;
  readonly owned: boolean;
  readonly restart: boolean;
}

/** What copies of a source get; undefined where it could not be written. */
export type RotatedSource = () => Promise<SyncSource | undefined>;

/** Is told everything as it happens, so that an interrupted run has still reported what it did. */
export interface RotateListener {
  /** `unchanged`: somebody else made the change first. */
  outcome(secret: PlannedSecret, action: 'updated' | 'unchanged'): void;
  restarted(ref: ObjectRef): void;
  /** What could not be done; everything else goes on. */
  problem(ref: SecretName | ObjectRef, error: UserError): void;
}
