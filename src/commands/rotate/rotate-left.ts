/**
 * Reports what `rotate` does not write, and why: entries that are not meant, Secrets that are meant and keep their login, and where
 * else the replaced password is.
 */
import type { Reader } from '../../cluster/reader.ts';
import { UserError } from '../../errors.ts';
import { ALL_NAMESPACES, type Command, command, dryRunFlag, words } from '../../line/command.ts';
import { againFor, type Hint, prose } from '../../line/hint.ts';
import { nameWord, scope } from '../../line/object-name.ts';
import type { Printer } from '../../output/printer.ts';
import { forgetSource } from '../../secret/copy.ts';
import { displayServer, shownServer } from '../../secret/display-server.ts';
import { loginKey } from '../../secret/last-applied.ts';
import { many, nounFor, plural } from '../../text/enumerate.ts';
import { compareNames, type SecretName, secretKey, secretName } from '../../workloads/references.ts';
import type { OtherPassword } from './old-login.ts';
import type { RotateRequest } from './rotate-request.ts';
import type { EntryState, PlannedEntry, PlannedSecret } from './rotation-plan.ts';

const SHOWN = 10;
/** How many registries with the same password are listed with their Secrets; of the others, only the names are given. */
const SERVERS = 3;

/** The flags that include an entry which is not meant, and what else they do. */
const TAKES_IN = {
  anyUser: [words`--any-user`, ''],
  undecodable: [words`--any-user --any-password`, ', which gives the new login to the owners of all these namespaces'],
  below: [words`--below`, ''],
} as const;

/**
 * The flags that would include an entry; undefined for one that is meant. In another namespace, nothing proves whose login an
 * entry is that cannot be decoded.
 */
function takenInBy(
  state: EntryState,
  namespace: string,
  { anyUser, anyPassword, home }: RotateRequest,
): keyof typeof TAKES_IN | undefined {
  switch (state) {
    case 'below':
      return 'below';
    case 'other user':
    case 'no user':
      return 'anyUser';
    case 'cannot be decoded':
      if (anyUser) return undefined;
      return anyPassword || namespace === home ? 'anyUser' : 'undecodable';
    default:
      return undefined;
  }
}

/** Says which entries are not meant, and which flag would include them. */
export function sayKept(items: readonly PlannedSecret[], request: RotateRequest, printer: Printer): void {
  for (const [by, [flags, also]] of Object.entries(TAKES_IN)) {
    const kept = items.flatMap(({ ref, entries }) =>
      entries.flatMap((entry) => (takenInBy(entry.state, ref.namespace, request) === by ? [{ ref, entry }] : [])),
    );
    for (const { ref, entry } of kept.slice(0, SHOWN)) {
      printer.say(`secret/${ref.name} in ${ref.namespace} keeps ${keptEntry(entry)}`);
    }
    if (kept.length > SHOWN) printer.say(`and ${kept.length - SHOWN} more; -o json has them all`);
    if (kept.length > 0) printer.hint(prose`add ${flags} to replace ${kept.length === 1 ? 'it' : 'them'}, too${also}`);
  }
}

function keptEntry({ server, login, state }: PlannedEntry): string {
  const name = displayServer(server);
  if (state === 'cannot be decoded') return `its entry for ${name}, which cannot be decoded`;
  return login?.username ? `the login of ${login.username} for ${name}` : `an entry without a user for ${name}`;
}

/** A Secret that is meant, and why it does not get the new login. */
export type KeptSecret = readonly [ref: PlannedSecret['ref'], why: UserError];

/**
 * The Secrets that keep their login, and why. A password that most namespaces have comes first, because of equal reasons the line
 * of the first is proposed.
 */
export function reasonsFor(items: readonly PlannedSecret[], request: RotateRequest): KeptSecret[] {
  const groups = [...Map.groupBy(items, keptPassword)].map(([password, group]) => ({
    group,
    sharing: password === undefined ? 1 : group.length,
    namespaces: password === undefined ? 0 : new Set(group.map(({ ref }) => ref.namespace)).size,
  }));
  return groups
    .toSorted((one, other) => other.namespaces - one.namespaces)
    .flatMap(({ group, sharing }) =>
      group.flatMap((item): KeptSecret[] => {
        const why = reasonFor(item, request, sharing);
        return why === undefined ? [] : [[item.ref, why]];
      }),
    );
}

/** The password that a Secret keeps; undefined when it is known to be the old one, or is kept for another reason. */
function keptPassword({ action, entries }: PlannedSecret): string | undefined {
  if (action === 'held back') return undefined;
  const login = entries.find(({ state }) => state === 'other password')?.login;
  return login && loginKey(login);
}

/** Undefined for a Secret that is not meant. `sharing` is the number of Secrets that keep the same password. */
function reasonFor(planned: PlannedSecret, request: RotateRequest, sharing: number): UserError | undefined {
  const { ref, action, obstacle, entries, maker, source, isFromElsewhere, isOrphan } = planned;
  const secret = `secret ${ref.namespace}/${ref.name}`;
  if (action === 'held back' && obstacle !== undefined) {
    const [first] = entries.filter(({ state }) => state === 'new');
    const anyway = ['--owned writes it anyway'];
    switch (obstacle) {
      case 'immutable':
        return new UserError(
          `${secret} is immutable, so it keeps its login`,
          recreate(ref, first?.server ?? '', request),
        );
      case 'maker':
        return new UserError(`${secret} keeps its login, because ${maker?.name} makes it`, maker?.where, anyway);
      case 'source':
        if (isOrphan)
          return new UserError(
            `${secret} keeps its login, because it is marked as a copy of ${source}, which does not exist`,
            forgetSource(ref.name, ref.namespace),
            anyway,
          );
        return new UserError(
          `${secret} keeps its login, because it is a copy of ${source}${isFromElsewhere ? ' in another cluster' : ''}`,
          isFromElsewhere ? FROM_ELSEWHERE : againFor(secretName(source ?? '')),
          anyway,
        );
    }
  }
  const others = entries.filter(({ state }) => state === 'other password');
  if (others.length === 0) return undecodableError(planned, request);
  const isOne = others.length === 1;
  const names = many(others.map(({ server }) => displayServer(server)));
  const [login, password] = isOne ? ['its login', 'its password was'] : ['its logins', 'their passwords were'];
  return new UserError(
    `${secret} keeps ${login} for ${names}, because ${password} not found in namespace ${request.home}`,
    otherPassword(ref.namespace, request, sharing),
    [
      request.verify
        ? `${names} ${isOne ? 'does not accept it' : 'do not accept them'}`
        : 'with --no-verify, no registry is asked whether it still accepts the password',
      ...(sharing > 1 ? [`${sharing} Secrets share this password`] : []),
    ],
  );
}

/** The error for an entry that cannot be decoded, when entries of any user are meant. */
function undecodableError({ ref, entries }: PlannedSecret, { anyUser }: RotateRequest): UserError | undefined {
  const entry = anyUser ? entries.find(({ state }) => state === 'cannot be decoded') : undefined;
  if (entry === undefined) return undefined;
  return new UserError(
    `secret ${ref.namespace}/${ref.name} keeps its entry for ${displayServer(entry.server)}, which cannot be decoded, so nothing shows whose login it is`,
    UNDECODABLE,
  );
}

const UNDECODABLE: Hint = prose`add ${words`--any-password`}, which gives the new login to the owners of all these namespaces`;

/** The hint says who would get the new login, because anybody may have put a password there. */
function otherPassword(namespace: string, { scope: { namespaces } }: RotateRequest, sharing: number): Hint {
  const labels = typeof namespaces === 'object' && 'labelSelector' in namespaces ? namespaces.labelSelector : undefined;
  const where = labels === undefined ? command`${ALL_NAMESPACES}` : words`-l ${labels}`;
  const line = { add: words`${scope(namespace)} ${where}`, drop: ['-A', '-l', '--yes'] };
  return prose`rotate replaces only passwords that the namespace of -n has, or that the registry accepts. If the owners of ${nounFor(sharing, 'this Secret', 'the Secrets with this password')} may have the new login: ${line}; ${words`--any-password`} gives it to the owners of all these namespaces`;
}

const FROM_ELSEWHERE: Hint = prose`rotate it there, and sync it from there again with --to-context`;

function recreate({ namespace, name }: PlannedSecret['ref'], server: string, request: RotateRequest): Command {
  return command`regsecret create ${nameWord(name)} ${scope(namespace)} --server ${shownServer(server)} ${request.login} --force ${dryRunFlag(request)}`;
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
  if (unseen.includes('secrets')) {
    printer.say(
      'copies in other namespaces, if there are any, are not looked for: that needs the right to list secrets there',
    );
  }
  const others = unseen.filter((resource) => resource !== 'secrets');
  if (others.length > 0) printer.warn(`not checked, no permission to list ${others.join(', ')}`);
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

/** The other places with a password that is replaced, under any user name. */
export function samePasswords(items: readonly PlannedSecret[], others: readonly OtherPassword[]): PasswordPlaces {
  const old = new Set(
    items.flatMap(({ entries }) =>
      entries.flatMap(({ state, login, next }) =>
        state === 'new' && login?.password && login.password !== next.credential.password ? [login.password] : [],
      ),
    ),
  );
  const same = others.filter(({ password }) => old.has(password));
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
