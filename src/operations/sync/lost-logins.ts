/** Finds the logins that `--adopt` drops: those of a Secret that its copy will not have. */
import type { SecretStep } from '../../cluster/write/write-secret.ts';
import { readContents } from '../../domain/keyring/contents.ts';
import { displayServer, type ShownServer, shownServer } from '../../domain/keyring/display-server.ts';
import { keyText } from '../../domain/keyring/key.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { isCopyOf } from '../../domain/pull-secret/copy.ts';
import { makerOf } from '../../domain/pull-secret/maker.ts';
import { many, plural } from '../../domain/text/enumerate.ts';
import { planSecret, type SyncSource } from './plan.ts';

/** The logins that are lost in one namespace. */
export interface LoginLoss {
  readonly namespace: string;
  readonly servers: readonly ShownServer[];
  /** The servers for people to read, each with its user name where that is known. */
  readonly shown: readonly string[];
  /** Whether `--merge` would keep these logins, and still write those of the source. */
  readonly isMergeable: boolean;
}

/**
 * The logins that `step` takes from `existing`, or undefined. A login that is replaced for the same server is not lost: that is
 * what `sync` is for.
 */
export function loginLossOf(
  namespace: string,
  { action }: SecretStep,
  existing: Secret | undefined,
  source: SyncSource,
): LoginLoss | undefined {
  if (source.foreign !== 'adopt' || existing === undefined) return undefined;
  if (action !== 'update' && action !== 'replace') return undefined;
  // A copy that nobody else makes holds only logins that its source has had.
  if (isCopyOf(existing, source) && makerOf(existing) === undefined) return undefined;
  const kept = new Set(source.entries.map(({ server }) => keyText(server)));
  const lost = readContents(existing).entries.filter(({ server }) => !kept.has(keyText(server)));
  if (lost.length === 0) return undefined;
  const isMergeable = planSecret(namespace, existing, { ...source, foreign: 'merge' }).action !== 'refuse';
  return {
    namespace,
    servers: lost.map(({ server }) => shownServer(server)),
    shown: lost.map(({ server, login }) => `${displayServer(server)}${login?.username ? ` (${login.username})` : ''}`),
    isMergeable,
  };
}

const SHOWN = 10;

/** A sentence for each loss from the Secret called `name`; namespaces that lose the same share one. */
export function lossWarnings(name: string, losses: readonly LoginLoss[]): string[] {
  const groups = [...Map.groupBy(losses, ({ shown, isMergeable }) => JSON.stringify([shown, isMergeable])).values()];
  const lines = groups.slice(0, SHOWN).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const places = many(
      group.map(({ namespace }) => namespace),
      { limit: SHOWN },
    );
    const kept = first.isMergeable
      ? `--merge keeps ${first.shown.length === 1 ? 'it' : 'them'}`
      : 'without --adopt nothing changes there';
    return [`--adopt drops ${many(first.shown)} from secret ${name} in ${places}; ${kept}`];
  });
  const rest = groups.slice(SHOWN).flat().length;
  if (rest === 0) return lines;
  return [...lines, `--adopt drops other logins from secret ${name} in ${plural(rest, 'more namespace')}`];
}
