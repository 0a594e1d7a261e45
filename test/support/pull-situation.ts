/** Shared by the tests of pulls: their Secrets, the verdicts of registries, and the snapshots of reports. */
import { describe, expect, test } from 'vitest';
import type { Puller } from '../../src/diagnosis/facts.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { login, secretWith, type World } from './pull-facts.ts';
import { outlineOfSituation } from './report-outline.ts';

export type Situation = readonly [situation: string, puller: Puller, world: World];

export const list = (...names: string[]): object[] => names.map((name) => ({ name }));
export const good = secretWith({ 'ghcr.io': login() });
export const wrong = secretWith({ 'ghcr.io': login('rex') });
export const quay = secretWith({ 'quay.io': login() });

export const forbidden: Verdict = { kind: 'anonymous', why: 'empty', result: 'fails' };
export const rejected: Verdict = { kind: 'rejected', status: 401 };
export const noAccess: Verdict = { kind: 'no access', repository: 'acme/web', status: 403 };
export const down: Verdict = { kind: 'unreachable', cause: 'dns', reason: 'its name cannot be resolved' };
export const jane: NonNullable<World['says']> = (user) =>
  user === undefined ? forbidden : user === 'janedoe' ? { kind: 'accepted' } : rejected;
export const both =
  (verdict: Verdict): NonNullable<World['says']> =>
  (user) =>
    user === undefined ? forbidden : verdict;

export const refused = 'failed to fetch oauth token: 403 Forbidden';
export const noCredential = 'no basic auth credentials';

/** Compares the whole reports of all rows with a stored snapshot. */
export function reportsAsEver(title: string, rows: readonly Situation[]): void {
  describe(title, () => {
    test('as ever', async () => {
      const outlines = rows.map(([situation, puller, world]) => outlineOfSituation(situation, puller, world));
      await expect(outlines.join('\n')).toMatchFileSnapshot(`reports/rare-${title.replaceAll(' ', '-')}.txt`);
    });
  });
}
