/** Looks in other namespaces for an object that is not where it was looked for. */

import { UserError } from '../errors.ts';
import { words } from '../line/command.ts';
import { type Hint, prose } from '../line/hint.ts';
import { isNamespaceName, isObjectName } from '../line/object-name.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { type PullKindName, pullKind, WORKLOAD_KINDS } from '../workloads/kind.ts';
import { type ObjectRef, targetName } from '../workloads/object-ref.ts';
import { ApiError } from './api-error.ts';
import { listNames, METADATA_OF_ONE } from './object-request.ts';
import type { Transport } from './transport.ts';

/** What exists instead, such as `secret/pull does`, and the command for it. */
export interface Alternative {
  readonly what: string;
  readonly line: Hint;
}

/** No object of this kind exists, but another kind has one of the same name. */
export class OtherKind extends UserError {
  /** Undefined when several objects have the name. */
  readonly meant: ObjectRef | undefined;

  constructor(message: string, hint: Hint, meant: ObjectRef | undefined) {
    super(message, hint);
    this.meant = meant;
  }
}

/**
 * The kinds that `ref` may be of. In `why web`, the name may be that of a workload, since users know it better than those of the
 * pods.
 */
export function kindsOf({ kind }: ObjectRef): readonly PullKindName[] {
  return kind === 'Pod' ? [...WORKLOAD_KINDS, kind] : [kind];
}

/** The namespaces that have an object of this name, as far as they may be listed. `again` builds the command for one of them. */
export async function otherPlaces(
  ref: ObjectRef,
  transport: Transport,
  again: (name: string, kind: PullKindName, namespace: string) => Hint,
): Promise<Alternative | undefined> {
  const { name } = ref;
  if (!isObjectName(name)) return undefined;
  const query = { fieldSelector: `metadata.name=${name}` };
  const places = await Promise.all(
    kindsOf(ref).map(async (kind) => ({
      kind,
      namespaces: await listNames(transport, pullKind(kind), query, 'namespace'),
    })),
  );
  const { kind = ref.kind, namespaces = [] } = places.find((place) => place.namespaces.length > 0) ?? {};
  const [first, ...more] = namespaces;
  if (first === undefined) return undefined;
  const what = kind === ref.kind ? 'it' : targetName({ kind, name });
  const line = more.length === 0 ? again(name, kind, first) : prose`add ${words`-n`} with one of them`;
  return { what: `${what} does in ${nounFor(namespaces.length, 'namespace')} ${many(namespaces)}`, line };
}

export async function hasNamespace(transport: Transport, name: string): Promise<boolean> {
  return isNamespaceName(name) && exists(transport, `/api/v1/namespaces/${name}`);
}

/** Whether the object exists and may be read. */
export async function exists(transport: Transport, path: string): Promise<boolean> {
  try {
    await transport.request({ method: 'GET', path, accept: METADATA_OF_ONE });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return false;
  }
}
