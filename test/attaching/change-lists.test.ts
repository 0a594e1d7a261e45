/** Output of attach and detach in a dry run: changes, effects on pods, and problems. */
import { expect, test } from 'vitest';
import { requestOf } from '../../src/attaching/attach-options.ts';
import { changePullSecrets } from '../../src/attaching/change-lists.ts';
import type { Listener } from '../../src/attaching/request.ts';
import { UserError } from '../../src/errors.ts';
import { attachRequest, ghcrSecret, secretFor } from '../support/attach-request.ts';
import { type ChangeSituation, changeSituations } from '../support/change-situations.ts';
import { shownHint } from '../support/hints.ts';
import { fakeIo } from '../support/io.ts';
import { failing } from '../support/observed-targets.ts';
import { type Stored, stored, storedObjects } from '../support/stored-objects.ts';

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
  const request = attachRequest({
    dryRun: 'client',
    yes: change.verb === 'detach' && change.dryRun === undefined,
    ...change,
  });
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
  ['one that enforces its imagePullSecrets', { objects: [account('a', [], enforced)], change: named('a') }],
  [
    'one that enforces its imagePullSecrets, and has it',
    { objects: [account('a', ['pull'], enforced)], change: named('a') },
  ],
  ['no such namespace, unchecked', { objects: [], secrets: [], change: { ...named('a'), checks: false } }],
];

const detach = { verb: 'detach', targets: [{ kind: 'Deployment', name: 'web' }] } as const;
const fromAccount = { verb: 'detach', ...named('default') } as const;
const web = (...list: string[]): Stored => stored('Deployment', 'web', { list });
const withPolicy = (imagePullPolicy: string): Stored => {
  const containers = [{ name: 'app', image: 'ghcr.io/acme/web', imagePullPolicy }];
  const spec = { template: { spec: { containers, imagePullSecrets: [{ name: 'pull' }] } } };
  return ['Deployment', { metadata: { namespace: 'team', name: 'web', uid: 'web' }, spec }];
};
const everywhere = {
  ...requestOf(
    'detach',
    { secret: 'pull', allNamespaces: true, dryRun: 'client', fieldManager: 'test' },
    fakeIo({ env: {} }),
  ),
  yes: true,
};
const no: ChangeSituation['change'] = { agree: (_, refusal) => Promise.reject(refusal) };
/** A real run. Each of these ends before anything is written, at the question whether the only login for the images may go. */
const live = { dryRun: 'none' } as const;

const DETACHED: readonly [string, ChangeSituation][] = [
  ['the only one of a Deployment', { objects: [web('pull')], change: detach }],
  ['the same where nobody has agreed to it', { objects: [web('pull')], change: { ...detach, yes: false } }],
  ['and nobody can be asked', { objects: [web('pull')], change: { ...detach, ...live } }],
  ['and the person says no', { objects: [web('pull')], change: { ...detach, ...live, ...no } }],
  ['and nothing is checked', { objects: [web('pull')], change: { ...detach, checks: false } }],
  ['and it is gone', { objects: [web('pull')], secrets: [], change: detach }],
  ['and it may not be read', { objects: [web('pull')], change: detach, forbidden: ['get secrets'] }],
  [
    'and it has a login for other images',
    { objects: [web('pull')], secrets: [secretFor('pull', 'quay.io')], change: detach },
  ],
  [
    'beside one with a login for the image',
    { objects: [web('pull', 'b')], secrets: [ghcrSecret, secretFor('b', 'ghcr.io')], change: detach },
  ],
  [
    'beside one with a login for other images',
    { objects: [web('pull', 'b')], secrets: [ghcrSecret, secretFor('b', 'quay.io')], change: detach },
  ],
  ['beside one that is gone', { objects: [web('pull', 'b')], change: detach }],
  [
    'where its service account has one with a login for the image',
    {
      objects: [web('pull'), account('default', ['b'])],
      secrets: [ghcrSecret, secretFor('b', 'ghcr.io')],
      change: detach,
    },
  ],
  ['where its service account has it, too', { objects: [web('pull'), account('default', ['pull'])], change: detach }],
  [
    'also from its service account',
    {
      objects: [web('pull'), account('default', ['pull'])],
      change: { ...detach, targets: [...detach.targets, ...fromAccount.targets] },
    },
  ],
  ['for an image that is never pulled', { objects: [withPolicy('Never')], change: detach }],
  ['for one that is pulled where it is missing', { objects: [withPolicy('IfNotPresent')], change: detach }],
  ['from what does not have it', { objects: [web('b')], change: detach, forbidden: ['get secrets'] }],
  [
    'from two pods of one Deployment',
    {
      objects: [
        web('pull'),
        stored('ReplicaSet', 'web-1', { list: ['pull'], owner: 'Deployment/web' }),
        stored('Pod', 'web-1-a', { list: ['pull'], owner: 'ReplicaSet/web-1' }),
        stored('Pod', 'web-1-b', { list: ['pull'], owner: 'ReplicaSet/web-1' }),
      ],
      change: { verb: 'detach', targets: ['a', 'b'].map((name) => ({ kind: 'Pod', name: `web-1-${name}` })) },
    },
  ],
  [
    'from a pod that is created again',
    {
      objects: [stored('Pod', 'web', { list: ['pull'] })],
      change: { verb: 'detach', targets: [{ kind: 'Pod', name: 'web' }], recreate: true, ...live },
    },
  ],
  [
    'from a service account',
    {
      objects: [
        account('default', ['pull']),
        stored('Deployment', 'web'),
        stored('StatefulSet', 'own', { list: ['b'] }),
        stored('Pod', 'web-1', { list: ['pull'], owner: 'Rollout/r' }),
        stored('Pod', 'web-2', { list: ['pull'], owner: 'Rollout/r' }),
        stored('Pod', 'bare', { list: ['pull'] }),
        stored('Pod', 'own-list', { list: ['pull', 'b'] }),
        stored('Pod', 'done', { list: ['pull'], rest: { status: { phase: 'Succeeded' } } }),
        stored('Job', 'past', { rest: { status: { conditions: [{ type: 'Complete', status: 'True' }] } } }),
      ],
      change: { ...fromAccount, ...live },
    },
  ],
  [
    'from a service account that nothing uses',
    { objects: [account('default', ['pull'])], change: fromAccount, forbidden: ['get secrets'] },
  ],
  [
    'from a service account, and pods may not be listed',
    {
      objects: [account('default', ['pull']), stored('Pod', 'bare', { list: ['pull'] })],
      change: fromAccount,
      forbidden: ['list pods'],
    },
  ],
  [
    'from all service accounts: of those that need it, one question',
    {
      objects: [
        account('a', ['pull']),
        account('b', ['pull']),
        stored('Deployment', 'of-a', { account: 'a' }),
        stored('Deployment', 'of-b', { account: 'b' }),
      ],
      change: { verb: 'detach', selections: [{ by: 'kind', kind: 'ServiceAccount' }], ...live, ...no },
    },
  ],
  [
    'from every list, and those of pods and Jobs cannot be changed',
    {
      objects: [
        account('default', ['pull']),
        web('pull'),
        stored('Pod', 'web-1', { list: ['pull'], owner: 'ReplicaSet/web' }),
        stored('Pod', 'bare', { list: ['pull'] }),
        stored('Pod', 'step', { list: ['pull'], owner: 'Rollout/r' }),
        stored('Job', 'once', { list: ['pull'] }),
        stored('Job', 'nightly-1', { list: ['pull'], owner: 'CronJob/nightly' }),
      ],
      change: everywhere,
    },
  ],
  [
    'from every list, and pods may be created again',
    {
      objects: [account('default', ['pull']), stored('Pod', 'bare', { list: ['pull'] })],
      change: { ...everywhere, recreate: true },
    },
  ],
  [
    'from every list, where only what has ended or ends names it',
    {
      objects: [
        stored('Pod', 'done', { list: ['pull'], rest: { status: { phase: 'Succeeded' } } }),
        stored('Pod', 'going', { list: ['pull'], metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
        stored('Job', 'past', {
          list: ['pull'],
          rest: { status: { conditions: [{ type: 'Complete', status: 'True' }] } },
        }),
      ],
      change: everywhere,
    },
  ],
  ['from every list, and it is still needed', { objects: [web('pull')], change: { ...everywhere, yes: false } }],
  [
    'in two namespaces',
    {
      objects: [
        web('pull'),
        stored('Deployment', 'web', { list: ['pull'], metadata: { namespace: 'other', uid: 'w2' } }),
      ],
      secrets: [ghcrSecret, secretFor('pull', 'ghcr.io', 'other')],
      change: { ...everywhere, yes: false },
    },
  ],
];

test('what is told', async () => {
  const outlines: string[] = [];
  for (const [title, situation] of [...changeSituations(secretFor), ...SELDOM, ...DETACHED]) {
    const lines = await told(situation);
    outlines.push(`# ${title}\n${lines.map((line) => `${line}\n`).join('')}`);
  }
  await expect(outlines.join('\n')).toMatchFileSnapshot('reports/changes.txt');
});
