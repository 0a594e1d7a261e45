/** One line of the list of pull secrets. */
import { hasEntry } from '../keyring/contents.ts';
import { type ShownServer, shownServer } from '../keyring/display-server.ts';
import type { KubeletEntry } from '../keyring/entry.ts';
import { readKey } from '../keyring/key.ts';
import type { Secret } from '../keyring/secret.ts';
import { isWithin } from '../keyring/server.ts';
import type { CopyOrigin } from '../pull-secret/copy-origin.ts';
import { endsIn } from '../pull-secret/expiry.ts';
import { rfc3339 } from '../text/time.ts';
import { compareNames, type Usage } from '../workloads/references.ts';
import { finding } from './catalog.ts';
import { diagnoseBriefly } from './diagnosed-secret.ts';
import type { Finding } from './finding.ts';
import { originFindings } from './origin-findings.ts';

/** The JSON of one item of `list -o json`. */
export interface SecretRow {
  readonly namespace: string;
  readonly name: string;
  /** Undefined where the Secret does not exist, or may not be read. */
  readonly type?: string | undefined;
  readonly createdAt?: string | undefined;
  /** The first ones. */
  readonly registries: readonly RowRegistry[];
  /** How many there are beside those. */
  readonly moreRegistries?: number | undefined;
  readonly usedBy: Usage;
  /** What it is marked as a copy of. */
  readonly copyOf?: CopyOrigin | undefined;
  readonly findings: readonly Finding[];
}

export interface RowRegistry {
  readonly server: ShownServer;
  readonly username?: string | undefined;
  /** The same for the same login, for one person on one machine. */
  readonly fingerprint?: string | undefined;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
}

/** What a row needs of a Secret: nothing of its contents is kept but names. */
export type SecretSummary = Omit<SecretRow, 'usedBy'>;

/** Which login a Secret has to hold: of one of these registries, as `rotate` looks for it, and of this user. */
export interface LoginFilter {
  readonly servers?: readonly string[] | undefined;
  readonly username?: string | undefined;
}

/** Whether `secret` has an entry that is meant, also one of those that its row only counts. In steps. */
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

/** In steps; `now` in milliseconds since 1970. */
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

/** `row` of what is a copy, with what is wrong about that. */
export function withOrigin(row: SecretSummary, copyOf: CopyOrigin): SecretSummary {
  const copy = { kind: 'Secret', namespace: row.namespace, name: row.name } as const;
  return { ...row, copyOf, findings: [...row.findings, ...originFindings(copy, copyOf)] };
}

/** A Secret that somebody refers to and that does not exist. */
export function missingRow(namespace: string, name: string): SecretSummary {
  const object = { kind: 'Secret', namespace, name } as const;
  return { namespace, name, registries: [], findings: [finding('missing-secret', object, {})] };
}

/** A Secret that the API server does not give, or that our own code fails over. */
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

/** The most problems first, the oldest first, and what is equal by namespace, then by name. */
export function sortRows(rows: readonly SecretRow[], order: RowOrder): SecretRow[] {
  const key = KEYS[order];
  return [...rows].sort((one, other) => {
    if (key(one) === key(other)) return compareNames(one, other);
    return key(one) < key(other) ? -1 : 1;
  });
}
