/** Which Secret a copy is marked as a copy of. Everyone who can write the copy can write the mark, so it proves nothing. */
import type { ShownServer } from '../keyring/display-server.ts';
import { DATA_KEY, isPullSecretType, type Secret } from '../keyring/secret.ts';
import { isNamespaceName, isObjectName } from '../text/object-name.ts';
import { isFromElsewhere, MADE_FROM, sourceOf } from './copy.ts';

/** The Secret that the mark of a copy names as its source. */
export interface CopySourceName {
  readonly namespace: string;
  readonly name: string;
}

/** What is known of a copy that differs from `source`. */
export interface StaleCopy {
  readonly source: CopySourceName;
  /** The namespaces with such a copy, if there are several. */
  readonly namespaces?: readonly string[] | undefined;
  /** The registry that rejects the login of the source, but accepts that of the copy. */
  readonly refusedBy?: ShownServer | undefined;
}

/** Merges the findings on all copies of `source`. A copy that works while the source is refused is the one that is named. */
export function staleTogether<T extends { readonly namespace?: string | undefined }>(
  source: CopySourceName,
  found: readonly { readonly object: T; readonly arguments: object }[],
): { readonly object?: T; readonly arguments: StaleCopy } {
  const namespaces = [...new Set(found.map(({ object }) => object.namespace ?? ''))].sort();
  const refusalOf = (args: object): StaleCopy['refusedBy'] => (args as Partial<StaleCopy>).refusedBy;
  const better = found.find((one) => refusalOf(one.arguments) !== undefined);
  return {
    ...(better && { object: better.object }),
    arguments: {
      source,
      namespaces: namespaces.length < 2 ? undefined : namespaces,
      refusedBy: better && refusalOf(better.arguments),
    },
  };
}

/** The source of a copy, and how it compares to the copy. */
export interface CopyOrigin extends CopySourceName {
  /**
   * Whether type and payload of the source are those of the copy; `missing`: there is no pull secret of that name; `elsewhere`:
   * it is in another cluster, which is not asked.
   */
  readonly state: 'same' | 'different' | 'missing' | 'not readable' | 'elsewhere';
}

/**
 * The source that the mark of `secret` names. Undefined if `sync` cannot have made `secret` from a Secret: it is a copy of a
 * login, of a Secret with another name, or of one in the same namespace of this cluster.
 */
export function markedSource(secret: Secret): CopySourceName | undefined {
  const ref = sourceOf(secret);
  if (typeof ref !== 'string' || secret.metadata.annotations?.[MADE_FROM] === 'login') return undefined;
  const [namespace = '', name = '', ...more] = ref.split('/', 3);
  const isName = more.length === 0 && isNamespaceName(namespace) && isObjectName(name);
  const isElsewhere = isFromElsewhere(secret) || namespace !== secret.metadata.namespace;
  const isPossible = isName && name === secret.metadata.name && isElsewhere;
  return isPossible ? { namespace, name } : undefined;
}

/** The type and payload that a copy takes from its source, as one text. Undefined for a Secret that no kubelet reads. */
export function copiedContent({ type, data }: Secret): string | undefined {
  return isPullSecretType(type) ? `${type} ${data?.[DATA_KEY[type]] ?? ''}` : undefined;
}

/** `copy of prod/pull (which may not be read)`. */
export function describeOrigin({ namespace, name, state }: CopyOrigin): string {
  return `copy of ${namespace}/${name}${STATES[state]}`;
}

const STATES: Readonly<Record<CopyOrigin['state'], string>> = {
  same: '',
  different: ' (differs)',
  missing: ' (which does not exist)',
  'not readable': ' (which may not be read)',
  elsewhere: ' (in another cluster)',
};
