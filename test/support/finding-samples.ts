/** One finding of each code, and one for each way to fix it. Every value that is not ours contains a `7`. */

import { type Finding, type FindingArguments, type FindingCode, finding } from '../../src/findings/finding.ts';
import type { FindingObject } from '../../src/findings/finding-record.ts';
import type { ShownServer } from '../../src/secret/display-server.ts';
import type { ObjectRef } from '../../src/workloads/object-ref.ts';
import type { Remedy } from '../../src/workloads/remedy.ts';

const namespace = 'ns7';
const ref = (kind: ObjectRef['kind'], name: string): ObjectRef => ({ kind, namespace, name });
const shown = (server: string): ShownServer => server as ShownServer;

const REMEDIES: readonly Remedy[] = [
  { how: 'template', target: ref('Deployment', 'web7') },
  { how: 'template', target: ref('Deployment', 'web7'), allow: ref('ServiceAccount', 'sa7') },
  { how: 'template', target: ref('StatefulSet', 'db7'), next: { step: 'delete pods', pods: ['db7-0', 'db7-1'] } },
  { how: 'template', target: ref('Deployment', 'web7'), before: ['server7.io/org/app:v0'] },
  { how: 'template', target: ref('Deployment', 'web7'), next: { step: 'resume', pods: [] } },
  { how: 'template', target: ref('CronJob', 'job7'), next: { step: 'run again', job: 'job7-1' } },
  { how: 'recreate', target: ref('Pod', 'pod7') },
  { how: 'recreate', target: ref('Pod', 'pod7'), allow: ref('ServiceAccount', 'sa7') },
  { how: 'account', target: ref('ServiceAccount', 'sa7'), pods: ['pod7'] },
  { how: 'account', target: ref('ServiceAccount', 'sa7'), pods: [] },
  { how: 'file', file: 'file7.yaml' },
  { how: 'owner', owner: 'rollout.argoproj.io/web7', namespace },
  { how: 'manifest' },
  { how: 'node', node: 'node7' },
];
const [deployment] = REMEDIES as readonly [Remedy];

const POD: FindingObject = { kind: 'Pod', namespace, name: 'pod7' };
const SECRET: FindingObject = { kind: 'Secret', namespace, name: 'secret7' };
const OBJECTS: Partial<Record<FindingCode, readonly FindingObject[]>> = {
  'invalid-image': [POD, { kind: 'ServiceAccount', namespace, name: 'sa7' }],
  'pull-postponed': [POD, { kind: 'Deployment', namespace, name: 'web7' }],
  'unreadable-file': [{ kind: 'File', name: 'file7.yaml', file: 'file7.yaml', line: 3 }],
  'refused-field': [{ ...POD, file: 'file7.yaml', line: 3 }],
  'stale-copy': [SECRET],
  'orphaned-copy': [SECRET],
  'duplicate-secret': [{ ...SECRET, file: 'file7.yaml', line: 3 }],
  'login-in-annotation': [SECRET, { ...SECRET, file: 'file7.yaml', line: 3 }],
  'no-pull-secret': [POD],
  'empty-name': [POD, { ...POD, file: 'file7.yaml', line: 3 }],
  'duplicate-name': [POD, { ...POD, file: 'file7.yaml', line: 3 }],
};
const IN_FILES: readonly FindingObject[] = [
  SECRET,
  { ...SECRET, file: 'file7.yaml', line: 3 },
  { kind: 'File', name: 'file7.json', file: 'file7.json', line: 1 },
];

type Arguments = { readonly [Code in FindingCode]: (remedy: Remedy) => readonly FindingArguments[Code][] };

const server = shown('server7.io');
const image = 'server7.io/org/app:v1';
const said = { by: 'registry', at: '2026-01-01T00:00:00Z' } as const;
const at = '2026-01-01T00:00:00Z';

const ARGUMENTS: Arguments = {
  'missing-secret': (remedy) => [
    {},
    { elsewhere: { namespaces: ['other7'] } },
    { elsewhere: { namespaces: ['source7'], source: 'source7' }, namespaces: ['team7', 'other7'] },
    { near: 'near7', remedy },
    { near: 'near7', listed: true, remedy },
    { usable: 'usable7', remedy },
    { usable: 'usable7', absent: true, remedy },
  ],
  'wrong-type': () => [{ type: 'Opaque' }],
  'no-payload': () => [{ type: 'x', dataKey: 'y' }],
  'wrong-format': () => [{ type: 'x', form: 'kubernetes.io/dockercfg' }],
  'unreadable-payload': () => [{ error: 'x' }],
  'unreadable-entry': () => [{ server, error: 'x' }],
  'no-login': () => [{}],
  'credential-store': () => [{ helpers: ['x'] }],
  'empty-entry': () => [{ server }],
  'identity-token': () => [{ server }],
  'incomplete-entry': () => [{ server, missing: 'password' }],
  'opens-nothing': () => [
    { server, reason: 'x' },
    { server, reason: 'x', proposal: 'proposal7.io' },
  ],
  'unusual-server': () => [{ server, reason: 'x', proposal: 'proposal7.io' }],
  'shadowed-entry': () => [
    { server, by: shown('by7.io') },
    { server, by: shown('by7.io'), bySecret: 'other7' },
  ],
  'same-key': () => [{ servers: [server], key: 'k' }],
  'white-space': () => [{ server, field: 'password' }],
  'ignored-login': () => [{ server }],
  expired: () => [{ server, at, by: 'itself' }],
  'expires-soon': () => [{ server, at, by: 'itself' }],
  'stale-copy': () => [
    { source: { namespace: 'source7', name: 'secret7' } },
    { source: { namespace: 'source7', name: 'secret7' }, namespaces: ['team7', 'other7'] },
    { source: { namespace: 'source7', name: 'secret7' }, refusedBy: server },
  ],
  'orphaned-copy': () => [{ source: { namespace: 'source7', name: 'secret7' } }],
  'duplicate-secret': () => [{ last: { file: 'last7.yaml', line: 3 } }],
  'login-in-annotation': () => [{}],
  'credential-rejected': () => [{ server, username: 'u', said }],
  'no-access': () => [
    { server, username: 'u', image, said },
    { server, username: 'u', image, said: { by: 'kubelet' }, status: 403 },
  ],
  'public-image-refused': () => [{ server, username: 'u', image, at }],
  'other-images': () => [{ server, image, difference: 'port', proposal: 'proposal7.io' }],
  'no-pull-secret': (remedy) => [
    { image, remedy },
    { image, remedy, usable: 'usable7' },
    { image, remedy, usable: 'usable7', account: 'sa7' },
    { image, remedy, usable: 'usable7', absent: true },
    { image, remedy, lacks: { account: 'sa7', annotations: ['x7.io/role'] } },
  ],
  'no-entry': (remedy) => [
    { image, secrets: ['one7'], servers: [], remedy },
    { image, secrets: [], servers: [], remedy },
    { image, secrets: ['one7'], servers: [], usable: 'usable7', remedy },
    { image, secrets: ['one7'], servers: [], usable: 'usable7', absent: true, remedy },
    { image, secrets: ['one7'], servers: [] },
    { image, secrets: ['one7'], servers: [], meantImage: 'server7.io/app7' },
  ],
  'attached-later': (remedy) => [
    { image, account: 'sa7', secrets: ['one7'], remedy },
    { image, account: 'sa7', secrets: ['one7'], remedy, rollout: 'rollout7' },
    { image, account: 'sa7', secrets: ['one7'], remedy, rollout: 'rollout7', stuck: 'exceeded quota' },
  ],
  'outdated-pod': (remedy) => [
    { image, template: 'web7', remedy },
    { image, template: 'web7', remedy, rollout: 'rollout7' },
    { image, template: 'web7', remedy, rollout: 'rollout7', stuck: 'stuck7' },
    { image, template: 'web7', remedy, changed: 'image' },
    { image, template: 'web7', remedy, newFails: true },
  ],
  'own-list': (remedy) => [{ image, own: ['own7'], account: 'sa7', usable: 'usable7', remedy }],
  'empty-name': (remedy) => [{ remedy }, { account: 'sa7', usable: 'usable7', remedy }],
  'duplicate-name': (remedy) => [{ secret: 'secret7', remedy }],
  'not-mountable': () => [{ secret: 'secret7', account: 'sa7' }],
  'missing-account': () => [{ account: 'sa7' }, { account: 'sa7', usable: 'usable7', absent: true }],
  'different-credentials': (remedy) => [
    { server, secrets: ['one7', 'two7'], usernames: ['u'], remedy },
    { server, secrets: ['one7', 'two7'], usernames: ['u'], works: ['two7'], remedy },
  ],
  'invalid-image': (remedy) => [
    { image, error: 'x', container: 'container7', remedy },
    { image, error: 'x', container: 'volume7', volume: true, remedy },
  ],
  'image-not-found': (remedy) => [
    { image, container: 'container7', said, remedy },
    { image, container: 'container7', said, remedy, meantImage: 'server7.io/app7' },
    { image, container: 'container7', said, remedy, missing: 'repository' },
    { image, container: 'volume7', volume: true, said, remedy },
    { image, container: 'container7', said, remedy, missing: 'tag', tags: { names: ['tag7'], more: 1 } },
  ],
  'never-pulled': (remedy) => [
    { image, remedy },
    { image, volume: true, remedy },
  ],
  'unverified-image': (remedy) => [{ image, node: 'node7', version: 'v', policy: 'Never', usable: 'usable7', remedy }],
  'stale-secret': (remedy) => [
    { image, node: 'node7', tried: true, dataKey: '.dockercfg', remedy },
    { image, node: 'node7', tried: false, remedy },
  ],
  'node-login-refused': (remedy) => [
    { image, node: 'node7', remedy },
    { image, node: 'node7', usable: 'usable7', remedy },
  ],
  'rate-limited': (remedy) => [
    { image, anonymous: true, said, remedy },
    { image, anonymous: false, said, remedy },
  ],
  'registry-unreachable': () => [
    { registry: 'server7.io', reason: 'x', at },
    { registry: 'server7.io', reason: 'x', at, meantImage: 'server7.io/app7' },
    { registry: 'server7.io', reason: 'x', at, unasked: true },
    { registry: 'server7.io', reason: 'x', at, server, idle: true },
  ],
  'node-cannot-reach': () => [
    { registry: 'server7.io', trouble: 'tls', node: 'node7' },
    { registry: 'server7.io', trouble: 'tls', node: 'node7', meantImage: 'server7.io/app7' },
    { registry: 'server7.io', trouble: 'clock', node: 'node7' },
    { registry: 'server7.io', trouble: 'mirror', node: 'node7', mirror: 'mirror7.io' },
  ],
  'wrong-platform': (remedy) => [{ image, node: 'node7', remedy }],
  'disk-full': () => [{ node: 'node7' }],
  'pull-postponed': () => [{ image }],
  'undecodable-list': () => [{ secrets: ['one7'], error: 'x' }],
  'unread-secrets': () => [{ image, secrets: ['one7'], sent: 'nothing' }],
  'retry-pending': () => [{ image, secret: 'one7' }],
  unexplained: () => [
    { image, message: 'x', accepted: true },
    { image, message: 'x', accepted: true, lacks: { account: 'sa7', annotations: ['x7.io/role'] } },
  ],
  'unseen-credential': (remedy) => [{ image, remedy }],
  'borrowed-image': (remedy) => [
    { image, pod: 'pod ns7/api7', node: 'node7', version: 'v', usable: 'usable7', remedy },
    { image, pod: 'pod ns7/api7', node: 'node7', version: 'v', remedy },
  ],
  'fails-at-restart': () => [
    { image, cause: finding('empty-entry', SECRET, { server }) },
    {
      image,
      cause: finding('empty-entry', SECRET, { server }),
      restart: { result: 'fails', node: 'node7', version: 'v', policy: 'AlwaysVerify', by: 'kubelet' },
    },
  ],
  'unused-secret': () => [{}],
  'same-content': () => [{ others: ['x'] }],
  'unread-object': () => [{ reason: 'x' }, { reason: 'x', bug: true }],
  'unreadable-file': () => [
    { error: 'x', chart: true },
    { error: 'x', chart: false },
  ],
  'refused-field': () => [
    { field: 'spec.field7', schema: '1.36' },
    { field: 'spec.field7', schema: '1.36', meant: 'spec.meant7' },
    { field: 'spec.field7', expected: 'list' },
    { field: 'spec.field7', expected: 'list', write: 'write7' },
  ],
};

/** Findings about a Secret also appear for a Secret in a file. */
export const FINDINGS: readonly Finding[] = (Object.keys(ARGUMENTS) as FindingCode[]).flatMap((code) => {
  const remedies = ARGUMENTS[code].length === 0 ? [deployment] : REMEDIES;
  const objects = OBJECTS[code] ?? (ARGUMENTS[code].length === 0 ? IN_FILES : [POD, SECRET]);
  return remedies.flatMap((remedy) =>
    ARGUMENTS[code](remedy).flatMap((args) => objects.map((object) => finding(code, object, args as never))),
  );
});
