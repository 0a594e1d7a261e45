/** The request of `rotate`, and the listener for its results. */
import type { ChangeOptions } from '../../changes/step.ts';
import type { SecretScope } from '../../cluster/secret-scope.ts';
import type { UserError } from '../../errors.ts';
import type { Command } from '../../line/command.ts';
import type { ObjectRef } from '../../workloads/object-ref.ts';
import type { SecretName } from '../../workloads/references.ts';
import type { RotatedLogin } from './old-login.ts';
import type { PlannedSecret } from './rotation-plan.ts';

export interface RotateRequest extends ChangeOptions {
  readonly scope: SecretScope;
  readonly logins: readonly RotatedLogin[];
  /** The flags that say where the new logins come from, without the registries. */
  readonly login: Command;
  /** The namespace that the command names. Any password there counts as the old one. */
  readonly home: string;
  /** `NAMESPACE/NAME` of the Secrets that get the new login in the clusters that this run has handled before. */
  readonly rotatedElsewhere?: ReadonlySet<string>;
  readonly anyUser: boolean;
  readonly anyPassword: boolean;
  readonly below: boolean;
  readonly owned: boolean;
  /** Whether to ask registries. */
  readonly verify: boolean;
  readonly restart: boolean;
}

/** Is told everything as it happens, so that an interrupted run has still reported what it did. */
export interface RotateListener {
  /** `unchanged`: somebody else made the change first. */
  outcome(secret: PlannedSecret, action: 'updated' | 'unchanged'): void;
  restarted(ref: ObjectRef): void;
  /** What could not be done; everything else goes on. */
  problem(ref: SecretName | ObjectRef, error: UserError): void;
}
