/** Decides which Secret gets which new login, before anything is written. Pure: works only on what has been read. */
import type { UserError } from '../../errors.ts';
import { type SecretName, secretKey } from '../../workloads/references.ts';
import type { HeldEntry, HeldSecret } from './old-login.ts';

/** Which login is the old one. `proof.ts` makes it. */
export interface OldLogin {
  /** Whether an entry elsewhere holds the old login; undefined where nobody has said which one is old. */
  isOld(entry: Pick<HeldEntry, 'login' | 'next'>): boolean | undefined;
  /** Whether an entry of the home namespace may be replaced, if its user is meant. */
  isOldAtHome(entry: Pick<HeldEntry, 'login'>): boolean;
}

export interface RotateRules {
  /** Whether the home namespace also loses the logins of other users. */
  readonly anyUser: boolean;
  readonly below: boolean;
  readonly owned: boolean;
  /** The namespace of `-n`, or of the context: what stands there is the person's own. */
  readonly home: string;
  readonly old: OldLogin;
}

/**
 * What happens to one entry: it gets the new login, has it already, or keeps the one it has. `unknown password`: it may be the old
 * one, but nobody has said which one is old.
 */
export type EntryState =
  | 'new'
  | 'has it'
  | 'no user'
  | 'cannot be decoded'
  | 'other user'
  | 'below'
  | 'other password'
  | 'unknown password';

export interface PlannedEntry extends HeldEntry {
  readonly state: EntryState;
}

/** Why a Secret is not written although one of its entries should get the new login. */
export type Obstacle = 'maker' | 'source' | 'immutable' | 'copy';

export interface PlannedSecret extends HeldSecret {
  readonly entries: readonly PlannedEntry[];
  /** `left`: no entry should get the new login. `held back`: an entry should get it, but there is an obstacle. */
  readonly action: 'update' | 'unchanged' | 'left' | 'held back';
  readonly obstacle?: Obstacle;
  /** Whether it gets what its source has afterwards, as `sync` copies it. */
  readonly isCopy?: boolean;
  /** Why it cannot be made the copy that it should be. */
  readonly refusal?: UserError;
  /** Whether it is a copy whose source does not exist. */
  readonly isOrphan?: boolean;
}

/** Plans one item for each Secret. `isRotatedElsewhere` tells of a source that gets the new login in another cluster of this run. */
export function planRotation(
  held: readonly HeldSecret[],
  rules: RotateRules,
  isRotatedElsewhere: (source: string) => boolean = () => false,
): PlannedSecret[] {
  const items = held.map((secret) => planHeld(secret, rules));
  const rotated = new Set(items.filter(isRotatedSource).map(({ ref }) => secretKey(ref.namespace, ref.name)));
  return items.map((item) => {
    const { mark } = item;
    const isMeant =
      mark !== undefined &&
      ((mark.from === 'this-cluster' && rotated.has(mark.source)) ||
        (mark.from === 'another-cluster' && isRotatedElsewhere(mark.source)));
    if (!isMeant) return item;
    const { obstacle: _, ...copy } = item;
    return { ...copy, action: 'update', isCopy: true };
  });
}

export function isHome({ namespace }: SecretName, { home }: Pick<RotateRules, 'home'>): boolean {
  return namespace === home;
}

/** Whether it has the new login afterwards, and copies may be made of it. A copy is never a source. */
export function isRotatedSource({ mark, action }: PlannedSecret): boolean {
  return mark === undefined && (action === 'update' || action === 'unchanged');
}

/** Plans one Secret by itself. */
export function planHeld(held: HeldSecret, rules: RotateRules): PlannedSecret {
  const entries = planEntries(held, rules);
  const states = entries.map(({ state }) => state);
  if (!states.includes('new')) return { ...held, entries, action: states.includes('has it') ? 'unchanged' : 'left' };
  const obstacle = obstacleFor(held, rules);
  return obstacle === undefined
    ? { ...held, entries, action: 'update' }
    : { ...held, entries, action: 'held back', obstacle };
}

/** Decides by the entries alone, so that the decision can be repeated on the Secret as it is when it is written. */
export function planEntries({ entries, ref }: Pick<HeldSecret, 'entries' | 'ref'>, rules: RotateRules): PlannedEntry[] {
  return entries.map((entry) => ({ ...entry, state: entryState(entry, isHome(ref, rules), rules) }));
}

function entryState(entry: HeldEntry, atHome: boolean, rules: RotateRules): EntryState {
  const { login, hasMore, place } = entry;
  const { username, password } = entry.next.credential;
  const isNew = login?.username === username && login.password === password;
  if (isNew && !hasMore) return 'has it';
  if (place === 'below' && !rules.below) return 'below';
  // The owner has the new login already, and only loses the token beside it.
  if (isNew) return 'new';
  const isOld = atHome ? undefined : rules.old.isOld(entry);
  if (isOld === true) return 'new';
  if (login?.username !== username && !(rules.anyUser && atHome)) {
    if (login === undefined) return 'cannot be decoded';
    return login.username ? 'other user' : 'no user';
  }
  if (atHome) return rules.old.isOldAtHome(entry) ? 'new' : 'other password';
  return isOld === undefined ? 'unknown password' : 'other password';
}

function obstacleFor({ maker, mark, isImmutable }: HeldSecret, { owned }: RotateRules): Obstacle | undefined {
  if (isImmutable) return 'immutable';
  if (mark !== undefined) return owned && mark.from === 'login' ? undefined : 'source';
  return maker !== undefined && !owned ? 'maker' : undefined;
}
