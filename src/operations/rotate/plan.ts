/** Which Secret gets which new login, decided before anything is written. Pure: what was read goes in, and nothing is asked. */
import { type SecretName, secretKey } from '../../domain/workloads/references.ts';
import type { HeldEntry, HeldSecret } from './held.ts';

export interface RotateRules {
  readonly anyUser: boolean;
  readonly below: boolean;
  readonly owned: boolean;
  /** The namespace that the command names: whatever password is there is the old one. */
  readonly home: string;
  /**
   * Whether a login of another namespace is the old one. Without that, a Secret with the right server and user name and any
   * password would be enough to be given a login.
   */
  isProven(entry: Pick<HeldEntry, 'login' | 'next'>): boolean;
  /** Whether the command is about it; copies elsewhere go with their source. */
  isInScope(ref: SecretName): boolean;
  /** `NAMESPACE/NAME` of the sources that get the new login in other clusters, in the same run. */
  readonly rotatedElsewhere?: ReadonlySet<string> | undefined;
}

/** What becomes of one entry: it gets the new login, has it, or keeps what it has. */
export type EntryState = 'new' | 'has it' | 'no user' | 'cannot be decoded' | 'other user' | 'below' | 'other password';

export interface PlannedEntry extends HeldEntry {
  readonly state: EntryState;
}

/** Why a Secret is not written although an entry of it is meant. */
export type Obstacle = 'maker' | 'source' | 'immutable';

export interface PlannedSecret extends HeldSecret {
  readonly entries: readonly PlannedEntry[];
  /** `left`: nothing in it is meant; `held back`: something is, and there is an obstacle. */
  readonly action: 'update' | 'unchanged' | 'left' | 'held back';
  readonly obstacle?: Obstacle;
  /** Whether it is a copy whose source does not exist. */
  readonly isOrphan?: boolean;
}

/** One item for each Secret, in the order in which they are written: those at home prove the others, so they come last. */
export function planRotation(held: readonly HeldSecret[], rules: RotateRules): PlannedSecret[] {
  const own = held.filter(({ ref }) => rules.isInScope(ref));
  const rotated = rotatedSources(own.map((secret) => planSecret(secret, rules, () => false)));
  const isRotated = ({ source = '', isFromElsewhere }: HeldSecret): boolean =>
    isFromElsewhere ? (rules.rotatedElsewhere?.has(source) ?? false) : rotated.has(source);
  const copies = held
    .filter((secret) => !rules.isInScope(secret.ref) && isRotated(secret))
    .map((secret) => planSecret(secret, rules, isRotated))
    // One that differs from its source is brought to it by `sync`, and anybody may say of his Secret that it is a copy.
    .filter(({ action }) => action !== 'left');
  const items = [...copies, ...own.map((secret) => planSecret(secret, rules, isRotated))];
  return [...items.filter(({ ref }) => !isHome(ref, rules)), ...items.filter(({ ref }) => isHome(ref, rules))];
}

export function isHome({ namespace }: SecretName, { home }: Pick<RotateRules, 'home'>): boolean {
  return namespace === home;
}

/** `NAMESPACE/NAME` of what has the new login afterwards. What is a copy itself is no source. */
export function rotatedSources(items: readonly PlannedSecret[]): Set<string> {
  return new Set(
    items.flatMap(({ ref, action, source }) =>
      source === undefined && (action === 'update' || action === 'unchanged')
        ? [secretKey(ref.namespace, ref.name)]
        : [],
    ),
  );
}

/** What becomes of one Secret; `isRotated` says whether the source of a copy is written, too. */
function planSecret(held: HeldSecret, rules: RotateRules, isRotated: (copy: HeldSecret) => boolean): PlannedSecret {
  const entries = planEntries(held, rules);
  const states = entries.map(({ state }) => state);
  if (!states.includes('new')) return { ...held, entries, action: states.includes('has it') ? 'unchanged' : 'left' };
  const obstacle = obstacleFor(held, rules, isRotated);
  return obstacle === undefined
    ? { ...held, entries, action: 'update' }
    : { ...held, entries, action: 'held back', obstacle };
}

/** By the entries alone, so that it can be decided again from what is there when they are written. */
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
  // Its owner has the new login already, so nothing is given away.
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
