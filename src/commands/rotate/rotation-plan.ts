/** Decides which Secret gets which new login, before anything is written. Pure: works only on what has been read. */
import { type SecretName, secretKey } from '../../workloads/references.ts';
import type { HeldEntry, HeldSecret } from './old-login.ts';

export interface RotateRules {
  readonly anyUser: boolean;
  readonly below: boolean;
  readonly owned: boolean;
  /** The namespace that the command names. Any password there counts as the old one. */
  readonly home: string;
  /**
   * Whether a login in another namespace is proven to be the old one. Without this proof, a Secret with the right server and user
   * name, but any password, would get the new login.
   */
  isProven(entry: Pick<HeldEntry, 'login' | 'next'>): boolean;
  /** Whether the command selects the Secret. Copies elsewhere are rotated with their source. */
  isInScope(ref: SecretName): boolean;
  /** `NAMESPACE/NAME` of the sources that get the new login in other clusters, in the same run. */
  readonly rotatedElsewhere?: ReadonlySet<string> | undefined;
}

/** What happens to one entry: it gets the new login, has it already, or keeps the one it has. */
export type EntryState = 'new' | 'has it' | 'no user' | 'cannot be decoded' | 'other user' | 'below' | 'other password';

export interface PlannedEntry extends HeldEntry {
  readonly state: EntryState;
}

/** Why a Secret is not written although one of its entries should get the new login. */
export type Obstacle = 'maker' | 'source' | 'immutable';

export interface PlannedSecret extends HeldSecret {
  readonly entries: readonly PlannedEntry[];
  /** `left`: no entry should get the new login. `held back`: an entry should get it, but there is an obstacle. */
  readonly action: 'update' | 'unchanged' | 'left' | 'held back';
  readonly obstacle?: Obstacle;
  /** Whether it is a copy whose source does not exist. */
  readonly isOrphan?: boolean;
}

/** Plans one item for each Secret, in writing order. Home Secrets come last, because they prove the others. */
export function planRotation(held: readonly HeldSecret[], rules: RotateRules): PlannedSecret[] {
  const own = held.filter(({ ref }) => rules.isInScope(ref));
  const rotated = rotatedSources(own.map((secret) => planSecret(secret, rules, () => false)));
  const isRotated = ({ source = '', isFromElsewhere }: HeldSecret): boolean =>
    isFromElsewhere ? (rules.rotatedElsewhere?.has(source) ?? false) : rotated.has(source);
  const copies = held
    .filter((secret) => !rules.isInScope(secret.ref) && isRotated(secret))
    .map((secret) => planSecret(secret, rules, isRotated))
    // Only `sync` corrects a copy that differs from its source, and anybody may mark a Secret as a copy.
    .filter(({ action }) => action !== 'left');
  const items = [...copies, ...own.map((secret) => planSecret(secret, rules, isRotated))];
  return [...items.filter(({ ref }) => !isHome(ref, rules)), ...items.filter(({ ref }) => isHome(ref, rules))];
}

export function isHome({ namespace }: SecretName, { home }: Pick<RotateRules, 'home'>): boolean {
  return namespace === home;
}

/** `NAMESPACE/NAME` of the sources that have the new login afterwards. A copy is never a source. */
export function rotatedSources(items: readonly PlannedSecret[]): Set<string> {
  return new Set(
    items.flatMap(({ ref, action, source }) =>
      source === undefined && (action === 'update' || action === 'unchanged')
        ? [secretKey(ref.namespace, ref.name)]
        : [],
    ),
  );
}

/** Plans one Secret. `isRotated` tells whether the source of a copy is written as well. */
function planSecret(held: HeldSecret, rules: RotateRules, isRotated: (copy: HeldSecret) => boolean): PlannedSecret {
  const entries = planEntries(held, rules);
  const states = entries.map(({ state }) => state);
  if (!states.includes('new')) return { ...held, entries, action: states.includes('has it') ? 'unchanged' : 'left' };
  const obstacle = obstacleFor(held, rules, isRotated);
  return obstacle === undefined
    ? { ...held, entries, action: 'update' }
    : { ...held, entries, action: 'held back', obstacle };
}

/** Decides by the entries alone, so that the decision can be repeated on the Secret as it is when it is written. */
export function planEntries({ entries, ref }: HeldSecret, rules: RotateRules): PlannedEntry[] {
  return entries.map((entry) => ({ ...entry, state: entryState(entry, ref, rules) }));
}

function entryState(entry: HeldEntry, ref: SecretName, rules: RotateRules): EntryState {
  const { login, hasMore, place } = entry;
  const { username, password } = entry.next.credential;
  const isNew = login?.username === username && login.password === password;
  if (isNew && !hasMore) return 'has it';
  if (place === 'below' && !rules.below) return 'below';
  if (login?.username !== username && !rules.anyUser) {
    if (login === undefined) return 'cannot be decoded';
    return login.username ? 'other user' : 'no user';
  }
  // Nothing is given away: the owner has the new login already, or the old one is at home or proven.
  if (isNew || isHome(ref, rules) || rules.isProven(entry)) return 'new';
  return login === undefined ? 'cannot be decoded' : 'other password';
}

function obstacleFor(
  held: HeldSecret,
  { owned }: RotateRules,
  isRotated: (copy: HeldSecret) => boolean,
): Obstacle | undefined {
  const { maker, source, isImmutable } = held;
  if (isImmutable) return 'immutable';
  if (owned) return undefined;
  if (maker !== undefined) return 'maker';
  return source !== undefined && !isRotated(held) ? 'source' : undefined;
}
