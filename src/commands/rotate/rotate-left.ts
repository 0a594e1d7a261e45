/**
 * Reports what `rotate` does not write, and why: entries that are not meant, Secrets that are meant and keep their login, and where
 * else the replaced password is.
 */
import type { Reader } from '../../cluster/reader.ts';
import { UserError } from '../../errors.ts';
import { type Command, command, dryRunFlag, words } from '../../line/command.ts';
import { lineOf } from '../../line/deed.ts';
import { againWith, type Hint, prose } from '../../line/hint.ts';
import { nameWord, scope } from '../../line/object-name.ts';
import type { Printer } from '../../output/printer.ts';
import { forgetSource } from '../../secret/copy.ts';
import { displayServer, shownServer } from '../../secret/display-server.ts';
import { many, plural } from '../../text/enumerate.ts';
import { compareNames, type SecretName, secretKey, secretName } from '../../workloads/references.ts';
import type { OtherPassword } from './old-login.ts';
import type { RotateRequest } from './rotate-request.ts';
import { type EntryState, isRotatedSource, type PlannedEntry, type PlannedSecret } from './rotation-plan.ts';

const SHOWN = 10;
/** How many registries with the same password are listed with their Secrets; of the others, only the names are given. */
const SERVERS = 3;

/** The flags that include an entry which is not meant. */
const TAKES_IN = { anyUser: words`--any-user`, below: words`--below` } as const;

/** The flag that would include an entry; undefined for one that no flag includes. */
function takenInBy(state: EntryState, namespace: string, { home }: RotateRequest): keyof typeof TAKES_IN | undefined {
  if (state === 'below') return 'below';
  const isOther = state === 'other user' || state === 'no user' || state === 'cannot be decoded';
  return isOther && namespace === home ? 'anyUser' : undefined;
}

/** Says which entries are not meant, and which flag would include them. */
export function sayKept(items: readonly PlannedSecret[], request: RotateRequest, printer: Printer): void {
  for (const [by, flag] of Object.entries(TAKES_IN)) {
    const kept = items.flatMap(({ ref, entries }) =>
      entries.flatMap((entry) => (takenInBy(entry.state, ref.namespace, request) === by ? [{ ref, entry }] : [])),
    );
    for (const { ref, entry } of kept.slice(0, SHOWN)) {
      printer.say(`secret/${ref.name} in ${ref.namespace} keeps ${keptEntry(entry)}`);
    }
    if (kept.length > SHOWN) printer.say(`and ${kept.length - SHOWN} more; -o json has them all`);
    if (kept.length > 0) printer.hint(prose`add ${flag} to also replace ${kept.length === 1 ? 'it' : 'them'}`);
  }
}

function keptEntry({ server, login, state }: PlannedEntry): string {
  const name = displayServer(server);
  if (state === 'cannot be decoded') return `its entry for ${name}, which cannot be decoded`;
  return login?.username ? `the login of ${login.username} for ${name}` : `an entry without a user for ${name}`;
}

/** A Secret that is meant, and why it does not get the new login. */
export type KeptSecret = readonly [ref: PlannedSecret['ref'], why: UserError];

/** The Secrets that keep the old login, and why. */
export function reasonsFor(items: readonly PlannedSecret[], request: RotateRequest): KeptSecret[] {
  return items.flatMap((item): KeptSecret[] => {
    const isOld = item.entries.some(({ state }) => state === 'new');
    return item.action === 'held back' && isOld ? [[item.ref, reasonFor(item, request)]] : [];
  });
}

/** Everyone who can write a Secret can mark it as a copy, so no rotation of its source is proposed. */
function inspectSource({ namespace, name }: SecretName): Command {
  return command`regsecret inspect ${nameWord(name)} ${scope(namespace)}`;
}

function reasonFor(item: PlannedSecret, request: RotateRequest): UserError {
  const { ref, obstacle, entries, maker, mark, isOrphan, refusal } = item;
  const secret = `secret ${ref.namespace}/${ref.name}`;
  const anyway = ['--owned writes it anyway'];
  if (refusal !== undefined) return refusal;
  if (obstacle === 'maker')
    return new UserError(`${secret} keeps its login, because ${maker?.name} creates it`, maker?.where, anyway);
  if (obstacle === 'immutable') {
    const entry = entries.find(({ state }) => state === 'new');
    return new UserError(`${secret} is immutable, so it keeps its login`, entry && recreate(ref, entry, request));
  }
  if (isOrphan) {
    const text = `${secret} keeps its login, because it is marked as a copy of ${mark?.source}, which does not exist`;
    return new UserError(text, forgetSource(ref.name, ref.namespace), anyway);
  }
  const isOf = `${secret} keeps its login, because it is a copy of ${mark?.source}`;
  switch (mark?.from) {
    case 'login':
      return new UserError(`${secret} keeps its login, because sync created it from a login`, FROM_LOGIN, anyway);
    case 'another-cluster':
      return new UserError(`${isOf} in another cluster`, FROM_ELSEWHERE);
    default:
      return new UserError(`${isOf}, which keeps its login`, inspectSource(secretName(mark?.source ?? '')));
  }
}

/** Says how many Secrets have another password for the same user, so that nobody takes them for rotated ones. */
export function sayOthers(items: readonly PlannedSecret[], printer: Printer): void {
  const others = withState(items, 'other password');
  if (others.length === 0) return;
  const namespaces = new Set(others.map(({ ref }) => ref.namespace)).size;
  const where = `in ${plural(namespaces, 'namespace')}`;
  printer.say(
    `${plural(others.length, 'Secret')} ${where} with another password ${others.length === 1 ? 'was' : 'were'} left alone`,
  );
}

/** Warns of passwords that may be the old one, and returns whether there are any. */
export function warnOfUnknown(items: readonly PlannedSecret[], printer: Printer): boolean {
  const unknown = withState(items, 'unknown password');
  const [first] = unknown;
  if (first === undefined) return false;
  const places = many(
    unknown.map(({ ref }) => `${ref.namespace}/${ref.name}`),
    { limit: SHOWN },
  );
  printer.warn(`it is not known whether the old password is in ${places}: the home namespace does not have it`);
  // Not from stdin, which may hold the new password.
  printer.hint(prose`give it, if you have it: ${againWith(words`--old-password-file FILE`)}`);
  return true;
}

function withState(items: readonly PlannedSecret[], state: EntryState): PlannedSecret[] {
  return items.filter(({ action, entries }) => action !== 'update' && entries.some((entry) => entry.state === state));
}

const FROM_LOGIN: Hint = prose`run that ${words`regsecret sync`} again with the new login`;
const FROM_ELSEWHERE: Hint = prose`rotate it there, and sync it from there again with --to-context`;

/** At home with the login flags of this command line; elsewhere the person types the login again. */
function recreate({ namespace, name }: PlannedSecret['ref'], entry: PlannedEntry, request: RotateRequest): Command {
  const secret = { do: 'create', secret: name, namespace, servers: [shownServer(entry.server)] } as const;
  const isHome = namespace === request.home;
  if (isHome && request.login.words.length > 0)
    return command`${lineOf(secret)} ${request.login} --force ${dryRunFlag(request)}`;
  const flags = ['--force', ...(request.dryRun === 'none' ? [] : [`--dry-run=${request.dryRun}`])];
  const login = isHome ? {} : { username: entry.next.credential.username, passwordStdin: true as const };
  return lineOf({ ...secret, ...login, flags });
}

/**
 * Says where else the replaced password is stored. It proposes no command: anyone who can write a Secret could put their own
 * registry beside the old password, and the command would send the new one there.
 */
export function saySamePassword(elsewhere: readonly SamePassword[], printer: Printer): void {
  for (const { server, secrets } of elsewhere.slice(0, SERVERS)) {
    const places = many(secrets.map(({ namespace, name }) => `${namespace}/${name}`));
    printer.say(
      `the same password is also stored for ${displayServer(server)} in ${plural(secrets.length, 'Secret')} (${places})`,
    );
  }
  const others = elsewhere.slice(SERVERS).map(({ server }) => displayServer(server));
  if (others.length > 0) printer.say(`and for ${many(others, { limit: SERVERS })}`);
}

/** Says what was not looked at because there is no permission to list it. */
export function sayUnseen({ missingRights }: Reader, printer: Printer): void {
  const unseen = missingRights.resources('list');
  if (unseen.length > 0) printer.warn(`not checked, no permission to list ${unseen.join(', ')}`);
}

/** Says how copies get the new login of the Secrets at home, where the command selects no other namespace. */
export function sayCopies(items: readonly PlannedSecret[], { home }: RotateRequest, printer: Printer): void {
  const [first, ...others] = items.filter(isRotatedSource);
  if (first === undefined) return;
  const sync =
    others.length === 0
      ? command`regsecret sync ${nameWord(first.ref.name)} ${scope(home)} --to NAMESPACES`
      : command`regsecret sync NAME ${scope(home)} --to NAMESPACES`;
  printer.hint(prose`update copies in other namespaces: ${sync}`);
}

interface SamePassword {
  /** The server as one of the Secrets has it. */
  readonly server: string;
  readonly secrets: readonly SecretName[];
}

export interface PasswordPlaces {
  /** One for each registry with this password. The registry in most Secrets comes first. */
  readonly registries: readonly SamePassword[];
  /** Secrets that have it in an annotation of `kubectl apply`. */
  readonly annotated: readonly SecretName[];
}

/**
 * The other places with a password that is replaced, under any user name: those of other registries, and outside of the home
 * namespace those of another user.
 */
export function samePasswords(
  items: readonly PlannedSecret[],
  others: readonly OtherPassword[],
  request: RotateRequest,
): PasswordPlaces {
  const old = new Set(
    items.flatMap(({ entries }) =>
      entries.flatMap(({ state, login, next }) =>
        state === 'new' && login?.password && login.password !== next.credential.password ? [login.password] : [],
      ),
    ),
  );
  const ofOtherUsers = items.flatMap(({ ref, entries }) =>
    entries.flatMap(({ server, login, state }): OtherPassword[] =>
      login !== undefined && state === 'other user' && takenInBy(state, ref.namespace, request) === undefined
        ? [{ ref, server, password: login.password }]
        : [],
    ),
  );
  const same = [...others, ...ofOtherUsers].filter(({ password }) => old.has(password));
  const groups = Map.groupBy(same, ({ server }) => (server === undefined ? undefined : displayServer(server)));
  const registries = [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first?.server === undefined ? [] : [{ server: first.server, secrets: secretsOf(group) }];
    })
    .toSorted((one, other) => other.secrets.length - one.secrets.length);
  return { registries, annotated: secretsOf(groups.get(undefined) ?? []) };
}

/** Each Secret once, although it may have the password for two users. */
function secretsOf(group: readonly OtherPassword[]): SecretName[] {
  const unique = new Map(group.map(({ ref }) => [secretKey(ref.namespace, ref.name), ref]));
  return [...unique.values()].toSorted(compareNames);
}
