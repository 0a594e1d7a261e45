/**
 * Which logins are the old one. Only the person says so, by giving its password, or by the namespace at home, where the old login
 * stands. What others wrote elsewhere proves nothing, and neither does a registry that accepts a password: a tenant can write the
 * user name of somebody else beside a token of its own.
 */
import type { KubeletEntry } from '../../secret/keyring.ts';
import type { HeldEntry, HeldSecret } from './old-login.ts';
import { isHome, type OldLogin, planHeld, type RotateRules } from './rotation-plan.ts';

/** The login with a password that the person gives. */
export function givenPassword(password: string): OldLogin {
  const isOld = ({ login }: Pick<HeldEntry, 'login'>): boolean => login?.password === password;
  return {
    isOld: ({ login, next }) => isOld({ login }) && login?.username === next.credential.username,
    isOldAtHome: isOld,
  };
}

/** The logins that `rules` replace in the home namespace, whose Secrets are among `held`. */
export function replacedAtHome(held: readonly HeldSecret[], rules: Omit<RotateRules, 'old'>): OldLogin {
  const old = { isOld: () => undefined, isOldAtHome: () => true };
  const replaced = held
    .filter(({ ref }) => isHome(ref, rules))
    .flatMap((secret) => planHeld(secret, { ...rules, old }).entries)
    .filter(({ state, login }) => state === 'new' && isSaying(login));
  const pairs = new Set(replaced.map(pairOf));
  const known = new Set(replaced.map(({ next }) => newKey(next)));
  return {
    ...old,
    isOld: ({ login, next }) =>
      known.has(newKey(next)) ? isSaying(login) && pairs.has(pairOf({ login, next })) : undefined,
  };
}

/** An empty entry says nothing: it is the same everywhere. */
function isSaying(login: KubeletEntry | undefined): boolean {
  return login !== undefined && login.password !== '';
}

/**
 * Equal for the same old login with the same new one, at any registry: the command line names all registries, and a Secret with
 * the old password for one of them gets the new one there anyway.
 */
function pairOf({ login, next }: Pick<HeldEntry, 'login' | 'next'>): string {
  return JSON.stringify([login?.username, login?.password, newKey(next)]);
}

function newKey({ credential: { username, password } }: HeldEntry['next']): string {
  return JSON.stringify([username, password]);
}
