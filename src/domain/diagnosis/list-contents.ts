/** The combined contents of the Secrets in one list. Hundreds of pods may have the same list, so each list is read once. */
import { isBug } from '../../errors.ts';
import type { ContentEntry, Contents } from '../keyring/contents.ts';
import { type ShownServer, shownServer } from '../keyring/display-server.ts';
import { lookUpAhead } from '../keyring/keyring.ts';
import { secretKey, secretName } from '../workloads/references.ts';
import type { Puller, PullFacts } from './facts.ts';

export interface ListContents {
  /** The first servers that have an entry. */
  readonly servers: readonly ShownServer[];
  /** How many more there are. Entries of which nothing is kept count one each. */
  readonly moreServers: number;
  /** The first servers for which several Secrets have different logins. */
  readonly conflicts: readonly Conflict[];
  /** How many more such servers there are. */
  readonly moreConflicts: number;
}

export interface Conflict {
  readonly server: ShownServer;
  /** The first entry with each login, in order. */
  readonly logins: readonly ListedEntry[];
}

export interface ListedEntry {
  readonly entry: ContentEntry;
  readonly secret: string;
}

const SERVERS = 24;
const CONFLICTS = 20;

/** The cache: by the map of all Secrets, then by namespace and names. */
const known = new WeakMap<PullFacts['secrets'], Map<string, ListContents>>();

/** The contents of the Secrets `names` in `namespace`, as far as they could be read. */
export function listContents(names: readonly string[], namespace: string, { secrets }: PullFacts): ListContents {
  const lists = known.get(secrets) ?? new Map<string, ListContents>();
  known.set(secrets, lists);
  const list = JSON.stringify([namespace, names]);
  const contents = lists.get(list) ?? contentsOf(readSecrets(names, namespace, secrets));
  lists.set(list, contents);
  return contents;
}

/** Decodes Secrets with many entries once for all images of their namespaces. Yields between images. */
export function* decodeAhead(pullers: readonly Puller[], { secrets }: PullFacts): Generator<void> {
  const images = new Map<string, Set<string>>();
  for (const { ref, images: uses } of pullers) {
    const here = images.get(ref.namespace) ?? new Set();
    images.set(ref.namespace, here);
    for (const { image } of uses) here.add(image);
  }
  for (const [key, state] of secrets) {
    try {
      const here = images.get(secretName(key).namespace);
      if (here === undefined || state.status !== 'there' || (state.contents.moreEntries ?? 0) === 0) continue;
      yield* lookUpAhead(state.secret, here, state.contents.failure === undefined);
    } catch (error) {
      // The bug occurs again for each pod that names the Secret, and is reported there.
      if (!isBug(error)) throw error;
    }
  }
}

interface ListedSecret {
  readonly name: string;
  readonly contents: Contents;
}

function readSecrets(names: readonly string[], namespace: string, secrets: PullFacts['secrets']): ListedSecret[] {
  return names.flatMap((name) => {
    const state = secrets.get(secretKey(namespace, name));
    return state?.status === 'there' ? [{ name, contents: state.contents }] : [];
  });
}

function contentsOf(secrets: readonly ListedSecret[]): ListContents {
  const entries = secrets.flatMap(({ name, contents }) => contents.entries.map((entry) => ({ entry, secret: name })));
  const unknown = secrets.reduce((sum, { contents: { moreEntries = 0 } }) => sum + moreEntries, 0);
  const servers = new Set(entries.map(({ entry }) => shownServer(entry.server)));
  const conflicts = conflictsOf(entries);
  return {
    servers: [...servers].slice(0, SERVERS),
    moreServers: Math.max(0, servers.size - SERVERS) + unknown,
    conflicts: conflicts.slice(0, CONFLICTS),
    moreConflicts: Math.max(0, conflicts.length - CONFLICTS),
  };
}

/** Keys under which several Secrets have different logins. The kubelet tries all but one of those in vain. */
function conflictsOf(entries: readonly ListedEntry[]): Conflict[] {
  if (new Set(entries.map(({ secret }) => secret)).size < 2) return [];
  // An entry that cannot be decoded is never tried.
  const byKey = Map.groupBy(
    entries.filter(({ entry }) => entry.login !== undefined),
    ({ entry }) => entry.key,
  );
  return [...byKey].flatMap(([key, same]) => (key === undefined || same.length < 2 ? [] : (conflictOf(same) ?? [])));
}

function conflictOf(same: readonly ListedEntry[]): Conflict | undefined {
  const byLogin = Map.groupBy(same, ({ entry: { login } }) => JSON.stringify([login?.username, login?.password]));
  const secrets = new Set(same.map(({ secret }) => secret));
  // Equal logins count once, by their first entry.
  const different = [...byLogin.values()].flatMap(([first]) => first ?? []);
  const [first] = different;
  if (first === undefined || different.length < 2 || secrets.size < 2) return undefined;
  return { server: shownServer(first.entry.server), logins: different };
}
