/** A Secret with what is in it and what is wrong with it, decided once; every command takes its word from here. */

import { readContents } from '../keyring/contents.ts';
import { shownServer } from '../keyring/display-server.ts';
import { MANY_ENTRIES } from '../keyring/known-keyrings.ts';
import type { Secret } from '../keyring/secret.ts';
import { catalogRow } from './catalog.ts';
import type { Finding } from './finding.ts';
import { diagnose, type SecretFacts } from './secret-rules.ts';

export interface DiagnosedSecret extends SecretFacts {
  /** What is wrong with it by itself, errors first. */
  readonly findings: readonly Finding[];
  /** How many entries it has beside those in `contents`, where only the first ones are kept. */
  readonly moreEntries?: number | undefined;
  /** Left out where all of it is in `contents` and `findings`. */
  readonly usability?: Usability | undefined;
}

/** Reads `secret` and judges it; `now` in milliseconds since 1970. */
export function diagnoseSecret(secret: Secret, now: number): DiagnosedSecret {
  const contents = readContents(secret);
  return { secret, contents, findings: diagnose({ now, secrets: [{ secret, contents }] }) };
}

/**
 * {@link diagnoseSecret} for one of thousands of Secrets: of many entries the first ones are kept, and of many findings with one
 * code the first ones, of which the last says how many more there are.
 */
export function diagnoseBriefly(secret: Secret, now: number): DiagnosedSecret {
  const diagnosed = diagnoseSecret(secret, now);
  const { contents, findings } = diagnosed;
  const moreEntries = Math.max(0, contents.entries.length - MANY_ENTRIES);
  if (moreEntries === 0 && findings.length <= MANY_ENTRIES) return diagnosed;
  return {
    secret,
    contents: { ...contents, entries: contents.entries.slice(0, MANY_ENTRIES) },
    findings: [...Map.groupBy(findings, ({ code }) => code).values()].flatMap(cut),
    moreEntries,
    usability: usabilityOf(diagnosed),
  };
}

/** Of findings that are alike. */
function cut(findings: readonly Finding[]): Finding[] {
  const more = findings.length - MANY_ENTRIES;
  const kept = findings.slice(0, MANY_ENTRIES);
  return more <= 0 ? kept : kept.map((found, index) => (index === MANY_ENTRIES - 1 ? { ...found, more } : found));
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
export function usabilityOf({ contents, findings, usability }: DiagnosedSecret): Usability {
  if (usability !== undefined) return usability;
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
