/** Reads what `sync` needs before it writes: the namespaces, and the Secrets of one name in them, each kind in one list. */
import { oddSecret } from '../../cluster/api-answer.ts';
import { ApiError } from '../../cluster/api-error.ts';
import { listPages, listRefusal } from '../../cluster/object-request.ts';
import type { FieldSelection } from '../../cluster/pick-json.ts';
import { SECRETS } from '../../cluster/read-secrets.ts';
import { requestSecret } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UserError } from '../../errors.ts';
import type { Secret } from '../../secret/secret.ts';
import { forEachLimit } from '../../system/concurrency.ts';
import { fieldOf } from '../../workloads/api-object.ts';
import type { SyncRequest } from './sync-request.ts';

/** The fields that the plan needs. `managedFields` is left out, because it is long. */
const SECRET_FIELDS: FieldSelection = {
  metadata: {
    namespace: true,
    name: true,
    uid: true,
    resourceVersion: true,
    deletionTimestamp: true,
    labels: true,
    annotations: true,
    ownerReferences: true,
  },
  type: true,
  immutable: true,
  data: true,
};

/** Receives the Secret with the name of the source in a namespace, or why that is unknown. */
export type CopyReceiver = (namespace: string, secret: Secret | UserError) => void;

/**
 * Hands every Secret called `name` to `use`, and keeps none. Where listing is forbidden, reads those in `namespaces` one by one,
 * and skips those that may not be read. Throws UserError.
 */
export async function eachPresent(
  transport: Transport,
  { name, prune, part }: Pick<SyncRequest, 'name' | 'prune' | 'part'>,
  namespaces: readonly string[],
  use: CopyReceiver,
): Promise<void> {
  const readEach = (each: readonly string[]): Promise<void> =>
    forEachLimit(transport.concurrency, each, async (namespace) => {
      const secret = await readIfAllowed(transport, namespace, name);
      if (secret !== undefined) use(namespace, secret);
    });
  if (part?.only !== undefined) return readEach(prune ? part.only : namespaces);
  const query = { fieldSelector: `metadata.name=${name}`, shape: SECRET_FIELDS };
  try {
    for await (const page of listPages(transport, SECRETS, query)) {
      for (const object of page) {
        const namespace = `${fieldOf(object, 'metadata', 'namespace')}`;
        const odd = oddSecret(object);
        const text = `the API server answers with ${odd} for secret ${namespace}/${name}`;
        use(namespace, odd === undefined ? (object as unknown as Secret) : new UserError(text));
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 403 || prune) throw listRefusal(error, SECRETS, undefined);
    await readEach(namespaces);
  }
}

/** Returns undefined where the Secret does not exist or may not be read: creating it will tell. */
async function readIfAllowed(
  transport: Transport,
  namespace: string,
  name: string,
): Promise<Secret | UserError | undefined> {
  try {
    return await requestSecret(transport, { namespace, name });
  } catch (error) {
    if (error instanceof UserError) return error;
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
