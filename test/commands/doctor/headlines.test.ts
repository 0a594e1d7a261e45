/** The line about an image that `why` prints before the cause: it says no more than is known, and each cause once. */
import { describe, expect, test } from 'vitest';
import { printDoctor } from '../../../src/commands/doctor/doctor-printer.ts';
import type { Puller } from '../../../src/diagnosis/facts.ts';
import { judgementsOf } from '../../../src/diagnosis/puller-report.ts';
import { reportOf } from '../../../src/diagnosis/report.ts';
import { finished } from '../../../src/secret/steps.ts';
import { fakeIo } from '../../support/io.ts';
import {
  deployment,
  IMAGE,
  login,
  NOW,
  podWith,
  secretWith,
  settle,
  templateWith,
  type World,
} from '../../support/pull-facts.ts';

const PRIVATE = { says: () => ({ kind: 'anonymous', why: 'empty', result: 'fails' }) as const };
const CAVEAT = 'a node that already has the image may start it without a pull\n';

async function printed(...pullers: readonly [Puller, ...Puller[]]): Promise<string> {
  return printedIn(PRIVATE, ...pullers);
}

async function printedIn(world: World, ...pullers: readonly [Puller, ...Puller[]]): Promise<string> {
  return printedOn({}, world, ...pullers);
}

async function printedOn(
  machine: Parameters<typeof fakeIo>[0],
  world: World,
  ...pullers: readonly [Puller, ...Puller[]]
): Promise<string> {
  const { facts } = settle(pullers[0], world);
  const judged = new Map(pullers.map((puller) => [puller, judgementsOf(puller, facts)]));
  const report = finished(reportOf({ pullers, facts, findings: [], unchecked: [] }, { facts, judged }, false));
  const io = fakeIo(machine);
  await printDoctor(report, { output: undefined, verbose: false, now: 0 }, io);
  return io.written.stdout;
}

test('a new pod of a Deployment whose login is missing: a node may have the image', async () => {
  const text = await printed(templateWith({ policy: 'IfNotPresent' }));
  expect(text).toMatch(`a new pod of deployment/web cannot pull ${IMAGE}\n  cause: `);
  expect(text.endsWith(CAVEAT)).toBe(true);
});

test('two images that nodes may have: that is said once', async () => {
  const [one] = templateWith({ policy: 'IfNotPresent' }).images;
  const two = { ...templateWith(), images: [one, { ...one, image: `${IMAGE}.1` }] } as Puller;
  expect((await printed(two)).split(CAVEAT)).toHaveLength(2);
});

test('an image that is always pulled: no node starts it without', async () => {
  expect(await printed(templateWith({ policy: 'Always' }))).not.toContain(CAVEAT);
});

test.each([
  ['before', 10, 'the kubelet also reports: the login was refused (ErrImagePull)'],
  ['after', 60, 'the kubelet reported before the Secret was changed: the login was refused (ErrImagePull)'],
])('a login that is refused, in a Secret that was changed %s the last attempt', async (_, seconds, seen) => {
  const events = [{ reason: 'Failed', message: `"${IMAGE}"`, count: 1, at: NOW - seconds * 1000 }];
  const creationTimestamp = new Date(NOW - 30_000).toISOString();
  const regcred = secretWith({ 'ghcr.io': login() }, { metadata: { creationTimestamp } });
  const text = await printedIn(
    { secrets: { regcred }, says: () => ({ kind: 'rejected', status: 401 }) },
    podWith({ list: [{ name: 'regcred' }], status: 'failed to fetch oauth token: 403 Forbidden', pod: { events } }),
  );
  expect(text).toContain(`  seen:  ${seen}\n`);
});

test.each([
  ['the disk of the node is full', 'no space left on device', 'the disk is full'],
  ['a node that reaches no registry', 'dial tcp: connection refused', 'the registry does not answer'],
  ['an image that is not there', 'ghcr.io/acme/web:v1: not found', 'there is no such image'],
  ['too many pulls', '429 Too Many Requests', 'too many pulls'],
  ['a login that a node reports as refused', '401 Unauthorized', 'the login was refused'],
])('what only the kubelet knows is not confirmed by it: %s', async (_, status, reported) => {
  const secrets = { regcred: secretWith({ 'ghcr.io': login() }) };
  const text = await printedIn({ secrets }, podWith({ list: [{ name: 'regcred' }], status }));
  expect(text).toContain(`  seen:  the kubelet reports: ${reported} (ErrImagePull)\n`);
});

test('a name that only CRI-O does not accept', async () => {
  const status = 'short name mode is enforcing, but several registries could be meant';
  const text = await printed(podWith({ status, reason: 'ErrImagePull' }));
  expect(text).toContain('  seen:  the kubelet reports: that is not a valid image name (ErrImagePull)\n');
});

test.each([[], ['regcred']])('a registry that refuses this machine, and a list of %j', async (...names) => {
  const says = () => ({ kind: 'anonymous', why: 'asks for none', result: 'fails', status: 403 }) as const;
  const list = names.map((name) => ({ name }));
  const text = await printedIn(
    { secrets: { regcred: secretWith({ 'ghcr.io': login() }) }, says },
    templateWith({ list }),
  );
  expect(text).toMatch(`cannot tell whether a new pod of deployment/web can pull ${IMAGE}\n`);
  expect(text).toContain(
    '  cause: ghcr.io cannot be checked from here: it refuses this machine (HTTP 403) and does not ask for a login; the node',
  );
  expect(text.match(/refuses/g)).toHaveLength(1);
  expect(text).not.toContain('needs a login');
});

test('a pod that runs has its image', async () => {
  const pod = { policy: 'IfNotPresent', status: 'runs', list: [{ name: 'gone' }] } as const;
  const text = await printed(podWith(pod));
  expect(text).toContain(`pod/web has ${IMAGE}`);
  expect(text).not.toMatch(/cannot pull|will not/);
});

test.each([
  ['a new pod of deployment/web', templateWith({ policy: 'Never' })],
  ['pod/web', podWith({ policy: 'Never' })],
])('%s may not pull', async (who, puller) => {
  expect(await printed(puller)).toBe(
    `${who} does not pull ${IMAGE}: its imagePullPolicy is Never, so it starts only on a node that has the image\n`,
  );
});

test('a pod whose images are there, and that is not ready', async () => {
  const pod = { trouble: 'CreateContainerConfigError: configmap "gone\x1b[31m" not found' };
  const text = await printed(podWith({ policy: 'IfNotPresent', status: 'runs', pod }));
  expect(text).toContain(
    '\npod/web is not ready, and its images are not the reason: CreateContainerConfigError: configmap "gone\\x1b[31m" not found\n',
  );
});

test('a Deployment that cannot create pods', async () => {
  const trouble = 'FailedCreate: pods "web-1-" is forbidden: exceeded quota\x1b[31m';
  expect(await printed({ ...templateWith({ policy: 'IfNotPresent' }), trouble })).toContain(
    '\ndeployment/web cannot create pods, and their images are not the reason: FailedCreate: pods "web-1-" is forbidden: exceeded quota\\x1b[31m\n',
  );
});

test('a Deployment whose service account is missing: why there is no pod comes before its images', async () => {
  const trouble = 'FailedCreate: error looking up service account';
  const puller = { ...templateWith({ policy: 'IfNotPresent' }), trouble };
  expect(await printedIn({ ...PRIVATE, account: 'missing' }, puller)).toMatch(
    `deployment/web cannot create pods, and their images are not the reason: ${trouble}\n` +
      `a new pod of deployment/web is rejected before it can pull ${IMAGE}\n` +
      '  cause: pods of deployment team-a/web are rejected: serviceaccount default does not exist [missing-account]\n',
  );
});

test('a pod and its Deployment with one cause and one command: both are said once', async () => {
  const status = 'failed to authorize: no basic auth credentials';
  const text = await printed(
    podWith({ status, remedy: deployment, policy: 'IfNotPresent' }),
    templateWith({ policy: 'IfNotPresent' }),
  );
  expect(text).toMatch(`pod/web cannot pull ${IMAGE}\n  cause: `);
  expect(text).toMatch(`\n\na new pod of deployment/web cannot pull ${IMAGE}, for the same reason\n`);
  expect(text.match(/ {2}(cause|fix): /g)).toEqual(['  cause: ', '  fix: ']);
  expect(text).not.toContain(CAVEAT);
});

describe('a pod that its controller does not replace, and its template', () => {
  const target = { kind: 'StatefulSet', namespace: 'team-a', name: 'db' } as const;
  const next = { step: 'delete pods', pods: ['web'] } as const;
  const status = 'failed to authorize: no basic auth credentials';
  const pod = podWith({ status, remedy: { how: 'template', target, next } });
  const template: Puller = { ...templateWith(), ref: target, remedy: { how: 'template', target } };

  test('the command for the pod helps both, so the cause is said once', async () => {
    const text = await printed(pod, template);
    expect(text).toContain(`\n\na new pod of statefulset/db cannot pull ${IMAGE}, for the same reason\n`);
    expect(text.match(/ {2}fix: .*/g)).toEqual([
      '  fix:   regsecret create -n team-a --server ghcr.io --attach statefulset/db && kubectl delete pod web -n team-a',
    ]);
  });

  test('the command for the template does not help the pod', async () => {
    expect((await printed(template, pod)).match(/ {2}fix: /g)).toHaveLength(2);
  });
});

describe('with which login an image is pulled that no pod has yet', () => {
  const secrets = {
    regcred: secretWith({ 'ghcr.io': login('janedoe') }),
    path: secretWith({ 'ghcr.io/acme': login('bob') }),
    many: secretWith({
      'ghcr.io': login('u1'),
      '*.io': login('u2'),
      'ghcr.*': login('u3'),
      '*.*': login('u4'),
      'ghcr.io/acme': login('u5'),
      'g*.io': login('u6'),
      'gh*.io': login('u7'),
    }),
    nameless: secretWith({ 'ghcr.io': {} }),
  };
  const jane = 'janedoe in secret regcred, for ghcr.io: the registry';
  const says: World['says'] = (user) => (user === 'janedoe' ? { kind: 'accepted' } : { kind: 'rejected', status: 401 });
  const missing: World['says'] = () => ({ kind: 'not found', repository: 'acme/web', missing: 'repository' });
  const open: World['says'] = () => ({ kind: 'anonymous', why: 'asks for none', result: 'pulls' });
  test.each<readonly [what: string, names: readonly string[], says: World['says'], lines: readonly string[]]>([
    ['one', ['regcred'], says, [`login: ${jane} accepts the login`]],
    ['one, and no such image', ['regcred'], missing, [`login: ${jane} has no repository acme/web`]],
    ['one, and registries are not asked', ['regcred'], undefined, [`login: ${jane} was not checked`]],
    ['one that is rejected: the cause says so', ['path'], says, []],
    [
      'two, in the order of the kubelet',
      ['regcred', 'path'],
      says,
      [
        'try 1: bob in secret path, for ghcr.io/acme: the registry rejects the login (HTTP 401)',
        `try 2: ${jane} accepts the login`,
      ],
    ],
    ['none, for a public image', [], open, ['login: none, the registry lets everyone pull the image']],
    ['none, for a private one: the cause says so', [], PRIVATE.says, []],
    [
      'an entry without a login',
      ['nameless'],
      undefined,
      ['login: no user in secret nameless, for ghcr.io: the registry was not checked'],
    ],
  ])('%s', async (_, names, answer, lines) => {
    const list = names.map((name) => ({ name }));
    const text = await printedIn({ secrets, ...(answer && { says: answer }) }, templateWith({ list }));
    expect(text.split('\n').filter((line) => /^ {2}(login|try \d):/.test(line))).toEqual(
      lines.map((line) => `  ${line}`),
    );
    if (lines.length > 0) expect(text.split('\n')[1]).toBe(`  ${lines[0]}`);
  });

  test.each<readonly [what: string, says: NonNullable<World['says']>, answer: string]>([
    ['accepted', says, 'accepts the login'],
    [
      'told that there is no such image',
      (user) => (user ? missing('', {} as never) : PRIVATE.says()),
      'has no repository acme/web',
    ],
  ])('none, and that of a Secret which no list names is %s', async (_, answers, answer) => {
    const text = await printedIn({ secrets, others: ['regcred'], says: answers }, templateWith());
    const lines = ['login: none', `with secret regcred: janedoe, for ghcr.io: the registry ${answer}`];
    expect(text.split('\n').filter((line) => /^ {2}(login|with|try \d)/.test(line))).toEqual(
      lines.map((line) => `  ${line}`),
    );
  });

  test.each([
    [['regcred'], 'secret regcred'],
    [['regcred', 'path'], 'secrets regcred, path'],
  ])('the headline names the Secrets that were typed: %j', async (names, shown) => {
    const list = names.map((name) => ({ name }));
    const ref = { kind: 'ServiceAccount', namespace: 'team-a', name: 'default' } as const;
    const text = await printedIn({ secrets, says }, { ...templateWith({ list }), ref });
    expect(text).toMatch(`a new pod with ${shown} can pull ${IMAGE}\n`);
  });

  test('of many the first ones', async () => {
    const text = await printedIn({ secrets }, templateWith({ list: [{ name: 'many' }] }));
    expect(text).toMatch(/\n {2}try 5: [^\n]+\n {2}and 2 more \(-v shows them\)\n/);
  });

  test('a pod that has it, or tried: that is not the question', async () => {
    const list = [{ name: 'regcred' }];
    expect(await printedIn({ secrets, says }, podWith({ list, status: 'runs' }))).not.toContain('login:');
  });
});

describe('a machine without a login for the registry', () => {
  const bare = (): Promise<string> => printed(templateWith({ policy: 'Always' }));

  test('docker login comes first, and then the same line', async () => {
    expect(await bare()).toContain(
      '  fix:   regsecret create -n team-a --server ghcr.io --attach deployment/web\n  or:    docker login ghcr.io, then the same line\n',
    );
  });

  test('with one, nothing is said of it', async () => {
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': login() } }) };
    const text = await printedOn({ env }, PRIVATE, templateWith({ policy: 'Always' }));
    expect(text).toContain('  fix:   regsecret create -n team-a --server ghcr.io --attach deployment/web\n');
    expect(text).not.toContain('docker login');
  });
});
