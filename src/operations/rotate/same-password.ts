/** Where the password that is replaced is stored for other registries. Pure. */
import { displayServer } from '../../domain/keyring/display-server.ts';
import { loginKey } from '../../domain/pull-secret/last-applied.ts';
import { compareNames, type SecretName } from '../../domain/workloads/references.ts';
import type { OtherLogin } from './held.ts';
import type { PlannedSecret } from './plan.ts';

export interface SamePassword {
  /** As one of the Secrets has it. */
  readonly server: string;
  readonly secrets: readonly SecretName[];
}

/** One for each registry and user that has it; the one in most Secrets comes first. */
export function samePasswords(items: readonly PlannedSecret[], others: readonly OtherLogin[]): SamePassword[] {
  const old = new Set(
    items.flatMap(({ entries }) =>
      entries.flatMap(({ state, login, next }) =>
        state === 'new' && login?.password && login.password !== next.credential.password ? [loginKey(login)] : [],
      ),
    ),
  );
  const same = others.filter(({ login }) => old.has(loginKey(login)));
  const groups = Map.groupBy(same, ({ server, login }) => JSON.stringify([displayServer(server), login.username]));
  return [...groups.values()]
    .flatMap(([first, ...more]) => {
      if (first === undefined) return [];
      const secrets = [first, ...more].map(({ ref }) => ref).toSorted(compareNames);
      return [{ server: first.server, secrets }];
    })
    .toSorted((one, other) => other.secrets.length - one.secrets.length);
}
