/** Finds out who else undoes what is written. */
import { ApiError } from '../../cluster/api-error.ts';
import { METADATA_OF_ONE, objectPath } from '../../cluster/object-request.ts';
import { SECRETS } from '../../cluster/read-secrets.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UserError } from '../../errors.ts';
import type { Secret } from '../../secret/secret.ts';
import { type Maker, makerOf } from '../../secret/secret-owner.ts';
import { fieldOf, itemsOf } from '../../workloads/api-object.ts';
import { pullKind } from '../../workloads/kind.ts';

export interface Fight {
  readonly object: { readonly kind: 'Secret' | 'ServiceAccount'; readonly namespace: string; readonly name: string };
  /** Field managers other than ours, the latest writer first. Empty where the object is deleted each time. */
  readonly managers: readonly string[];
  /** Who makes the object, as far as its metadata tells. */
  readonly maker: Maker | undefined;
}

const SHOWN = 3;

/**
 * Our own write makes us the owner of the fields, so the other writer shows in managedFields only once it has undone our write
 * again. This is how often we look, and how long we wait in between.
 */
const LOOKS = 20;
const PAUSE_MS = 250;

/** Finds who writes `object` besides `own`. Nobody where the object is gone or may not be read. Throws the reason of `stop`. */
export async function findFight(
  transport: Transport,
  object: Fight['object'],
  own: string,
  stop: AbortSignal,
): Promise<Fight> {
  for (let looks = 1; ; looks += 1) {
    const fight = await lookAtFight(transport, object, own);
    if (fight.managers.length > 0 || fight.maker !== undefined || looks === LOOKS) return fight;
    await transport.clock.pause(PAUSE_MS, stop);
  }
}

async function lookAtFight(transport: Transport, object: Fight['object'], own: string): Promise<Fight> {
  const { kind, namespace, name } = object;
  const resource = kind === 'Secret' ? SECRETS : pullKind(kind);
  const path = objectPath(resource, namespace, name);
  try {
    const found = await transport.request<Secret>({ method: 'GET', path, accept: METADATA_OF_ONE });
    return { object, managers: managersOf(found, own), maker: makerOf(found) };
  } catch (error) {
    if (error instanceof ApiError || error instanceof UserError) return { object, managers: [], maker: undefined };
    throw error;
  }
}

function managersOf(object: unknown, own: string): string[] {
  const entries = itemsOf(fieldOf(object, 'metadata', 'managedFields'))
    .map((entry) => ({ manager: `${fieldOf(entry, 'manager') ?? ''}`, time: `${fieldOf(entry, 'time') ?? ''}` }))
    .filter(({ manager }) => manager !== '' && manager !== own)
    .sort((one, other) => (one.time < other.time ? 1 : -1));
  return [...new Set(entries.map(({ manager }) => manager))].slice(0, SHOWN);
}
