/**
 * Proves which logins in other namespaces are the old one. Somebody who may write Secrets in one namespace could put a registry
 * and a user name there, with any password, and would get the new one. So the password must also be in the home namespace, or the
 * registry must accept it.
 */

import type { RegistryClient } from '../../registry/registry-client.ts';
import type { KubeletEntry } from '../../secret/keyring.ts';
import { registryOf } from '../../secret/server.ts';
import { forEachLimit } from '../../system/concurrency.ts';
import { assignLogin } from '../../verify/login-permission.ts';
import type { HeldEntry, HeldSecret } from './old-login.ts';
import { isHome, planRotation, type RotateRules } from './rotation-plan.ts';

/**
 * The registry is asked about this many logins, because a tenant could make thousands. Logins in most namespaces come first, then
 * one of each namespace in turn, so that a tenant uses up only the turns of its own namespace.
 */
const MAX_ASKED = 20;
const CONCURRENCY = 4;

export type Proof = RotateRules['isProven'];

/** Proves the logins that the home namespace has as well, by the other `rules`. */
export function provenAtHome(held: readonly HeldSecret[], rules: Omit<RotateRules, 'isProven'>): Proof {
  const atHome = held.filter(({ ref }) => isHome(ref, rules));
  const known = new Set(
    planRotation(atHome, { ...rules, isInScope: () => true, owned: true, isProven: () => true }).flatMap(
      ({ entries }) => entries.flatMap((entry) => (entry.state === 'new' ? (keyOf(entry) ?? []) : [])),
    ),
  );
  return (entry) => known.has(keyOf(entry) ?? '');
}

/** Also proves the logins that the registry accepts. The registry is asked only about logins that are not proven yet. */
export async function provenByRegistry(
  held: readonly HeldSecret[],
  rules: RotateRules,
  client: RegistryClient,
): Promise<Proof> {
  const questions = new Map<string, ProofQuestion>();
  const turns = new Map<string, number>();
  for (const { ref, entries } of planRotation(held, rules)) {
    for (const entry of entries) {
      const { state, login, server } = entry;
      const key = keyOf(entry);
      if (state !== 'other password' || login === undefined || key === undefined) continue;
      const question = JSON.stringify([registryOf(server), key]);
      const asked = questions.get(question) ?? { namespaces: new Set<string>(), turn: nextTurn(turns, ref.namespace) };
      questions.set(question, { ...asked, key, login, server, namespaces: asked.namespaces.add(ref.namespace) });
    }
  }
  const accepted = new Set<string>();
  const first = [...questions.values()].toSorted(
    (one, other) => other.namespaces.size - one.namespaces.size || one.turn - other.turn,
  );
  await forEachLimit(CONCURRENCY, first.slice(0, MAX_ASKED), async ({ key, login, server, namespaces }) => {
    const [namespace = ''] = namespaces;
    const { username, password } = login;
    const assigned = assignLogin({ username, password }, { key: server, owner: { namespace } });
    const verdict = await client.verify({ server, login: assigned });
    if (verdict.kind === 'accepted') accepted.add(key);
  });
  return (entry) => rules.isProven(entry) || accepted.has(keyOf(entry) ?? '');
}

interface ProofQuestion extends Pick<HeldEntry, 'server'> {
  readonly key: string;
  readonly login: KubeletEntry;
  /** How many earlier questions came from the namespace where the login was found first. */
  readonly turn: number;
  readonly namespaces: Set<string>;
}

function nextTurn(turns: Map<string, number>, namespace: string): number {
  const turn = turns.get(namespace) ?? 0;
  turns.set(namespace, turn + 1);
  return turn;
}

/**
 * Equal for the same old login with the same new one, at any registry. The command line names all registries, and a Secret with
 * the old password for one of them gets the new one there anyway.
 */
function keyOf({ login, next }: Pick<HeldEntry, 'login' | 'next'>): string | undefined {
  return login && JSON.stringify([login.username, login.password, next.credential.username, next.credential.password]);
}
