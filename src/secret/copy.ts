/** The copies of a pull secret that `sync` writes, how they are recognised, and what their source is. Labels and annotations hold it all. */
import { UserError } from '../errors.ts';
import { type Command, command } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { isNamespaceName, isObjectName, nameWord, scope } from '../line/object-name.ts';
import type { ShownServer } from './display-server.ts';
import { EXPIRES_AT, parseExpiries } from './expiry.ts';
import { DATA_KEY, describeSecret, isPullSecretType, type PullSecretType, type Secret } from './secret.ts';

/** Label on everything that regsecret makes by itself. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
/** Annotation on a copy: `NAMESPACE/NAME` of its source. */
export const SOURCE = 'regsecret/source';
/** Annotation on a copy whose source is no Secret of its cluster; its values are {@link MadeFrom}. */
export const MADE_FROM = 'regsecret/made-from';
/** `login`: `sync` was given a login, so no Secret is the source. `another-cluster`: the source is in another cluster. */
export type MadeFrom = 'login' | 'another-cluster';
/** Annotation on a namespace. With any other value than `true`, nothing is written there. */
export const SYNC = 'regsecret/sync';

/** All that a copy takes from its source. */
export interface CopySource {
  /** `NAMESPACE/NAME`. */
  readonly ref: string;
  readonly name: string;
  readonly type: PullSecretType;
  /** In base64, as it is stored. */
  readonly payload: string;
  /** The value of the annotation {@link EXPIRES_AT}. */
  readonly expiresAt: string | undefined;
  /** Left out for a Secret of the cluster that gets the copies. */
  readonly madeFrom?: MadeFrom | undefined;
}

/**
 * What copies take from `secret`: type and payload, byte for byte, and when its logins expire. They take no other label or
 * annotation, because Argo CD, Flux, Helm and kubectl would prune copies with their tracking data. Throws UserError for a Secret
 * that is no pull secret, or is a copy itself.
 */
export function copySourceOf(secret: Secret): CopySource {
  const { type, data, metadata } = secret;
  const { namespace = '', name = '' } = metadata;
  const mark = copyMark(secret);
  if (mark !== undefined) {
    const [from = '', original = ''] = mark.source.split('/');
    const isElsewhere = mark.from === ELSEWHERE;
    throw new UserError(
      `${describeSecret(secret)} is itself a copy of ${mark.source}${isElsewhere ? ' in another cluster' : ''}`,
      isElsewhere
        ? prose`sync it from that cluster with --to-context`
        : command`regsecret sync ${nameWord(original)} ${scope(from)}`,
    );
  }
  if (!isPullSecretType(type)) {
    throw new UserError(
      `${describeSecret(secret)} has the type ${type ?? 'Opaque'}, which the kubelet ignores`,
      command`regsecret inspect ${nameWord(name)} ${scope(namespace)}`,
    );
  }
  const payload = data?.[DATA_KEY[type]] ?? '';
  return { ref: `${namespace}/${name}`, name, type, payload, expiresAt: metadata.annotations?.[EXPIRES_AT] };
}

/** The `NAMESPACE/NAME` that a copy says it comes from; undefined for a Secret that is no copy. */
function sourceOf({ metadata: { namespace, name, labels, annotations } }: Secret): string | undefined {
  if (labels?.[MANAGED_BY] !== 'regsecret' || readRef(annotations?.[SOURCE] ?? '')?.name !== name) return undefined;
  // Somebody may have recreated the source from its copy. In another cluster, the source may have the same name.
  const isItself = annotations?.[SOURCE] === `${namespace}/${name}` && annotations[MADE_FROM] === undefined;
  return isItself ? undefined : annotations?.[SOURCE];
}

/** Whose copy a Secret says it is. Everyone who can write the Secret can write this, so it proves nothing. */
export interface CopyMark {
  /** `NAMESPACE/NAME`. */
  readonly source: string;
  readonly from: 'this-cluster' | MadeFrom;
}

/**
 * The mark of a copy; undefined for a Secret that is none. `sync` gives a copy the name of its source, so a mark that names another
 * one makes no copy.
 */
export function copyMark(secret: Secret): CopyMark | undefined {
  const source = sourceOf(secret);
  if (source === undefined) return undefined;
  if (secret.metadata.annotations?.[MADE_FROM] === LOGIN) return { source, from: LOGIN };
  return { source, from: isFromElsewhere(secret) ? ELSEWHERE : 'this-cluster' };
}

/** Makes a copy a Secret of its own. */
export function forgetSource(name: string, namespace: string | undefined): Command {
  return command`kubectl annotate secret ${nameWord(name)} ${scope(namespace)} ${`${SOURCE}-`}`;
}

/** Whether a copy says that its source is in another cluster. */
export function isFromElsewhere({ metadata: { annotations } }: Secret): boolean {
  return annotations?.[MADE_FROM] === ELSEWHERE;
}

const ELSEWHERE = 'another-cluster' satisfies MadeFrom;
const LOGIN = 'login' satisfies MadeFrom;

/**
 * Whether `secret` is a copy of `source`. A Secret of the same namespace and name in another cluster is another source. A login
 * and a Secret may replace each other as the source.
 */
export function isCopyOf(secret: Secret, { ref, madeFrom }: Pick<CopySource, 'ref' | 'madeFrom'>): boolean {
  const mark = copyMark(secret);
  if (mark?.source !== ref) return false;
  return mark.from === LOGIN || madeFrom === LOGIN || (mark.from === ELSEWHERE) === (madeFrom === ELSEWHERE);
}

/** Reads `NAMESPACE/NAME`. Undefined for anything else. */
function readRef(ref: string): CopySourceName | undefined {
  const [namespace = '', name = '', ...more] = ref.split('/', 3);
  return more.length === 0 && isNamespaceName(namespace) && isObjectName(name) ? { namespace, name } : undefined;
}

/** The copy of `source` for `namespace`, which has no Secret of that name yet. */
export function newCopy(source: CopySource, namespace: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: source.name,
      namespace,
      labels: { [MANAGED_BY]: 'regsecret' },
      annotations: Object.fromEntries(
        Object.entries(annotationsOf(source)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    },
    type: source.type,
    data: dataOf(source),
  };
}

/** The copy of `source` that replaces `existing`, with the labels, annotations and data that others put there. */
export function replacedCopy(source: CopySource, existing: Secret): Secret {
  const copy = newCopy(source, existing.metadata.namespace ?? '');
  const { [EXPIRES_AT]: _end, [MADE_FROM]: _origin, ...annotations } = existing.metadata.annotations ?? {};
  const metadata = {
    ...copy.metadata,
    labels: { ...existing.metadata.labels, ...copy.metadata.labels },
    annotations: { ...annotations, ...copy.metadata.annotations },
  };
  const { '.dockerconfigjson': _payload, '.dockercfg': _map, ...data } = existing.data ?? {};
  return { ...copy, metadata, data: { ...data, ...copy.data } };
}

/**
 * The JSON merge patch (RFC 7386) that makes `existing`, which has the type of `source`, its copy, if `existing` is still as it
 * was read. Undefined if it is a copy already. What others put there stays: labels, annotations, and data that is no payload.
 */
export function copyPatch(existing: Secret, source: CopySource): object | undefined {
  const labels = differing(existing.metadata.labels, { [MANAGED_BY]: 'regsecret' });
  const wanted = { ...source, expiresAt: endOf(existing, source) };
  const annotations = differing(existing.metadata.annotations, annotationsOf(wanted));
  const data = differing(existing.data, { ...NO_PAYLOAD, ...dataOf(source) });
  if (labels === undefined && annotations === undefined && data === undefined) return undefined;
  const { resourceVersion } = existing.metadata;
  const metadata = { resourceVersion, ...(labels && { labels }), ...(annotations && { annotations }) };
  return { metadata, ...(data && { data }) };
}

/**
 * When the logins of the copy expire. For some logins only the lifetime is known: read again, the same login seems to expire
 * later, and the time that is already written is right.
 */
function endOf(
  { metadata, type, data }: Secret,
  { madeFrom, type: wanted, payload, expiresAt }: CopySource,
): string | undefined {
  const written = metadata.annotations?.[EXPIRES_AT];
  if (madeFrom !== 'login' || type !== wanted || data?.[DATA_KEY[wanted]] !== payload) return expiresAt;
  const [before, now] = [parseExpiries(written), parseExpiries(expiresAt)];
  const isEarlier = [...now].every(([server, end]) => Date.parse(before.get(server) ?? '') <= Date.parse(end));
  return before.size === now.size && isEarlier ? written : expiresAt;
}

function annotationsOf({ ref, expiresAt, madeFrom }: CopySource): Record<string, string | undefined> {
  return { [SOURCE]: ref, [MADE_FROM]: madeFrom, [EXPIRES_AT]: expiresAt };
}

function dataOf({ type, payload }: CopySource): Record<string, string> {
  return { [DATA_KEY[type]]: payload };
}

/** The payload of the other type is an older login. */
const NO_PAYLOAD = Object.fromEntries(Object.values(DATA_KEY).map((key) => [key, undefined]));

/** The members of `wanted` that differ from `present`, null for those to remove. Undefined if there are none. */
function differing(
  present: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string | undefined>>,
): Record<string, string | null> | undefined {
  const others = Object.entries(wanted).filter(([name, value]) => present[name] !== value);
  if (others.length === 0) return undefined;
  return Object.fromEntries(others.map(([name, value]) => [name, value ?? null]));
}

/** The Secret that the mark of a copy names as its source. Everyone who can write the copy can write the mark, so it proves nothing. */
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

/** The namespaces of several findings, sorted. Undefined if there is only one. */
export function placesOf(
  found: readonly { readonly object: { readonly namespace?: string | undefined } }[],
): readonly string[] | undefined {
  const namespaces = [...new Set(found.map(({ object }) => object.namespace ?? ''))].sort();
  return namespaces.length < 2 ? undefined : namespaces;
}

/** Merges the findings on all copies of `source`. A copy that works while the source is refused is the one that is named. */
export function staleTogether<T extends { readonly namespace?: string | undefined }>(
  source: CopySourceName,
  found: readonly { readonly object: T; readonly arguments: object }[],
): { readonly object?: T; readonly arguments: StaleCopy } {
  const refusalOf = (args: object): StaleCopy['refusedBy'] => (args as Partial<StaleCopy>).refusedBy;
  const better = found.find((one) => refusalOf(one.arguments) !== undefined);
  return {
    ...(better && { object: better.object }),
    arguments: {
      source,
      namespaces: placesOf(found),
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
 * The source that the mark of `secret` names. Undefined if `sync` cannot have made `secret` from a Secret: it is no copy, or one of a
 * login, or of a Secret in the same namespace of this cluster.
 */
export function markedSource(secret: Secret): CopySourceName | undefined {
  const mark = copyMark(secret);
  if (mark === undefined || mark.from === LOGIN) return undefined;
  const source = readRef(mark.source);
  return mark.from === 'this-cluster' && source?.namespace === secret.metadata.namespace ? undefined : source;
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
  'not readable': ' (no permission to read it)',
  elsewhere: ' (in another cluster)',
};
