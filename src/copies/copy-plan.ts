/** Decides how a namespace gets its copy of a pull secret, before anything is written. Pure: works only on what has been read. */

import type { SecretChange } from '../changes/secret-step.ts';
import type { Next } from '../changes/step.ts';
import { UserError } from '../errors.ts';
import { words } from '../line/command.ts';
import { type Hint, prose } from '../line/hint.ts';
import type { Contents } from '../secret/contents.ts';
import { type CopySource, copyMark, copyPatch, copySourceOf, isCopyOf, newCopy, replacedCopy } from '../secret/copy.ts';
import type { AuthEntry } from '../secret/credential.ts';
import { parseExpiries } from '../secret/expiry.ts';
import { keyText } from '../secret/key.ts';
import { isPullSecretType, type Secret } from '../secret/secret.ts';
import { makerOf } from '../secret/secret-owner.ts';
import { planChange } from '../secret/secret-plan.ts';

/** The source of the copies, and what to do with a Secret of its name that somebody else made. */
export interface SyncSource extends CopySource {
  /** The logins of the source, for `--merge` into a Secret that keeps its own. */
  readonly entries: readonly AuthEntry[];
  /** The servers of the payload as keys, also those of entries that no kubelet can decode. */
  readonly keys: ReadonlySet<string>;
  readonly foreign: 'leave' | 'merge' | 'adopt';
}

/** What copies take from `secret`, whose contents are known. Throws UserError for a Secret that cannot be a source. */
export function syncSourceOf(
  secret: Secret,
  { entries }: Pick<Contents, 'entries'>,
  { foreign, madeFrom }: Pick<SyncSource, 'foreign' | 'madeFrom'>,
): SyncSource {
  return {
    ...copySourceOf(secret),
    madeFrom,
    foreign,
    entries: entries.flatMap(({ server, login }): AuthEntry[] => {
      if (login === undefined) return [];
      const { username, password, email } = login;
      return [{ server, credential: { username, password }, email: email || undefined }];
    }),
    keys: new Set(entries.map(({ server }) => keyText(server))),
  };
}

/** `source` as it is for another cluster than its own. */
export function fromElsewhere(source: SyncSource): SyncSource {
  return { ...source, madeFrom: 'another-cluster' };
}

export type CopyChange = Extract<SecretChange, { readonly action: 'create' | 'update' | 'replace' }>;

/** What to do with the Secret in one namespace. */
export type NextCopy = Next<CopyChange>;

/** How to bring `source` to `namespace`, where `existing` is the Secret of its name there. */
export function planSecret(namespace: string, existing: Secret | undefined, source: SyncSource): NextCopy {
  if (existing === undefined) return { action: 'create', secret: newCopy(source, namespace) };
  const called = `secret ${namespace}/${source.name}`;
  if (existing.metadata.deletionTimestamp !== undefined) {
    return refuse(`${called} is being deleted`, prose`run the same command again when it is gone`);
  }
  if (isCopyOf(existing, source)) return planOwn(called, existing, source);
  if (source.foreign === 'adopt') return planAdoption(called, existing, source);
  const mark = copyMark(existing);
  if (mark !== undefined) {
    const inThisCluster = mark.source === source.ref ? ' in this cluster' : '';
    const where = mark.from === 'another-cluster' ? ' in another cluster' : inThisCluster;
    return leave(`${called} is a copy of ${mark.source}${where}`, ADOPT);
  }
  if (source.foreign === 'merge') return planMerge(called, existing, source);
  const maker = makerOf(existing);
  if (maker === undefined) return leave(`${called} was not created by sync`, MERGE);
  const text = `${called} was not created by sync, but by ${maker.name}`;
  return leave(text, maker.where, ['--merge adds these logins anyway, until it is created again']);
}

const MERGE = prose`${{ add: words`--merge`, drop: ['--yes'] }}, which adds these logins and keeps the rest; --adopt instead turns it into a copy, which drops the rest`;
const ADOPT = prose`${{ add: words`--adopt`, drop: ['--merge', '--yes'] }}, which turns it into a copy and drops logins that the source does not have`;

/** Leaves a copy alone that another tool such as Argo CD has taken over: the two would overwrite each other forever. */
function planOwn(called: string, existing: Secret, source: SyncSource): NextCopy {
  const step = planCopy(existing, source);
  const maker = step.action === 'unchanged' || source.foreign === 'adopt' ? undefined : makerOf(existing);
  if (maker === undefined) return step;
  const text = `${called} was created by sync, but ${maker.name} creates it now`;
  return leave(text, maker.where, ['--adopt writes it anyway, and drops logins that its source does not have']);
}

function planCopy(existing: Secret, source: SyncSource): NextCopy {
  const patch = copyPatch(existing, source);
  const isOfType = existing.type === source.type;
  if (patch === undefined && isOfType) return { action: 'unchanged' };
  if (!isOfType || existing.immutable) return { action: 'replace', secret: replacedCopy(source, existing) };
  return { action: 'update', patch: patch ?? {} };
}

/** Adopts only pull secrets: a Secret of another type serves another purpose. */
function planAdoption(called: string, existing: Secret, source: SyncSource): NextCopy {
  if (isPullSecretType(existing.type)) return planCopy(existing, source);
  return leave(`${called} has the type ${existing.type ?? 'Opaque'}`);
}

/** Puts the logins into a Secret that stays what it is, without the marks of a copy. */
function planMerge(called: string, existing: Secret, source: SyncSource): NextCopy {
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
    return refuse(`${called} is immutable, so --merge cannot change it`, ADOPT);
  }
}

/** Why a Secret of somebody else stays as it is. */
export class LeftAlone extends UserError {}

function leave(message: string, hint?: Hint, details: readonly string[] = []): NextCopy {
  return { action: 'refuse', error: new LeftAlone(`${message}, so it is left alone`, hint, details) };
}

function refuse(message: string, hint?: Hint): NextCopy {
  return { action: 'refuse', error: new UserError(message, hint) };
}
