/** What attach and detach say in a dry run: what would change, what becomes of pods, and what is in the way. */
import { expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { changePullSecrets } from '../../../src/operations/attach/change-lists.ts';
import type { Listener } from '../../../src/operations/attach/request.ts';
import { attachRequest, ghcrSecret, secretFor } from '../../support/attach-request.ts';
import { type ChangeSituation, changeSituations } from '../../support/change-situations.ts';
import { shownHint } from '../../support/hints.ts';
import { failing } from '../../support/observed-targets.ts';
import { type Stored, stored, storedObjects } from '../../support/stored-objects.ts';

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

const account = (name: string, list: string[] = [], metadata = {}): Stored =>
  stored('ServiceAccount', name, { list, metadata });
const enforced = { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } };
const named = (...names: string[]) => ({ targets: names.map((name) => ({ kind: 'ServiceAccount', name }) as const) });
const fails = [failing('a-1', { account: 'a' }), failing('b-1', { account: 'b' }), failing('c-1', { account: 'c' })];

const SELDOM: readonly [string, ChangeSituation][] = [
  [
    'two service accounts whose pods fail',
    { objects: [account('a'), account('b'), ...fails], change: named('a', 'b') },
  ],
  [
    'one named, and those with labels',
    {
      objects: [account('a'), account('b', [], { labels: { x: 'y' } }), ...fails],
      change: { ...named('a'), selections: [{ by: 'kind', kind: 'ServiceAccount', labelSelector: 'x=y' }] },
    },
  ],
  ['one that enforces its list', { objects: [account('a', [], enforced)], change: named('a') }],
  ['one that enforces its list, and has it', { objects: [account('a', ['pull'], enforced)], change: named('a') }],
  ['no such namespace, unchecked', { objects: [], secrets: [], change: { ...named('a'), checks: false } }],
];

test('what is told', async () => {
  const outlines: string[] = [];
  for (const [title, situation] of [...changeSituations(secretFor), ...SELDOM]) {
    const lines = await told(situation);
    outlines.push(`# ${title}\n${lines.map((line) => `${line}\n`).join('')}`);
  }
  await expect(outlines.join('\n')).toMatchFileSnapshot('reports/changes.txt');
});
