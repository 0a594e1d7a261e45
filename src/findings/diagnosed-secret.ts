/** A Secret with its contents and what is wrong with it. Every command uses this one judgement. */

import { type Contents, contentsOf } from '../secret/contents.ts';
import type { CopyOrigin } from '../secret/copy.ts';
import { shownServer } from '../secret/display-server.ts';
import type { Secret } from '../secret/secret.ts';
import { finished } from '../secret/steps.ts';
import { type Finding, finding, recordOf } from './finding.ts';
import type { FindingObject, KnownSecret } from './finding-record.ts';
import { diagnoseInSteps } from './secret-rules.ts';

export interface DiagnosedSecret extends KnownSecret {
  /** What is wrong with it by itself, errors first. */
  readonly findings: readonly Finding[];
}

/** Reads `secret` and judges it; `now` in milliseconds since 1970. */
export function diagnoseSecret(secret: Secret, now: number): DiagnosedSecret {
  return finished(diagnosisOf(secret, now));
}

/** {@link diagnoseSecret} as a generator that yields between steps. */
export function* diagnosisOf(secret: Secret, now: number): Generator<void, DiagnosedSecret> {
  return yield* judged(secret, yield* contentsOf(secret), now);
}

/** A Secret may have 25,000 entries, and a cluster many such Secrets: at most this many of one are kept and judged. */
const MANY_ENTRIES = 500;

/** {@link diagnosisOf} for one of thousands of Secrets: only the first entries are kept and judged, the others are counted. */
export function* diagnoseBriefly(secret: Secret, now: number): Generator<void, DiagnosedSecret> {
  const read = yield* contentsOf(secret, MANY_ENTRIES);
  return yield* judged(secret, read.moreEntries === undefined ? read : copied(read), now);
}

function* judged(secret: Secret, contents: Contents, now: number): Generator<void, DiagnosedSecret> {
  return { secret, contents, findings: yield* diagnoseInSteps({ now, secrets: [{ secret, contents }] }) };
}

/** A deep copy: while a substring is in use, JavaScript engines keep the text of the whole Secret in memory. */
function copied(contents: Contents): Contents {
  return JSON.parse(JSON.stringify(contents));
}

/** Whether a finding makes the whole Secret useless: pods get no login from it, but still use their other Secrets. */
export function isAboutWhole({ code }: Finding): boolean {
  const kept = recordOf(code).keepsAway;
  return kept === 'ignored secret' || kept === 'secret';
}

export type Usability =
  /** It holds a login that the kubelet sends for some image. */
  | 'usable'
  /** It opens no image. */
  | 'useless'
  /** The kubelet cannot decode it, and uses no Secret of a pod that names it. */
  | 'undecodable';

/** What a Secret is worth to the pods that name it, by its findings alone. */
export function usabilityOf({ contents, findings }: DiagnosedSecret): Usability {
  const kept = findings.map(({ code }) => recordOf(code).keepsAway);
  if (kept.includes('ignored secret')) return 'useless';
  if (kept.includes('pod')) return 'undecodable';
  if (kept.includes('secret')) return 'useless';
  const broken = new Set(
    findings.flatMap(({ code, arguments: args }) =>
      recordOf(code).keepsAway === 'entry' && 'server' in args ? [args.server] : [],
    ),
  );
  return contents.entries.every(({ server }) => broken.has(shownServer(server))) ? 'useless' : 'usable';
}

/** Says nothing about a source that may not be read, or is in another cluster: it may equal the copy. */
export function originFindings(copy: FindingObject, { namespace, name, state }: CopyOrigin): Finding[] {
  const source = { namespace, name };
  if (state === 'different') return [finding('stale-copy', copy, { source })];
  return state === 'missing' ? [finding('orphaned-copy', copy, { source })] : [];
}
