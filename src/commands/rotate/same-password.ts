/** Finds where else the replaced password is stored, under any user name, apart from the rotated logins. Pure. */
import { displayServer } from '../../secret/display-server.ts';
import { compareNames, type SecretName, secretKey } from '../../workloads/references.ts';
import type { OtherPassword } from './held.ts';
import type { PlannedSecret } from './rotation-plan.ts';

export interface SamePassword {
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
