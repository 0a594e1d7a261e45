/** What `sync` does in which namespace, decided before anything is written: pure, from what was read. */
import type { SecretStep } from '../../cluster/write/write-secret.ts';
import { matchesGlob } from '../../domain/go/glob.ts';
import type { AuthEntry } from '../../domain/keyring/credential.ts';
import { isPullSecretType, type Secret } from '../../domain/keyring/secret.ts';
import {
  type CopySource,
  copyPatch,
  isCopyOf,
  isFromElsewhere,
  newCopy,
  ofSource,
  replacedCopy,
  sourceOf,
} from '../../domain/pull-secret/copy.ts';
import { parseExpiries } from '../../domain/pull-secret/expiry.ts';
import { makerOf } from '../../domain/pull-secret/maker.ts';
import { planChange } from '../../domain/pull-secret/plan.ts';
import { isSlip } from '../../domain/text/closest.ts';
import type { Command } from '../../domain/text/command.ts';
import { type Hint, prose } from '../../domain/text/hint.ts';
import { UserError } from '../../errors.ts';

/** Which namespaces are meant. */
export interface NamespaceSelection {
  /** Those that are named: also vendors' own. */
  readonly names: readonly string[];
  /** As `--to` has them. */
  readonly globs: readonly string[];
  /** Whether every one is meant that the list has. */
  readonly all: boolean;
  readonly exclude: readonly string[];
}

/** A pattern that chooses nothing. */
export interface IdlePattern {
  readonly glob: string;
  /** What it would choose if these were named. */
  readonly reserved: readonly string[];
  /** The pattern that was probably meant. */
  readonly near: string | undefined;
}

/** Those of the patterns that choose none of `namespaces`. */
export function idlePatterns(namespaces: readonly NamespaceFacts[], globs: readonly string[]): IdlePattern[] {
  const names = namespaces.map(({ name }) => name);
  return globs.flatMap((glob) => {
    const matched = names.filter((name) => matchesGlob(glob, name));
    const reserved = matched.filter(isReserved);
    return reserved.length === matched.length ? [{ glob, reserved, near: nearPattern(glob, names) }] : [];
  });
}

/** Of a pattern that is a start of names, with one typo. */
function nearPattern(glob: string, names: readonly string[]): string | undefined {
  const [, start] = /^([-a-z0-9]+)\*$/.exec(glob) ?? [];
  if (start === undefined) return undefined;
  const lengths = [start.length, start.length - 1, start.length + 1];
  const starts = names.filter((name) => !isReserved(name)).flatMap((name) => lengths.map((to) => name.slice(0, to)));
  const near = [...new Set(starts)].find((other) => other.at(-1) === start.at(-1) && isSlip(start, other));
  return near && `${near}*`;
}

export interface NamespaceFacts {
  readonly name: string;
  /** Whether it is being deleted. */
  readonly isEnding: boolean;
  /** Whether its owner wants nothing from `sync`. */
  readonly isLeftAlone: boolean;
}

/** Chosen by name only: vendors put them there, and know best what is in them. */
const RESERVED = ['kube-*', 'openshift-*'];

function isReserved(name: string): boolean {
  return RESERVED.some((pattern) => matchesGlob(pattern, name));
}

/** Whether a namespace is meant, and if so why nothing is written there. `home` is the source's own, where that is in this cluster. */
export function choiceOf(
  { name, isEnding, isLeftAlone }: NamespaceFacts,
  { names, globs, all, exclude }: NamespaceSelection,
  home: string | undefined,
): 'chosen' | 'other' | 'ending' | 'left alone' {
  const matches = (pattern: string): boolean => matchesGlob(pattern, name);
  const isPicked = !isReserved(name) && (all || globs.some(matches));
  if (name === home || !(names.includes(name) || isPicked) || exclude.some(matches)) return 'other';
  if (isLeftAlone) return 'left alone';
  return isEnding ? 'ending' : 'chosen';
}

/** What is written, and what is done with a Secret of its name that somebody else made. */
export interface SyncSource extends CopySource {
  /** Of the Secret that is the source. */
  readonly uid?: string | undefined;
  /** Its logins, for a Secret that gets them beside its own. */
  readonly entries: readonly AuthEntry[];
  readonly foreign: 'leave' | 'merge' | 'adopt';
  /** The line that was typed, with this flag; left out where it is not to be typed again, as with `--watch`. */
  readonly again?: ((flag: 'merge' | 'adopt') => Command) | undefined;
}

/** How to bring `source` to `namespace`, where `existing` is what is there. */
export function planSecret(namespace: string, existing: Secret | undefined, source: SyncSource): SecretStep {
  if (existing === undefined) return { action: 'create', secret: newCopy(source, namespace) };
  const called = `secret ${namespace}/${source.name}`;
  // One cluster may have two addresses.
  if (source.uid !== undefined && existing.metadata.uid === source.uid) return { action: 'unchanged' };
  if (existing.metadata.deletionTimestamp !== undefined) {
    return refuse(`${called} is being deleted`, prose`run the same command again when it is gone`);
  }
  const origin = sourceOf(existing);
  if (isCopyOf(existing, source)) return planOwn(called, existing, source);
  if (source.foreign === 'adopt') return planAdoption(called, existing, source);
  if (origin !== undefined) {
    const where = isFromElsewhere(existing) ? ' in another cluster' : origin === source.ref ? ' in this cluster' : '';
    return leave(`${called} is a copy${ofSource(origin) || ' of another Secret'}${where}`, adoptHint(source));
  }
  if (source.foreign === 'merge') return planMerge(called, existing, source);
  const maker = makerOf(existing);
  if (maker === undefined) return leave(`${called} was not made by sync`, mergeHint(source));
  const text = `${called} was not made by sync, but by ${maker.name}`;
  return leave(text, maker.where, ['--merge puts these logins into it all the same, until it is made again']);
}

function mergeHint({ again }: SyncSource): Hint {
  return prose`${again?.('merge') ?? 'add --merge'}, which puts these logins into it and keeps the rest; --adopt in its place makes it a copy, which drops the rest`;
}

function adoptHint({ again }: SyncSource): Hint {
  return prose`${again?.('adopt') ?? 'add --adopt'}, which makes it a copy of this one and drops what this one does not have`;
}

/** If another tool such as Argo CD has taken a copy over, the two would overwrite each other forever. */
function planOwn(called: string, existing: Secret, source: SyncSource): SecretStep {
  const step = planCopy(existing, source);
  const maker = step.action === 'unchanged' || source.foreign === 'adopt' ? undefined : makerOf(existing);
  if (maker === undefined) return step;
  const text = `${called} was made by sync, but ${maker.name} makes it now`;
  return leave(text, maker.where, ['--adopt writes it anyway, and drops what its source does not have']);
}

function planCopy(existing: Secret, source: SyncSource): SecretStep {
  const patch = copyPatch(existing, source);
  const isOfType = existing.type === source.type;
  if (patch === undefined && isOfType) return { action: 'unchanged' };
  if (!isOfType || existing.immutable) return { action: 'replace', secret: replacedCopy(source, existing) };
  return { action: 'update', patch: patch ?? {} };
}

/** Not of what is no pull secret: it serves something else. */
function planAdoption(called: string, existing: Secret, source: SyncSource): SecretStep {
  if (isPullSecretType(existing.type)) return planCopy(existing, source);
  return leave(`${called} has the type ${existing.type ?? 'Opaque'}`);
}

/** It stays what it is, without the marks of a copy. */
function planMerge(called: string, existing: Secret, source: SyncSource): SecretStep {
  const { entries, expiresAt } = source;
  if (!isPullSecretType(existing.type)) {
    return leave(`${called} has the type ${existing.type ?? 'Opaque'}`);
  }
  const ends = parseExpiries(expiresAt);
  const expiries = new Map(
    entries.map(({ server }) => {
      const end = ends.get(server);
      return [server, end === undefined ? undefined : { at: Date.parse(end), why: '' }];
    }),
  );
  try {
    const change = planChange(existing, { entries, expiries, type: undefined, replace: false, force: false });
    if (change.action === 'update') return { action: 'update', patch: change.patch };
    return { action: 'unchanged' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!existing.immutable) return refuse(error.message);
    return refuse(`${called} is immutable, so --merge cannot change it`, adoptHint(source));
  }
}

/** Why a Secret of somebody else stays as it is. */
export class LeftAlone extends UserError {}

function leave(message: string, hint?: Hint, details: readonly string[] = []): SecretStep {
  return { action: 'refuse', error: new LeftAlone(`${message}, so it is left alone`, hint, details) };
}

function refuse(message: string, hint?: Hint): SecretStep {
  return { action: 'refuse', error: new UserError(message, hint) };
}
