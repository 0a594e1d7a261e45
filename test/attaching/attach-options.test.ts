/** Turns the flags of attach and detach into a request, or refuses them. */
import { describe, expect, test } from 'vitest';
import {
  type AttachOptions,
  attachTargets,
  hasTargets,
  requestFor,
  requestOf,
} from '../../src/attaching/attach-options.ts';
import { nameRule } from '../../src/line/object-name.ts';
import { refusalOf } from '../support/hints.ts';
import { fakeIo } from '../support/io.ts';

const flags = (more: Partial<AttachOptions> = {}): AttachOptions => ({
  secret: 'regcred',
  dryRun: 'none',
  fieldManager: 'regsecret',
  ...more,
});

const USUAL = {
  verb: 'attach',
  secret: 'regcred',
  targets: [],
  selections: [],
  allNamespaces: false,
  recreate: false,
  yes: false,
  folders: { state: expect.stringMatching(/regsecret$/), temporary: expect.any(String) },
  checks: true,
  allowMissing: false,
  restart: false,
  wait: false,
  timeoutMs: undefined,
  dryRun: 'none',
  fieldManager: 'regsecret',
};

describe('a request', () => {
  test.each<[situation: string, flags: Partial<AttachOptions>, differs: object]>([
    ['no flags', {}, {}],
    [
      'pods, service accounts and others by name',
      { pod: ['p'], serviceaccount: ['ci'], to: ['deploy/web', 'sa/default'] },
      {
        targets: [
          { kind: 'Pod', name: 'p' },
          { kind: 'ServiceAccount', name: 'ci' },
          { kind: 'Deployment', name: 'web' },
          { kind: 'ServiceAccount', name: 'default' },
        ],
      },
    ],
    [
      'all of a kind with labels',
      { to: ['sts'], selector: 'app=db' },
      { selections: [{ by: 'kind', kind: 'StatefulSet', labelSelector: 'app=db' }] },
    ],
    [
      'all service accounts, in all namespaces',
      { allServiceaccounts: true, allNamespaces: true },
      { selections: [{ by: 'kind', kind: 'ServiceAccount', labelSelector: undefined }], allNamespaces: true },
    ],
    [
      'the service accounts with labels, and those in use',
      { allServiceaccounts: true, used: true, selector: 'team=a' },
      { selections: [{ by: 'kind', kind: 'ServiceAccount', labelSelector: 'team=a' }, { by: 'use' }] },
    ],
    [
      'a service account of every namespace',
      { serviceaccount: ['default'], to: ['sa/ci'], allNamespaces: true },
      {
        selections: ['default', 'ci'].map((name) => ({ by: 'kind', kind: 'ServiceAccount', name })),
        allNamespaces: true,
      },
    ],
    [
      'in use, in all namespaces',
      { used: true, allNamespaces: true },
      { selections: [{ by: 'use' }], allNamespaces: true },
    ],
    [
      'all switches',
      { recreate: true, restart: true, wait: true, checks: false, allowMissing: true },
      { recreate: true, restart: true, wait: true, checks: false, allowMissing: true },
    ],
    ['a limit in seconds', { timeout: '30' }, { timeoutMs: 30_000 }],
    ['a limit with a unit', { timeout: '2m' }, { timeoutMs: 120_000 }],
    ['no time at all', { timeout: '0' }, { timeoutMs: 0 }],
    ['a dry run', { dryRun: 'server', fieldManager: 'me' }, { dryRun: 'server', fieldManager: 'me' }],
    ['manifests to be written', { filename: ['a.yaml'], write: true, recursive: true, output: 'name' }, {}],
    [
      'manifests with a Secret from a file',
      { filename: ['-'], auto: true, secretFile: 's.yaml', dryRun: 'client' },
      { dryRun: 'client' },
    ],
  ])('%s', (_, given, differs) => {
    expect(requestOf('attach', flags(given), fakeIo())).toEqual({ ...USUAL, ...differs });
  });

  test('manifests go where the environment says', () => {
    const io = fakeIo({ env: { XDG_STATE_HOME: '/state', TMPDIR: '/scratch' } });
    const folders = { state: '/state/regsecret', temporary: '/scratch' };
    expect(requestOf('detach', flags(), io)).toMatchObject({ verb: 'detach', folders });
  });
});

const PICKS = '--to deployment -l app=web, or --all-serviceaccounts -l team=a';
const ALL = '--serviceaccount default -A, --to deployment -l app=NAME -A, or --used -A';
const DURATION = '--timeout takes seconds or units: 30, 30s, 2m, 1h';

test.each<[flags: Partial<AttachOptions>, message: string, hint: string]>([
  [{ secret: 'My_Secret' }, nameRule('secret'), 'regsecret attach NAME --to KIND/NAME'],
  [{ secret: 'deploy/A' }, nameRule('secret'), 'regsecret attach NAME --to KIND/NAME'],
  [{ secret: 'x/y' }, nameRule('secret'), 'regsecret attach NAME --to KIND/NAME'],
  [{ pod: ['A'] }, nameRule('pod'), 'kubectl get pods'],
  [{ serviceaccount: ['A'] }, nameRule('serviceaccount'), 'kubectl get serviceaccounts'],
  [
    { to: ['deploy'] },
    '--to deployment needs the name of a deployment',
    '--to deployment/NAME, or --to deployment -l app=NAME; --used --restart is for the service accounts that pods and workloads use',
  ],
  [{ selector: 'app=web' }, '-l needs a kind', PICKS],
  [{ selector: 'app=web', to: ['deploy/web'] }, '-l needs a kind', PICKS],
  [{ selector: 'app=web', used: true }, '-l needs a kind', PICKS],
  [{ allNamespaces: true }, '-A selects namespaces, but nothing to attach', ALL],
  [{ allNamespaces: true, filename: ['a.yaml'] }, '-A selects namespaces, but nothing to attach', ALL],
  [{ allNamespaces: true, used: true, pod: ['p'] }, '-A cannot be combined with the name of a pod', ALL],
  [{ allNamespaces: true, to: ['deploy/web'] }, '-A cannot be combined with the name of a deployment', ALL],
  [{ timeout: 'soon' }, '--timeout is not a duration', DURATION],
  [{ timeout: '-1s' }, '--timeout is not a duration', DURATION],
  [{ write: true }, '--write needs -f', '-f FILE --write'],
  [{ auto: true }, '--auto needs -f', '-f FILE --auto'],
  [{ recursive: true }, '-R needs -f', '-f FOLDER -R'],
  [{ secretFile: 's.yaml' }, '--secret-file needs -f', '-f FILE --auto --secret-file FILE'],
  [{ filename: ['a.yaml'], secretFile: 's.yaml' }, '--secret-file needs --auto', '--auto --secret-file FILE'],
  [{ filename: ['-'], write: true }, 'stdin cannot be changed in place', '-f - > FILE'],
  [
    { filename: ['a.yaml'], output: 'name' },
    '-o cannot be combined with manifests on stdout',
    '-f FILE --write -o name',
  ],
  ...[{ wait: true }, { timeout: '30s' }, { restart: true }, { recreate: true }].map(
    (given): [flags: Partial<AttachOptions>, message: string, hint: string] => {
      const flag = `--${Object.keys(given)[0]}`;
      return [
        { filename: ['a.yaml'], ...given },
        `${flag} is for objects in a cluster, and -f changes only files`,
        `leave out ${flag} and apply the files, or use --to KIND/NAME instead of -f`,
      ];
    },
  ),
  [{ filename: ['a.yaml'], dryRun: 'server' }, 'manifests are changed without a server', '-f FILE --dry-run=client'],
])('%j is refused', (given, message, hint) => {
  expect(refusalOf(() => requestOf('attach', flags(given), fakeIo()))).toEqual({ message, hint });
});

describe('create --attach', () => {
  test('names targets', () => {
    expect(attachTargets(['sa/ci', 'cj/nightly'])).toEqual([
      { kind: 'ServiceAccount', name: 'ci' },
      { kind: 'CronJob', name: 'nightly' },
    ]);
  });

  test.each([
    ['sa', '--attach sa needs the name of a serviceaccount', '--attach sa/NAME'],
    ['deploi/web', 'a target is KIND/NAME, with a kind that has pull secrets', 'deploy/web'],
    ['sa/a/b', 'a target is KIND/NAME, with a kind that has pull secrets', 'serviceaccount/NAME'],
  ])('%s is refused', (text, message, hint) => {
    expect(refusalOf(() => attachTargets([text]))).toEqual({ message, hint });
  });

  test('attaches the Secret that was written', () => {
    const secret = { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'regcred' } } as const;
    const known = { secret, saidEnds: new Set(['r.io']) };
    const targets = attachTargets(['sa/ci']);
    const request = requestFor(known, targets, { dryRun: 'client', fieldManager: 'me' }, fakeIo());
    expect(request).toEqual({ ...USUAL, known, targets, dryRun: 'client', fieldManager: 'me' });
  });
});

test.each([
  [[], [], false],
  [[{ kind: 'Pod', name: 'p' }], [], true],
  [[], [{ by: 'use' }], true],
] as const)('with the targets %j and the selections %j something is named: %s', (targets, selections, expected) => {
  expect(hasTargets({ targets, selections })).toBe(expected);
});
