/** Finds the logins that `sync` drops: those of a Secret that its source does not have. */
import { readContents } from '../secret/contents.ts';
import { isCopyOf } from '../secret/copy.ts';
import { displayServer, type ShownServer, shownServer } from '../secret/display-server.ts';
import { keyText } from '../secret/key.ts';
import type { Secret } from '../secret/secret.ts';
import { makerOf } from '../secret/secret-owner.ts';
import { many, plural } from '../text/enumerate.ts';
import { type NextCopy, planSecret, type SyncSource } from './copy-plan.ts';

/** The logins that are lost in one namespace. */
export interface LoginLoss {
  readonly namespace: string;
  readonly servers: readonly ShownServer[];
  /** The servers for people to read, each with its user name where that is known. */
  readonly shown: readonly string[];
  /**
   * What would keep these logins. `merge`: `--merge`, which still writes those of the source. `leave`: nothing is written without
   * `--adopt`. `source`: this is a copy, so they stay only if the source has them.
   */
  readonly keptBy: 'merge' | 'leave' | 'source';
}

/**
 * The logins that `step` takes from `existing`, or undefined. A login that is replaced for the same server is not lost: that is
 * what `sync` is for.
 */
export function loginLossOf(
  namespace: string,
  { action }: NextCopy,
  existing: Secret | undefined,
  source: SyncSource,
): LoginLoss | undefined {
  if (existing === undefined || (action !== 'update' && action !== 'replace')) return undefined;
  // Somebody may have added logins to a copy, not knowing that it is one.
  const isOwn = isCopyOf(existing, source) && makerOf(existing) === undefined;
  if (!isOwn && source.foreign !== 'adopt') return undefined;
  const lost = readContents(existing).entries.filter(({ server }) => !source.keys.has(keyText(server)));
  if (lost.length === 0) return undefined;
  const merged = planSecret(namespace, existing, { ...source, foreign: 'merge' });
  return {
    namespace,
    servers: lost.map(({ server }) => shownServer(server)),
    shown: lost.map(({ server, login }) => `${displayServer(server)}${login?.username ? ` (${login.username})` : ''}`),
    keptBy: isOwn ? 'source' : merged.action === 'refuse' ? 'leave' : 'merge',
  };
}

const SHOWN = 10;

/** A sentence for each loss from the Secret called `name`; namespaces that lose the same share one. */
export function lossWarnings(name: string, losses: readonly LoginLoss[], verb: 'sync' | 'rotate' = 'sync'): string[] {
  const groups = [...Map.groupBy(losses, ({ shown, keptBy }) => JSON.stringify([shown, keptBy])).values()];
  const lines = groups.slice(0, SHOWN).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const places = many(
      group.map(({ namespace }) => namespace),
      { limit: SHOWN },
    );
    const { shown, keptBy } = first;
    return [
      `${dropperOf(group, verb)} drops ${many(shown)} from secret ${name} in ${places}; ${REASON[keptBy](shown.length)}`,
    ];
  });
  const rest = groups.slice(SHOWN).flat();
  if (rest.length === 0) return lines;
  const places = plural(rest.length, 'more namespace');
  return [...lines, `${dropperOf(rest, verb)} drops other logins from secret ${name} in ${places}`];
}

const REASON: Readonly<Record<LoginLoss['keptBy'], (count: number) => string>> = {
  merge: (count) => `--merge keeps ${pronoun(count)}`,
  leave: () => 'without --adopt nothing changes there',
  source: (count) => `the source does not have ${pronoun(count)}`,
};

function pronoun(count: number): string {
  return count === 1 ? 'it' : 'them';
}

function dropperOf(losses: readonly LoginLoss[], verb: string): string {
  return losses.some(({ keptBy }) => keptBy === 'source') ? verb : '--adopt';
}

/** What `--watch` has said of losses that are still to come: a write that fails is tried again, and loses the same again. */
export function saidLosses() {
  const said = new Map<string, string>();
  return {
    /** Those of `losses` that have not been said. */
    unsaid(losses: readonly LoginLoss[]): LoginLoss[] {
      return losses.filter(({ namespace, shown }) => {
        const text = JSON.stringify(shown);
        if (said.get(namespace) === text) return false;
        said.set(namespace, text);
        return true;
      });
    },
    /** What is lost in `namespace` after this is another loss. */
    over(namespace: string): void {
      said.delete(namespace);
    },
  };
}
