/** A Secret with what is in it and what is wrong with it, decided once; every command takes its word from here. */

import { type Contents, contentsOf } from '../keyring/contents.ts';
import { shownServer } from '../keyring/display-server.ts';
import type { Secret } from '../keyring/secret.ts';
import { finished } from '../keyring/steps.ts';
import type { CopyOrigin } from '../pull-secret/copy-origin.ts';
import { catalogRow } from './catalog.ts';
import type { Finding } from './finding.ts';
import { diagnoseInSteps, type SecretFacts } from './secret-rules.ts';

export interface DiagnosedSecret extends SecretFacts {
  /** What is wrong with it by itself, errors first. */
  readonly findings: readonly Finding[];
  /** What it is marked as a copy of, where somebody looked. */
  readonly copyOf?: CopyOrigin | undefined;
  /** What its source has logins for, where that is different. Nothing of it is shown. */
  readonly sourceServers?: readonly string[] | undefined;
}

/** Reads `secret` and judges it; `now` in milliseconds since 1970. */
export function diagnoseSecret(secret: Secret, now: number): DiagnosedSecret {
  return finished(diagnosisOf(secret, now));
}

/** The same in steps. */
export function* diagnosisOf(secret: Secret, now: number): Generator<void, DiagnosedSecret> {
  return yield* judged(secret, yield* contentsOf(secret), now);
}

/** A Secret may have 25,000 entries, and a cluster many such Secrets: more of one are not kept, and not judged. */
const MANY_ENTRIES = 500;

/** {@link diagnosisOf} one of thousands: of many entries the first ones are kept and judged, and the others counted. */
export function* diagnoseBriefly(secret: Secret, now: number): Generator<void, DiagnosedSecret> {
  const read = yield* contentsOf(secret, MANY_ENTRIES);
  return yield* judged(secret, read.moreEntries === undefined ? read : copied(read), now);
}

function* judged(secret: Secret, contents: Contents, now: number): Generator<void, DiagnosedSecret> {
  return { secret, contents, findings: yield* diagnoseInSteps({ now, secrets: [{ secret, contents }] }) };
}

/** Without the text of the whole Secret, which engines keep as long as a part of it is there. */
function copied(contents: Contents): Contents {
  return JSON.parse(JSON.stringify(contents));
}

/** Whether a finding is about all of a Secret: no pod gets a login from it, and others from theirs. */
export function isAboutWhole({ code }: Finding): boolean {
  const kept = catalogRow(code).keepsAway;
  return kept === 'ignored secret' || kept === 'secret';
}

export type Usability =
  /** It holds a login that the kubelet sends for some image. */
  | 'usable'
  /** It opens no image. */
  | 'useless'
  /** The kubelet cannot decode it, and uses no Secret of a pod that names it. */
  | 'undecodable';

/** What pods have of a Secret that they name, by its findings alone. */
export function usabilityOf({ contents, findings }: DiagnosedSecret): Usability {
  const kept = findings.map(({ code }) => catalogRow(code).keepsAway);
  if (kept.includes('ignored secret')) return 'useless';
  if (kept.includes('pod')) return 'undecodable';
  if (kept.includes('secret')) return 'useless';
  const broken = new Set(
    findings.flatMap(({ code, arguments: args }) =>
      catalogRow(code).keepsAway === 'entry' && 'server' in args ? [args.server] : [],
    ),
  );
  return contents.entries.every(({ server }) => broken.has(shownServer(server))) ? 'useless' : 'usable';
}
