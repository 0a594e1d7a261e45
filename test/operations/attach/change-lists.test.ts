/** What attach and detach say in a dry run: what would change, what becomes of pods, and what is in the way. */
import { expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { changePullSecrets } from '../../../src/operations/attach/change-lists.ts';
import type { Listener } from '../../../src/operations/attach/request.ts';
import { attachRequest, ghcrSecret, secretFor } from '../../support/attach-request.ts';
import { type ChangeSituation, changeSituations } from '../../support/change-situations.ts';
import { shownHint } from '../../support/hints.ts';
import { storedObjects } from '../../support/stored-objects.ts';

async function told({ objects, forbidden, change, secrets = [ghcrSecret] }: ChangeSituation): Promise<string[]> {
  const lines: string[] = [];
  const problem = ({ message, hint }: UserError): void => void lines.push(`problem: ${message} → ${shownHint(hint)}`);
  const listener: Listener = {
    outcome: ({ ref, action, before, after }) =>
      lines.push(`${action} ${ref.namespace}/${ref.kind}/${ref.name}: ${before} → ${after}`),
    note: (note) => {
      const object = 'ref' in note ? ` ${note.ref.kind}/${note.ref.name}` : '';
      const rest = Object.entries(note).filter(([name]) => !['code', 'ref', 'object', 'severity'].includes(name));
      lines.push(`${note.code}${object} ${JSON.stringify(Object.fromEntries(rest))}`);
    },
    problem,
    waiting: () => lines.push('waiting'),
  };
  const request = attachRequest({ dryRun: 'client', ...change });
  try {
    await changePullSecrets(storedObjects([...secrets, ...objects], forbidden), request, listener);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problem(error);
  }
  return lines;
}

test('what is told', async () => {
  const outlines: string[] = [];
  for (const [title, situation] of changeSituations(secretFor)) {
    const lines = await told(situation);
    outlines.push(`# ${title}\n${lines.map((line) => `${line}\n`).join('')}`);
  }
  await expect(outlines.join('\n')).toMatchFileSnapshot('reports/changes.txt');
});
