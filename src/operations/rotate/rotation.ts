/** A new login into every Secret that holds the old one: look, plan, write. */
import type { Reader } from '../../cluster/reader.ts';
import { secretKey } from '../../domain/workloads/references.ts';
import type { RegistryClient } from '../../registry/registry-client.ts';
import { applyRotation } from './apply.ts';
import { type Gathered, gatherHeld, gatherHome } from './gather-held.ts';
import { type PlannedSecret, planRotation, type RotateRules } from './plan.ts';
import { provenAtHome, provenByRegistry } from './proof.ts';
import { restartFailing } from './restart-failing.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';

export interface Rotation extends Pick<Gathered, 'without'> {
  readonly items: readonly PlannedSecret[];
  /** Does what `items` says; what is done and what fails is told. Throws what is no UserError. */
  perform(listener: RotateListener): Promise<void>;
}

/**
 * What is to be done; nothing is written yet. `openClient` is for asking the registry which logins in other namespaces it accepts,
 * and left out where it is not to be asked. Throws UserError.
 */
export async function prepareRotation(
  reader: Reader,
  request: RotateRequest,
  openClient?: () => Promise<RegistryClient>,
): Promise<Rotation> {
  const { transport } = reader;
  const { held, inScope, without } = await gatherHeld(reader, request);
  const base = {
    ...request,
    isInScope: ({ namespace, name }: PlannedSecret['ref']) => inScope.has(secretKey(namespace, name)),
  };
  const rules = await withProof(reader, held, base, request, openClient);
  const items = planRotation(held, rules);
  return {
    items,
    without,
    async perform(listener) {
      const meant = items.filter(({ action }) => action === 'update');
      await applyRotation(transport, meant, request, rules, listener);
      const rotated = items.filter(({ action }) => action === 'update' || action === 'unchanged');
      if (request.restart && rotated.length > 0) await restartFailing(reader, rotated, request, listener);
    },
  };
}

async function withProof(
  reader: Reader,
  held: Gathered['held'],
  base: Omit<RotateRules, 'isProven'>,
  request: RotateRequest,
  openClient: (() => Promise<RegistryClient>) | undefined,
): Promise<RotateRules> {
  if (request.anyPassword) return { ...base, isProven: () => true };
  const isOpen = (rules: RotateRules): boolean =>
    planRotation(held, rules).some(({ entries }) => entries.some(({ state }) => state === 'other password'));
  let rules = { ...base, isProven: provenAtHome(held, base) };
  // The command may be about other names, or about other namespaces.
  if (isOpen(rules))
    rules = { ...base, isProven: provenAtHome([...held, ...(await gatherHome(reader, request))], base) };
  if (!isOpen(rules) || openClient === undefined) return rules;
  const client = await openClient();
  try {
    return { ...rules, isProven: await provenByRegistry(held, rules, client) };
  } finally {
    client.close();
  }
}
