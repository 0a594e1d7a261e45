/** One line of the list of pull secrets. */
import { hasEntry } from '../secret/contents.ts';
import type { CopyOrigin } from '../secret/copy.ts';
import { type ShownServer, shownServer } from '../secret/display-server.ts';
import { endsIn } from '../secret/expiry.ts';
import { readKey } from '../secret/key.ts';
import type { KubeletEntry } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import { isWithin } from '../secret/server.ts';
import { rfc3339 } from '../text/time.ts';
import { compareNames, type Usage } from '../workloads/references.ts';
import { diagnoseBriefly, originFindings } from './diagnosed-secret.ts';
import { type Finding, finding } from './finding.ts';

/** The JSON of one item of `list -o json`. */
export interface SecretRow {
  readonly namespace: string;
  readonly name: string;
  /** Undefined if the Secret does not exist, or may not be read. */
  readonly type?: string | undefined;
  readonly createdAt?: string | undefined;
  /** The first entries. */
  readonly registries: readonly RowRegistry[];
  /** How many more entries there are. */
  readonly moreRegistries?: number | undefined;
  readonly usedBy: Usage;
  /** The source that it is marked as a copy of. */
  readonly copyOf?: CopyOrigin | undefined;
  readonly findings: readonly Finding[];
}

export interface RowRegistry {
  readonly server: ShownServer;
  readonly username?: string | undefined;
  /** Equal for equal logins, but only for one person on one machine. */
  readonly fingerprint?: string | undefined;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
}

/** A row without the users of the Secret. It holds no password. */
export type SecretSummary = Omit<SecretRow, 'usedBy'>;

/** The login that a Secret must hold: for one of these registries, as `rotate` looks for it, and of this user. */
export interface LoginFilter {
  readonly servers?: readonly string[] | undefined;
  readonly username?: string | undefined;
}

/** Whether `secret` has an entry that the filter matches, even one that its row only counts. Yields between steps. */
export function* holdsLogin(secret: Secret, { servers, username }: LoginFilter): Generator<void, boolean> {
  if (servers === undefined && username === undefined) return true;
  const isOf = (server: string, typed: string): boolean => {
    const [key, wanted] = [readKey(server), readKey(typed)];
    return server === typed || (key !== undefined && wanted !== undefined && isWithin(key, wanted));
  };
  return yield* hasEntry(
    secret,
    (server) => servers?.some((typed) => isOf(server, typed)) ?? true,
    (login) => username === undefined || login?.username === username,
  );
}

/** The row of `secret`. `now` is in milliseconds since 1970. Yields between steps. */
export function* summarize(
  secret: Secret,
  now: number,
  fingerprint: (login: KubeletEntry) => string,
): Generator<void, SecretSummary> {
  const { contents, findings } = yield* diagnoseBriefly(secret, now);
  const { namespace = '', name = '', creationTimestamp } = secret.metadata;
  const endOf = endsIn(secret);
  return {
    namespace,
    name,
    type: contents.type,
    createdAt: creationTimestamp,
    registries: contents.entries.map((entry) => {
      const { username = '', password = '' } = entry.login ?? {};
      const end = endOf(entry);
      return {
        server: shownServer(entry.server),
        username: username || undefined,
        fingerprint: entry.login && password !== '' ? fingerprint(entry.login) : undefined,
        expiresAt: end && rfc3339(end.at),
      };
    }),
    moreRegistries: contents.moreEntries,
    findings,
  };
}

/** `row` of a copy, with its source and what is wrong with it as a copy. */
export function withOrigin(row: SecretSummary, copyOf: CopyOrigin): SecretSummary {
  const copy = { kind: 'Secret', namespace: row.namespace, name: row.name } as const;
  return { ...row, copyOf, findings: [...row.findings, ...originFindings(copy, copyOf)] };
}

/** The row of a Secret that some object refers to, but that does not exist. */
export function missingRow(namespace: string, name: string): SecretSummary {
  const object = { kind: 'Secret', namespace, name } as const;
  return { namespace, name, registries: [], findings: [finding('missing-secret', object, {})] };
}

/** The row of a Secret that the API server does not return, or on which our own code fails. */
export function unreadRow(found: Finding): SecretSummary {
  const { namespace = '', name } = found.object;
  return { namespace, name, registries: [], findings: [found] };
}

export type RowOrder = 'name' | 'namespace' | 'type' | 'problems' | 'age';

const KEYS: Readonly<Record<RowOrder, (row: SecretRow) => string | number>> = {
  name: ({ name }) => name,
  namespace: ({ namespace }) => namespace,
  type: ({ type = '' }) => type,
  problems: ({ findings }) => -findings.length,
  age: ({ createdAt = '' }) => createdAt,
};

/** Sorts by `order`: most problems first, oldest first. Equal rows are sorted by namespace, then by name. */
export function sortRows(rows: readonly SecretRow[], order: RowOrder): SecretRow[] {
  const key = KEYS[order];
  return [...rows].sort((one, other) => {
    if (key(one) === key(other)) return compareNames(one, other);
    return key(one) < key(other) ? -1 : 1;
  });
}
