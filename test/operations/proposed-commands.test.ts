/** The commands that `attach` and `detach` propose in their notes, for objects with hostile names and texts. */

import { describe, expect, test } from 'vitest';
import { formatNote, type Note } from '../../src/attaching/notes.ts';
import { type AttachRequest, targetWords } from '../../src/attaching/request.ts';
import { type Command, command } from '../../src/line/command.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { ObjectRef } from '../../src/workloads/object-ref.ts';
import { attachRequest } from '../support/attach-request.ts';
import { some, whole } from '../support/cases.ts';
import { NASTY_TEXTS } from '../support/nasty-texts.ts';
import { programsOf, unlike, variants } from '../support/proposals.ts';
import { SHELLS, startedBy } from '../support/stand-ins.ts';

type Hinted = Exclude<Note, { code: 'failing' }>;

const ref: ObjectRef = { kind: 'Deployment', namespace: 'ns7', name: 'web7' };
const owner: ObjectRef = { kind: 'CronJob', namespace: 'ns7', name: 'job7' };

const NOTES: readonly (readonly [note: Hinted, command: string])[] = [
  [{ code: 'picks-none', kind: 'Pod', labels: 'app=web7', namespace: 'ns7' }, 'kubectl get pods -l app=web7 -n ns7'],
  [{ code: 'picks-none', kind: 'Pod' }, 'kubectl get pods -A'],
  [{ code: 'opens-none', ref, images: ['r7.io/app'] }, 'regsecret create secret7 -n ns7 --server r7.io'],
  [{ code: 'shadowed', ref, account: 'sa7', list: ['own7'] }, 'regsecret attach secret7 -n ns7 --to deployment/web7'],
  [{ code: 'managed', ref, manager: 'argo7' }, 'regsecret attach secret7 -f FILE --write'],
  [{ code: 'now-refused', ref, account: 'sa7' }, 'regsecret detach secret7 -n ns7 --from deployment/web7'],
  [{ code: 'account-has-it', ref, account: 'sa7' }, 'regsecret detach secret7 -n ns7 --serviceaccount sa7'],
  [{ code: 'job-stays', ref, owner }, 'kubectl create job --from=cronjob/job7 job7-again -n ns7'],
  [{ code: 'rolls-out', ref }, 'kubectl rollout status deployment/web7 -n ns7'],
  [{ code: 'paused', ref }, 'kubectl rollout resume deployment/web7 -n ns7'],
  [{ code: 'stuck', ref, pod: 'pod7', reason: 'x' }, 'kubectl delete pod pod7 -n ns7'],
];

function proposed(note: Hinted): Command {
  const [command] = formatNote(note, { verb: 'attach', secret: 'secret7' }).hints;
  if (command === undefined) throw new Error(`${note.code} proposes nothing`);
  return command;
}

function shown(command: Command, given = {}): string | undefined {
  return formatCommand(command, { shell: 'posix', given });
}

describe('notes', () => {
  test.each(NOTES)('%j', (note, command) => {
    expect(shown(proposed(note))).toBe(command);
  });

  test.each(NOTES)('%j on another cluster, as somebody else', (note) => {
    const flags = { context: 'prod 1', kubeconfig: 'a;b', cluster: 'c', user: 'u', as: '$(id)', asGroup: ['g'] };
    const [program = []] = programsOf(proposed(note), flags);
    const words = Object.values({ ...flags, asGroup: 'g' });
    if (note.code === 'managed') expect(program).toEqual(programsOf(proposed(note))[0]);
    else expect(program).toEqual(expect.arrayContaining(words));
  });

  test('a roll-out is not to be watched by who is impersonated: a role of rbac lets nobody', () => {
    const { text, hints } = formatNote({ code: 'rolls-out', ref }, { verb: 'attach', secret: 'secret7', as: 'ci' });
    expect([text, hints]).toEqual(['the pods of deployment.apps/web7 are being replaced', []]);
  });

  test.each(NOTES)('%j is as long with nasty texts', (note) => {
    expect(unlike(note, proposed)).toEqual([]);
  });
});

const REQUEST = attachRequest({
  secret: 'secret7',
  targets: [
    { kind: 'ServiceAccount', name: 'sa7' },
    { kind: 'Pod', name: 'pod7' },
    { kind: 'Deployment', name: 'web7' },
  ],
  selections: [
    { by: 'kind', kind: 'ServiceAccount', labelSelector: 'team=a7' },
    { by: 'kind', kind: 'StatefulSet', labelSelector: 'app=db7' },
    { by: 'use' },
  ],
});

function again(request: AttachRequest): Command {
  return command`regsecret attach ${request.secret} -n ns7 ${targetWords(request)}`;
}

describe('the command line, typed again', () => {
  test('with its targets', () => {
    expect(shown(again(REQUEST))).toBe(
      `regsecret attach secret7 -n ns7 --serviceaccount sa7 --pod pod7 --to deployment/web7 --all-serviceaccounts -l team=a7 --to statefulset -l app=db7 --used`,
    );
  });

  test('with nasty texts', () => {
    expect(unlike(REQUEST, again)).toEqual([]);
  });
});

test.each(SHELLS)('%s starts what is meant, whatever the texts are', (shell) => {
  const commands = some(NASTY_TEXTS, 40).flatMap((text) => [
    ...NOTES.flatMap(([note]) => variants(note, text).map(proposed)),
    ...variants(REQUEST, text).map(again),
  ]);
  const lines = new Map(commands.map((command) => [shown(command) ?? '', command]));
  lines.delete('');
  expect(lines.size).toBeGreaterThan(whole ? 300 : 100);
  const started = startedBy(shell, [...lines.keys()]);
  expect(started).toEqual([...lines.values()].map((command) => programsOf(command)));
});
