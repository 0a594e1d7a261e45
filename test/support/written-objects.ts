/** A transport that reads and writes objects in memory, without an API server. */
import { ApiError } from '../../src/cluster/api-error.ts';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { UserError } from '../../src/errors.ts';
import { type ApiObject, fieldOf, isObject, itemsOf } from '../../src/workloads/api-object.ts';
import { type Stored, storedObjects } from './stored-objects.ts';

/** A fault for the requests of a method from the `number`th to the `last`. Dry runs are counted separately. */
export interface Fault {
  readonly method: ApiRequest['method'] | 'dry run';
  readonly number?: number;
  readonly last?: number;
  /** The answer to send instead. Left out: the connection breaks. */
  readonly answer?: ApiError | ApiObject;
  /** Whether the request is executed nevertheless. */
  readonly done?: true;
  /** A change that another client makes before the request. */
  readonly before?: (now: Stored[]) => void;
}

export interface WrittenObjects extends Transport {
  /** The objects that exist now. */
  readonly now: Stored[];
  /** The writes, such as `POST pods`. `once` marks a request that must not be retried. */
  readonly writes: readonly string[];
  readonly bodies: readonly unknown[];
}

const LOST = new UserError('the connection was lost');

export function writtenObjects(objects: readonly Stored[], faults: readonly Fault[] = []): WrittenObjects {
  const now = [...objects];
  const [writes, bodies]: [string[], unknown[]] = [[], []];
  const counts = new Map<string, number>();
  const first = storedObjects(now);
  async function request<T>(asked: ApiRequest): Promise<T> {
    const method = asked.query?.dryRun === 'All' ? 'dry run' : asked.method;
    const count = (counts.get(method) ?? 0) + 1;
    counts.set(method, count);
    const fault = faults.find(
      (one) => one.method === method && count >= (one.number ?? 1) && count <= (one.last ?? one.number ?? 1),
    );
    fault?.before?.(now);
    if (asked.method !== 'GET') {
      writes.push(`${method} ${asked.path.split('/').slice(5).join('/')}${asked.guarded === true ? '' : ', once'}`);
      bodies.push(asked.body);
    }
    const answer = fault === undefined || fault.before !== undefined ? undefined : (fault.answer ?? LOST);
    const does = answer === undefined || fault?.done === true;
    const done = !does
      ? undefined
      : asked.method === 'GET'
        ? storedObjects(now).request(asked)
        : write(now, asked, count);
    if (answer instanceof Error) throw answer;
    return (answer ?? done) as T;
  }
  return { ...first, request, now, writes, bodies };
}

function write(now: Stored[], { method, path, body, query, contentType }: ApiRequest, count: number): ApiObject {
  const [plural, name] = path.split('/').slice(path.startsWith('/api/') ? 5 : 6);
  const isDry = query?.dryRun === 'All';
  if (method === 'POST') return create(now, body as ApiObject, isDry, count);
  const index = now.findIndex(([kind, object]) => `${kind.toLowerCase()}s` === plural && nameOf(object) === name);
  const [kind, object] = now[index] ?? [];
  if (kind === undefined || object === undefined) throw new ApiError(404, 'NotFound', `${plural} "${name}" not found`);
  if (method === 'PATCH') {
    if (contentType !== 'application/merge-patch+json')
      throw new ApiError(415, 'UnsupportedMediaType', `${contentType}`);
    const patched = merged(object, body) as ApiObject;
    if (!isDry) now[index] = [kind, patched];
    return patched;
  }
  const uid = fieldOf(body, 'preconditions', 'uid');
  if (uid !== undefined && uid !== fieldOf(object, 'metadata', 'uid')) {
    throw new ApiError(409, 'Conflict', 'Precondition failed: UID in precondition');
  }
  // An object with a finalizer stays until the finalizer is removed.
  const stays = itemsOf(fieldOf(object, 'metadata', 'finalizers')).length > 0;
  const terminating = merged(object, { metadata: { deletionTimestamp: '2026-11-25T12:00:00Z' } }) as ApiObject;
  now.splice(index, 1, ...(stays ? [[kind, terminating] as const] : []));
  return {};
}

/** Creates an object with the fields that the server sets. */
function create(now: Stored[], body: ApiObject, isDry: boolean, count: number): ApiObject {
  const { generateName, ...metadata } = body.metadata as ApiObject;
  const name = metadata.name ?? `${generateName}x7k2p`;
  const object = { ...body, metadata: { ...metadata, name, uid: `created-${count}` } };
  if (now.some(([kind, other]) => kind === 'Pod' && nameOf(other) === name)) {
    throw new ApiError(409, 'AlreadyExists', `pods "${name}" already exists`);
  }
  if (!isDry) now.push(['Pod', object]);
  return object;
}

/** A JSON merge patch (RFC 7386). */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

const nameOf = (object: ApiObject): unknown => fieldOf(object, 'metadata', 'name');
