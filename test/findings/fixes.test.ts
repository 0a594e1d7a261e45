/** Whether pods pick up a fix without a restart, and how to change an image where kubectl cannot. */
import { describe, expect, test } from 'vitest';
import { type Finding, finding, fixFor, isPickedUp } from '../../src/findings/finding.ts';
import type { FindingObject } from '../../src/findings/finding-record.ts';
import { type Command, words } from '../../src/line/command.ts';
import { lineOf } from '../../src/line/deed.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { Remedy } from '../../src/workloads/remedy.ts';
import { DEPLOYMENT, FILE, namespace, OWNER, POD, RECREATE, WORKLOAD } from '../support/finding-table.ts';

const deed = { do: 'create', secret: 'pull', namespace, servers: [] } as const;
const create = lineOf(deed);

test.each<[string, Command, boolean]>([
  ['a login that is written into the Secret', create, true],
  ['a login that comes through a pipe', { ...words`kubectl get secret pull`, pipe: create }, true],
  ['a Secret that is attached, too: pods that are there keep their list', lineOf({ ...deed, attach: ['web'] }), false],
  ['a Secret that is written, and pods that are restarted', { ...create, next: words`kubectl rollout restart` }, false],
  ['a Secret that is attached', lineOf({ do: 'attach', secret: 'pull', namespace, workloads: ['web'] }), false],
  ['a service account that is created', words`kubectl create serviceaccount web`, false],
])('%s: the kubelet reads it before its next attempt: %s', (_, fix, expected) => {
  expect(isPickedUp(fix)).toBe(expected);
});

describe('an image is changed', () => {
  const rollout: FindingObject = { kind: 'Rollout', namespace, name: 'web' };
  const inFile = { file: 'web.yaml', line: 3 };
  test.each<[string, FindingObject, Remedy, string]>([
    ['in a Pod', POD, RECREATE, 'kubectl set image pod/web-1 app=REGISTRY/NAME:TAG -n team-a'],
    ['in what a Pod is made of', POD, DEPLOYMENT, 'kubectl set image deployment/web app=REGISTRY/NAME:TAG -n team-a'],
    ['in a file, which may have other containers of that name', { ...WORKLOAD, ...inFile }, FILE, 'vi +3 web.yaml'],
    [
      'in an object of a kind that kubectl does not know',
      rollout,
      OWNER,
      'kubectl set image rollout/web app=REGISTRY/NAME:TAG -n team-a',
    ],
  ])('%s', (_, object, remedy, line) => {
    const found = finding('invalid-image', object, { image: 'UPPER', error: 'x', container: 'app', remedy } as never);
    expect(formatCommand(fixFor(found), { shell: 'posix', given: {} })).toBe(line);
  });
});

describe('an image that was only typed', () => {
  const object: FindingObject = { kind: 'ServiceAccount', namespace, name: 'builder' };
  const remedy: Remedy = { how: 'account', target: { ...object, kind: 'ServiceAccount', namespace }, pods: [] };
  const gone = { image: 'r.example/web:v9', container: '', said: { by: 'kubelet' }, remedy } as const;
  const two = { names: ['v2', 'v1'], more: 0 };
  test.each<[string, Finding, string | undefined]>([
    ['is no name', finding('invalid-image', object, { image: 'UPPER', error: 'x', container: '', remedy }), undefined],
    ['has no such repository', finding('image-not-found', object, { ...gone, missing: 'repository' }), undefined],
    ['has no such tag', finding('image-not-found', object, { ...gone, missing: 'tag' }), undefined],
    [
      'has other tags: the first is asked about with the account and the Secrets that were typed',
      finding('image-not-found', object, { ...gone, missing: 'tag', tags: two }),
      'regsecret why -n team-a --image r.example/web:v2 --serviceaccount builder --secret one --secret two',
    ],
  ])('%s', (_, found, line) => {
    expect(formatCommand(fixFor(found, { secrets: ['one', 'two'] }), { shell: 'posix', given: {} })).toBe(line);
  });
});
