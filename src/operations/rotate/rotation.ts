/** Puts a new login into every Secret that holds the old one: reads, plans, writes. */
import type { Transport } from '../../cluster/client/transport.ts';
import type { Reader } from '../../cluster/reader.ts';
import { lookAtSecret } from '../../cluster/secret-request.ts';
import { forEachLimit } from '../../concurrency.ts';
import { isNamespaceName, isObjectName } from '../../domain/text/object-name.ts';
import { secretKey, secretName } from '../../domain/workloads/references.ts';
import type { RegistryClient } from '../../registry/registry-client.ts';
import { applyRotation } from './apply.ts';
import { type Gathered, gatherHeld, gatherHome } from './gather-held.ts';
import { type PlannedSecret, planRotation, type RotateRules } from './plan.ts';
import { provenAtHome, provenByRegistry } from './proof.ts';
import { restartFailing } from './restart-failing.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';
import { type PasswordPlaces, samePasswords } from './same-password.ts';

export interface Rotation extends Pick<Gathered, 'without' | 'others'> {
  readonly items: readonly PlannedSecret[];
  /** Where else the replaced password is stored. */
  readonly elsewhere: PasswordPlaces;
  /** Carries out `items`, and reports what is done and each UserError. Throws other errors. */
  perform(listener: RotateListener): Promise<void>;
}

/**
 * Plans the rotation, and writes nothing. `openClient` connects to registries, to ask which logins in other namespaces they
 * accept. It is undefined where registries must not be asked. Throws UserError.
 */
export async function prepareRotation(
  reader: Reader,
  request: RotateRequest,
  openClient?: () => Promise<RegistryClient>,
): Promise<Rotation> {
  const { transport } = reader;
  const { held, inScope, without, others } = await gatherHeld(reader, request);
  const base = {
    ...request,
    isInScope: ({ namespace, name }: PlannedSecret['ref']) => inScope.has(secretKey(namespace, name)),
  };
  const rules = await withProof(reader, held, base, request, openClient);
  const items = await withOrphans(transport, planRotation(held, rules));
  return {
    items,
    elsewhere: samePasswords(items, others),
    without,
    others,
    async perform(listener) {
      const meant = items.filter(({ action }) => action === 'update');
      await applyRotation(transport, meant, request, rules, listener);
      const rotated = items.filter(({ action }) => action === 'update' || action === 'unchanged');
      if (request.restart && rotated.length > 0) await restartFailing(reader, rotated, request, listener);
    },
  };
}

/** At most this many sources are looked up, because anybody may mark Secrets as copies of a thousand sources. */
const MAX_SOURCES = 20;

/** Marks the copies that are held back and whose source does not exist. Throws Interrupted. */
async function withOrphans(transport: Transport, items: readonly PlannedSecret[]): Promise<PlannedSecret[]> {
  const sourceKey = ({ obstacle, isFromElsewhere, source }: PlannedSecret): string | undefined =>
    obstacle === 'source' && !isFromElsewhere ? source : undefined;
  const wanted = new Set(items.flatMap((item) => sourceKey(item) ?? []).filter(isSecretKey));
  const missing = new Set<string | undefined>();
  await forEachLimit(transport.concurrency, [...wanted].slice(0, MAX_SOURCES), async (key) => {
    if ((await lookAtSecret(transport, secretName(key))) === 'none') missing.add(key);
  });
  return items.map((item) => (missing.has(sourceKey(item)) ? { ...item, isOrphan: true } : item));
}

function isSecretKey(key: string): boolean {
  const { namespace, name } = secretName(key);
  return isNamespaceName(namespace) && isObjectName(name);
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
  // The command may select other names or namespaces, so the whole home namespace is read.
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
