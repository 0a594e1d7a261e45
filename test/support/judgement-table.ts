/** Shared by the tables of judgements: values for their rows, and the checks of each row. */
import { describe, expect, test } from 'vitest';
import type { Puller } from '../../src/diagnosis/facts.ts';
import { type FindingCode, formatFinding } from '../../src/findings/finding.ts';
import type { Secret } from '../../src/secret/secret.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { shownHint } from './hints.ts';
import { IMAGE, login, NOW, secretWith, settle, type World } from './pull-facts.ts';
import { outlineOfSituation } from './report-outline.ts';

export const jwt = (seconds: number): string =>
  `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ exp: NOW / 1000 + seconds })).toString('base64url')}.`;

export const open: Verdict = { kind: 'anonymous', why: 'empty', result: 'pulls' };
export const noTag: Verdict = { kind: 'not found', repository: 'acme/web', missing: 'tag' };
export const all =
  (verdict: Verdict): NonNullable<World['says']> =>
  () =>
    verdict;

export const broken = secretWith({ 'ghcr.io': login(), 'r.io': { auth: 'notbase64!' } });

export const writtenAt = (creationTimestamp: string): Secret =>
  secretWith({ 'ghcr.io': login() }, { metadata: { creationTimestamp } });

export const noCredential = `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`;
export const notFound = `failed to resolve reference "${IMAGE}": ${IMAGE}: not found`;

interface Expected {
  readonly outcome: 'will pull' | 'will not pull' | 'cannot know';
  readonly cause?: FindingCode;
  readonly fix?: string;
  /** False where the command is only advice. */
  readonly sufficient?: boolean;
  readonly notes?: readonly FindingCode[];
  readonly asked?: readonly string[];
}

export type Row = readonly [situation: string, puller: Puller, world: World, expected: Expected];

export const create = 'regsecret create regcred -n team-a --server ghcr.io';
export const bare =
  'regsecret create -n team-a --server ghcr.io && regsecret attach regsecret -n team-a --pod web --recreate';
export const attachOther = 'regsecret attach other -n team-a --pod web --recreate';

/** Declares a test for each row, and one for the whole reports. */
export function judgements(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    test('the whole reports', async () => {
      const outlines = rows.map(([situation, puller, world]) => outlineOfSituation(situation, puller, world));
      await expect(outlines.join('\n')).toMatchFileSnapshot(`reports/${title.replaceAll(' ', '-')}.txt`);
    });

    test.each(rows)('%s', (_situation, puller, world, expected) => {
      const { judgement, notes, asked } = settle(puller, world);
      const { outcome, cause, fix } = judgement;
      expect({ outcome, cause: cause?.code, notes }).toEqual({
        outcome: expected.outcome,
        cause: expected.cause,
        notes: expected.notes ?? [],
      });
      if (expected.fix !== undefined) expect(shownHint(fix?.command)).toBe(expected.fix);
      if (cause !== undefined) expect(fix).toMatchObject({ sufficient: expected.sufficient ?? true });
      if (expected.asked !== undefined) expect(asked).toEqual(expected.asked);
      if (cause !== undefined) {
        expect(formatFinding(cause)).not.toMatch(/undefined|\.$|pa55word/);
        expect(JSON.stringify(cause)).not.toContain('pa55word');
      }
    });
  });
}
