/** Decides which entries of a Secret to remove, before anything is written. */
import type { Secret } from '../../domain/keyring/secret.ts';
import { meansEntry } from '../../domain/keyring/server.ts';
import { isFromElsewhere, sourceOf } from '../../domain/pull-secret/copy.ts';
import { type Removal, removalOf } from '../../domain/pull-secret/entry-change.ts';
import { type Maker, makerOf } from '../../domain/pull-secret/maker.ts';
import { PayloadError } from '../../domain/pull-secret/merge.ts';

export interface RemovalRules {
  /** As they were typed. */
  readonly servers: readonly string[];
  /** Whether to remove an entry although somebody else makes the Secret. */
  readonly owned: boolean;
}

/** Why an entry stays. */
export type RemovalObstacle =
  | { readonly by: 'last' | 'immutable' }
  | { readonly by: 'maker'; readonly maker: Maker }
  /** `NAMESPACE/NAME`. */
  | { readonly by: 'source'; readonly source: string; readonly isElsewhere: boolean };

export interface RemovalPlan extends Removal {
  /** The Secret as it will be. */
  readonly after: Secret;
  readonly obstacle: RemovalObstacle | undefined;
}

/** Returns undefined where the Secret has no such entry, or where no kubelet reads it. */
export function planRemoval(secret: Secret, rules: RemovalRules): RemovalPlan | undefined {
  const removal = removalIn(secret, (server) => rules.servers.some((typed) => meansEntry(typed, server)));
  if (removal === undefined) return undefined;
  const { data } = removal.patch as { readonly data: Readonly<Record<string, string>> };
  const after = { ...secret, data: { ...secret.data, ...data } };
  return { ...removal, after, obstacle: obstacleIn(secret, removal, rules) };
}

/** A payload that is no docker config has no entries. */
function removalIn(secret: Secret, isMeant: (server: string) => boolean): Removal | undefined {
  try {
    return removalOf(secret, isMeant);
  } catch (error) {
    if (error instanceof PayloadError) return undefined;
    throw error;
  }
}

function obstacleIn(secret: Secret, { left }: Removal, { owned }: RemovalRules): RemovalObstacle | undefined {
  if (left === 0) return { by: 'last' };
  if (secret.immutable) return { by: 'immutable' };
  if (owned) return undefined;
  const maker = makerOf(secret);
  if (maker !== undefined) return { by: 'maker', maker };
  const source = sourceOf(secret);
  return source === undefined ? undefined : { by: 'source', source, isElsewhere: isFromElsewhere(secret) };
}
