/** Reads the Secrets that hold a login for the rotated registries: those that the command selects, and those at home. */
import type { Reader } from '../../cluster/reader.ts';
import { lookAtSecret } from '../../cluster/secret-request.ts';
import { eachInScope, onlyNamespace } from '../../cluster/secret-scope.ts';
import type { Transport } from '../../cluster/transport.ts';
import { readNamespaces } from '../../copies/selected-namespaces.ts';
import { UserError } from '../../errors.ts';
import type { Secret } from '../../secret/secret.ts';
import type { LabelledSelection, LoginPlace } from '../../secret/selected-namespace.ts';
import { secretKey } from '../../workloads/references.ts';
import { type HeldSecret, lookIn, type OtherPassword } from './old-login.ts';
import type { RotateRequest } from './rotate-request.ts';

export interface HeldSecrets {
  /** Of the selection, and of the home namespace: those with one of the names, if names are given. */
  readonly held: readonly HeldSecret[];
  /**
   * Those of the home namespace. Where other namespaces are selected, and the old password is not given, also those without one of
   * the names, as far as they may be read.
   */
  readonly home: readonly HeldSecret[];
  /** Secrets that were named, stand in the home namespace and hold no login for the registries. */
  readonly without: readonly Secret[];
  /** The given names that no Secret has, neither in the selection nor at home. */
  readonly missing: readonly string[];
  /** The passwords for other registries in these Secrets. */
  readonly others: readonly OtherPassword[];
}

/** Throws UserError where the Secrets may not be read. */
export async function gatherHeld(reader: Reader, request: RotateRequest): Promise<HeldSecrets> {
  const { scope, logins, home: own } = request;
  const found = new Map<string, HeldSecret>();
  const home: HeldSecret[] = [];
  const without: Secret[] = [];
  const others: OtherPassword[] = [];
  const seen = new Set<string>();
  const { names } = scope;
  const missing = new Set(names);
  const isNamed = (name: string): boolean => names.length === 0 || names.includes(name);
  function* use(secret: Secret, place: LoginPlace) {
    const key = secretKey(place.namespace, place.name);
    if (seen.has(key)) return;
    seen.add(key);
    missing.delete(place.name);
    const { held, others: beside } = yield* lookIn(secret, place, logins);
    others.push(...beside);
    const atHome = place.namespace === own;
    if (held !== undefined && atHome) home.push(held);
    if (!isNamed(place.name)) return;
    if (held !== undefined) found.set(key, held);
    // Elsewhere, a Secret of that name is somebody else's.
    else if (names.length > 0 && atHome) without.push(secret);
  }
  if (onlyNamespace(scope) !== undefined) {
    const here = await namesHere(reader, request);
    if (names.length === 0 || here.length > 0) await eachInScope(reader, { ...scope, names: here }, use);
  } else {
    const isListed = scope.namespaces === 'all' && names.length === 0;
    // Home comes first: where another run has written it already, that run has written all others before.
    if (!isListed) await readHome(reader, request, use);
    await eachInScope(reader, scope, use);
  }
  // Of a copy whose source is in another cluster, there may be none here.
  const isMissing = (name: string): boolean => !request.rotatedElsewhere.has(secretKey(own, name));
  return { held: [...found.values()], home, without, missing: [...missing].filter(isMissing), others };
}

/** Reads all of home, to learn which login is old; only what is named where that is given, or where a role allows no more. */
async function readHome(
  reader: Reader,
  { scope: { names, verb }, home, oldPassword }: RotateRequest,
  use: Parameters<typeof eachInScope>[2],
): Promise<void> {
  const read = (some: readonly string[]): Promise<void> =>
    eachInScope(reader, { namespaces: { to: { names: [home], globs: [] } }, names: some, verb }, use);
  if (names.length === 0 || oldPassword !== undefined) return read(names);
  return read([]).catch((error: unknown) => {
    if (error instanceof UserError) return read(names);
    throw error;
  });
}

/** The names to read at home: a source in another cluster need not exist here. */
async function namesHere(
  { transport }: Reader,
  { scope: { names }, home, rotatedElsewhere }: RotateRequest,
): Promise<readonly string[]> {
  const here: string[] = [];
  for (const name of names) {
    const isElsewhere = rotatedElsewhere.has(secretKey(home, name));
    if (!isElsewhere || (await lookAtSecret(transport, { namespace: home, name })) !== 'none') here.push(name);
  }
  return here;
}

/** The namespaces of the scope that opt out of `sync`. Throws UserError. */
export async function optedOut(transport: Transport, { namespaces }: RotateRequest['scope']): Promise<Set<string>> {
  const facts = await readNamespaces(transport, { selection: selectionOf(namespaces) });
  return new Set(facts.flatMap(({ name, isLeftAlone }) => (isLeftAlone ? [name] : [])));
}

function selectionOf(namespaces: RotateRequest['scope']['namespaces']): LabelledSelection {
  const none = { names: [], globs: [], all: false, exclude: [], labelSelector: undefined };
  if (namespaces === 'all') return { ...none, all: true };
  if ('to' in namespaces) return { ...none, ...namespaces.to };
  if ('only' in namespaces) return { ...none, names: [namespaces.only] };
  return { ...none, all: true, labelSelector: namespaces.labelSelector };
}
