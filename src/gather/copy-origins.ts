/** Compares copies with their sources. Of a source, only a digest and its servers are kept, and nothing of it is shown. */
import { createHash } from 'node:crypto';
import { SECRETS } from '../cluster/read-secrets.ts';
import type { Reader } from '../cluster/reader.ts';
import { lookAtSecret } from '../cluster/secret-request.ts';
import { LARGE_TEXT } from '../codec/go/json.ts';
import { loginServers, readContents } from '../secret/contents.ts';
import { type CopyOrigin, type CopySourceName, copiedContent, isFromElsewhere, markedSource } from '../secret/copy.ts';
import type { Secret } from '../secret/secret.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { secretKey, secretName } from '../workloads/references.ts';

/** How many sources are read one by one. A namespace has a few; thousands of forged marks cause no more requests than this. */
const MAX_SOURCES = 50;
const CONCURRENCY = 8;

export interface CopyOrigins {
  /** To be called with every Secret that has been read. */
  note(secret: Secret): void;
  /** The namespaces of the sources in this cluster of all noted copies of that name. */
  namesakes(name: string): readonly string[];
  /** The sources in this cluster of all copies that have been noted, as `namespace/name`. */
  sources(): ReadonlySet<string>;
  /**
   * Compares all copies with their sources. The result is by `namespace/name` of the copy. `isWhole`: every pull secret of the
   * cluster has been noted, so only large sources are requested. Throws Interrupted.
   */
  find(isWhole: boolean): Promise<ReadonlyMap<string, CopyOrigin>>;
  /** The servers for which a source that `find` has read holds logins. */
  serversOf(source: CopySourceName): readonly string[] | undefined;
}

interface Copy {
  readonly source: CopySourceName;
  /** Whether the source is in another cluster. */
  readonly isElsewhere: boolean;
  readonly digest: string | undefined;
}

export function createCopyOrigins({ transport, unread }: Reader): CopyOrigins {
  const digests = new Map<string, string>();
  const copies = new Map<string, Copy>();
  const servers = new Map<string, readonly string[] | undefined>();
  /** Large Secrets, read again if they turn out to be sources. */
  const postponed = new Set<string>();
  const unreadSecrets = (): Set<string> =>
    new Set(
      (unread?.list() ?? []).flatMap(({ resource: { plural }, namespace = '', name }) =>
        plural === SECRETS.plural ? [secretKey(namespace, name)] : [],
      ),
    );
  const digestOf = async (source: CopySourceName): Promise<string | 'missing' | 'not readable'> => {
    const present = await lookAtSecret(transport, source);
    if (present === 'unknown') return 'not readable';
    if (present !== 'none') servers.set(secretKey(source.namespace, source.name), serversIn(present));
    return present === 'none' ? 'missing' : (digest(present) ?? 'missing');
  };
  const sourcesHere = (): Set<string> =>
    new Set(
      [...copies.values()].flatMap(({ source: { namespace, name }, isElsewhere }) =>
        isElsewhere ? [] : [secretKey(namespace, name)],
      ),
    );
  return {
    note(secret) {
      const { namespace = '', name = '' } = secret.metadata;
      const key = secretKey(namespace, name);
      const source = markedSource(secret);
      // Large Secrets are hashed only when needed, because few are the source of a copy.
      if (source === undefined && isLarge(secret)) {
        postponed.add(key);
        return;
      }
      const own = digest(secret);
      if (own !== undefined) digests.set(key, own);
      if (source !== undefined) copies.set(key, { source, digest: own, isElsewhere: isFromElsewhere(secret) });
    },
    sources: sourcesHere,
    namesakes: (name) =>
      [...sourcesHere()].flatMap((key) => (secretName(key).name === name ? secretName(key).namespace : [])),
    serversOf: ({ namespace, name }) => servers.get(secretKey(namespace, name)),
    async find(isWhole) {
      const unknown = [...sourcesHere()].filter((key) => !digests.has(key) && (!isWhole || postponed.has(key)));
      const odd = unreadSecrets();
      const looked = new Map<string, string>();
      await forEachLimit(
        CONCURRENCY,
        unknown.slice(0, MAX_SOURCES),
        async (key) => void looked.set(key, await digestOf(secretName(key))),
      );
      return new Map(
        [...copies].map(([key, { source, digest: own, isElsewhere }]): [string, CopyOrigin] => {
          if (isElsewhere) return [key, { ...source, state: 'elsewhere' }];
          const known = secretKey(source.namespace, source.name);
          const isGone = isWhole && !odd.has(known) && !postponed.has(known);
          const found = digests.get(known) ?? looked.get(known) ?? (isGone ? 'missing' : 'not readable');
          if (found === 'missing' || found === 'not readable') return [key, { ...source, state: found }];
          return [key, { ...source, state: found === own ? 'same' : 'different' }];
        }),
      );
    },
  };
}

/** Undefined for a large Secret, whose logins take too long to parse. */
function serversIn(secret: Secret): readonly string[] | undefined {
  return isLarge(secret) ? undefined : loginServers(readContents(secret));
}

function isLarge(secret: Secret): boolean {
  return (copiedContent(secret)?.length ?? 0) >= LARGE_TEXT;
}

function digest(secret: Secret): string | undefined {
  const content = copiedContent(secret);
  return content === undefined ? undefined : createHash('sha256').update(content).digest('base64');
}
