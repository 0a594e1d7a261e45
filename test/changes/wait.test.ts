/** How waiting for pods ends if the first look decides. */
import { expect, test } from 'vitest';
import { createContext } from '../../src/attaching/context.ts';
import { waitFor } from '../../src/changes/wait.ts';
import { UserError } from '../../src/errors.ts';
import { attachRequest, listener } from '../support/attach-request.ts';
import { shownHint } from '../support/hints.ts';
import { failing } from '../support/observed-targets.ts';
import { type Stored, specOf, stored, storedObjects } from '../support/stored-objects.ts';

const labels = { app: 'web' };
const selector = { selector: { matchLabels: labels } };
const running = {
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'app', ready: true, started: true, state: { running: {} } }],
  },
};
const rolledOut = { status: { updatedReplicas: 1, replicas: 1, availableReplicas: 1, readyReplicas: 1 } };
const halfway = { status: { updatedReplicas: 0, replicas: 1, availableReplicas: 1 } };
const stuck = {
  status: {
    ...halfway.status,
    conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
  },
};
const set = (rest: object): Stored =>
  stored('StatefulSet', 'web', { list: ['pull'], spec: { ...selector, replicas: 1 }, rest });
const deployment = (rest: object): Stored =>
  stored('Deployment', 'web', { list: ['pull'], spec: { ...selector, replicas: 1 }, rest });
const old = failing('web-0', { owner: 'StatefulSet/web', metadata: { labels } });
const fresh = failing('web-0', { list: ['pull'], owner: 'StatefulSet/web', metadata: { labels } });

test.each<[string, Stored, Stored[], { readonly gone?: true; readonly verb?: 'detach' }, string]>([
  ['a pod that runs', stored('Pod', 'web', { rest: running }), [], {}, 'runs Pod/web'],
  [
    'a pod that is not there any more',
    stored('Pod', 'web'),
    [],
    { gone: true },
    'pod team/web was deleted meanwhile → kubectl get pods -n team',
  ],
  [
    'a pod that is on its way',
    stored('Pod', 'web'),
    [],
    {},
    'pod team/web does not run after 0 s: it is starting → kubectl describe pod/web -n team',
  ],
  ['a Deployment that has rolled out', deployment(rolledOut), [], {}, 'runs Deployment/web'],
  [
    'a Deployment that has given up',
    deployment(stuck),
    [],
    {},
    'deployment team/web did not progress within its progressDeadlineSeconds → kubectl describe deployment/web -n team',
  ],
  ['a StatefulSet that has rolled out', set(rolledOut), [old], {}, 'runs StatefulSet/web'],
  [
    'a StatefulSet that waits for an old pod',
    set(halfway),
    [old],
    {},
    'statefulset team/web waits for pod web-0, which cannot pull (ErrImagePull) and has the old imagePullSecrets → kubectl delete pod web-0 -n team',
  ],
  [
    'a StatefulSet from which it is detached',
    set(halfway),
    [old],
    { verb: 'detach' },
    'statefulset team/web does not run after 0 s: 0 of 1 pods are new → kubectl describe statefulset/web -n team',
  ],
  [
    'a StatefulSet with a new pod that fails, not yet for long',
    set(halfway),
    [fresh],
    {},
    'statefulset team/web does not run after 0 s: 0 of 1 pods are new → kubectl describe statefulset/web -n team',
  ],
])('%s', async (_, target, pods, { gone = false, ...change }, expected) => {
  const told: string[] = [];
  const transport = storedObjects(gone ? [] : [target, ...pods]);
  const notes = {
    ...listener,
    note: (note: object) => void told.push('ref' in note && 'code' in note ? `${note.code} ${nameOf(note.ref)}` : ''),
  };
  const context = createContext(transport, attachRequest({ timeoutMs: 0, ...change }), notes);
  await waitFor(specOf(target), context).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    told.push(`${error.message} → ${shownHint(error.hint)}`);
  });
  expect(told).toEqual([expected]);
});

function nameOf(ref: unknown): string {
  const { kind, name } = ref as { kind: string; name: string };
  return `${kind}/${name}`;
}
