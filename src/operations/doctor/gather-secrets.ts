/** Reads Secrets for a diagnosis: one that is named, with where else there is one of that name, and all pull secrets. */
import { ApiError } from '../../cluster/client/api-error.ts';
import type { FieldSelection } from '../../cluster/client/pick-json.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { listNames } from '../../cluster/list-names.ts';
import { listPages } from '../../cluster/object-request.ts';
import { secretPath } from '../../cluster/secret-request.ts';
import type { SecretState } from '../../domain/diagnosis/facts.ts';
import { diagnoseSecret } from '../../domain/findings/diagnosed-secret.ts';
import type { Elsewhere } from '../../domain/findings/finding-arguments.ts';
import { DATA_KEY, type Secret } from '../../domain/keyring/secret.ts';
import { EXPIRES_AT } from '../../domain/pull-secret/expiry.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { type SecretName, secretKey } from '../../domain/workloads/references.ts';

const SECRETS = { group: '', plural: 'secrets' } as const;
/** A Secret may have a megabyte. */
const PAGE = 50;
/** The times tell whether one was changed after a pull had failed. */
const SHAPE: FieldSelection = {
  metadata: {
    namespace: true,
    name: true,
    creationTimestamp: true,
    annotations: { [EXPIRES_AT]: true },
    managedFields: [{ time: true }],
  },
  type: true,
  immutable: true,
  data: true,
};

/** The names of pull secrets, sorted. */
export type NamesByNamespace = ReadonlyMap<string, readonly string[]>;

/** What may not be read is told to `unchecked`. */
export async function readSecret(
  transport: Transport,
  id: SecretName,
  elsewhere: (name: string) => Promise<Elsewhere | undefined>,
  unchecked: Set<string>,
): Promise<SecretState> {
  try {
    const secret = await transport.request<Secret>({ method: 'GET', path: secretPath(id) });
    return { status: 'there', ...diagnoseSecret(secret, Date.now()) };
  } catch (error) {
    if (isForbidden(error, 'get secrets', unchecked)) return { status: 'forbidden' };
    const found = await elsewhere(id.name);
    return found === undefined ? { status: 'missing' } : { status: 'missing', elsewhere: found };
  }
}

/** Where else there is a pull secret of that name, as far as we may look; what is in them is not read. */
export async function findElsewhere(transport: Transport, name: string): Promise<Elsewhere | undefined> {
  const found = await Promise.all(
    Object.entries(DATA_KEY).map(async ([type, dataKey]) => {
      const fieldSelector = `metadata.name=${name},type=${type}`;
      const namespaces = await listNames(transport, SECRETS, { fieldSelector, cached: true }, 'namespace');
      return namespaces.map((namespace) => ({ namespace, dataKey }));
    }),
  );
  const all = found.flat().sort((one, other) => (one.namespace < other.namespace ? -1 : 1));
  const [first] = all;
  if (first === undefined) return undefined;
  return { namespaces: all.map(({ namespace }) => namespace), dataKey: first.dataKey };
}

/** The same, where all of them have been read. */
export function elsewhereAmong(
  name: string,
  names: NamesByNamespace,
  secrets: ReadonlyMap<string, SecretState>,
): Elsewhere | undefined {
  const namespaces = [...names].flatMap(([namespace, here]) => (here.includes(name) ? [namespace] : []));
  const state = secrets.get(secretKey(namespaces[0] ?? '', name));
  const dataKey = state?.status === 'there' ? state.contents.dataKey : undefined;
  return namespaces.length === 0 ? undefined : { namespaces, ...(dataKey === undefined ? {} : { dataKey }) };
}

/** Hands the pull secrets of a namespace, or of all of them, to `keep`; undefined where they may not be listed. */
export async function listSecrets(
  transport: Transport,
  namespace: string | undefined,
  keep: (secret: Secret) => void,
  unchecked: Set<string>,
): Promise<NamesByNamespace | undefined> {
  const found = new Map<string, string[]>();
  const list = async (type: string): Promise<void> => {
    const fieldSelector = `type=${type}`;
    for await (const page of listPages(transport, SECRETS, { namespace, fieldSelector, limit: PAGE, shape: SHAPE })) {
      for (const object of page) {
        keep(object as unknown as Secret);
        const where = `${fieldOf(object, 'metadata', 'namespace')}`;
        const names = found.get(where) ?? [];
        names.push(`${fieldOf(object, 'metadata', 'name')}`);
        found.set(where, names);
      }
    }
  };
  try {
    await Promise.all(Object.keys(DATA_KEY).map(list));
    for (const names of found.values()) names.sort();
    return found;
  } catch (error) {
    if (isForbidden(error, 'list secrets', unchecked)) return undefined;
    throw error;
  }
}

/** Whether it may not be read, which is noted; false where it does not exist. Throws everything else. */
export function isForbidden(error: unknown, right: string, unchecked: Set<string>): boolean {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 404) return false;
  if (error.status !== 403) throw error;
  unchecked.add(right);
  return true;
}
