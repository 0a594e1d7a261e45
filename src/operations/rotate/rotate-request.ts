/** What is to be rotated, and who is told about it. */
import type { SecretScope } from '../../cluster/secret-scope.ts';
import type { Command } from '../../domain/text/command.ts';
import type { ObjectRef } from '../../domain/workloads/object-ref.ts';
import type { SecretName } from '../../domain/workloads/references.ts';
import type { UserError } from '../../errors.ts';
import type { RotatedLogin } from './held.ts';
import type { PlannedSecret } from './plan.ts';

export interface RotateRequest {
  readonly scope: SecretScope;
  readonly logins: readonly RotatedLogin[];
  /** The flags that say where they come from, without their registries. */
  readonly login: Command;
  /** The namespace that the command names: whatever password is there is the old one. */
  readonly home: string;
  /** `NAMESPACE/NAME` of what gets the new login in the clusters that were looked at before, in the same run. */
  readonly rotatedElsewhere?: ReadonlySet<string>;
  readonly anyUser: boolean;
  readonly anyPassword: boolean;
  readonly below: boolean;
  readonly owned: boolean;
  /** Whether registries are asked. */
  readonly verify: boolean;
  readonly restart: boolean;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly fieldManager: string;
}

/** Told of everything as it happens, so that nothing that was done is lost when the rest is interrupted. */
export interface RotateListener {
  /** `unchanged`: somebody else was faster. */
  outcome(secret: PlannedSecret, action: 'updated' | 'unchanged'): void;
  restarted(ref: ObjectRef): void;
  /** What could not be done; everything else goes on. */
  problem(ref: SecretName | ObjectRef, error: UserError): void;
}
