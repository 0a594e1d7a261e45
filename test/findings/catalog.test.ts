/** The properties that all findings of a code share, as literals. */
import { expect, test } from 'vitest';
import {
  FINDING_CODES,
  type Finding,
  type FindingCode,
  finding,
  recordOf,
  subjectOf,
  withSeverity,
} from '../../src/findings/finding.ts';
import { describeObject, type FindingObject } from '../../src/findings/finding-record.ts';
import { at, DEPLOYMENT, image, POD, SECRET, WORKLOAD } from '../support/finding-table.ts';

type Row = ReturnType<typeof recordOf>;

function codesWhere(holds: (row: Row) => boolean): FindingCode[] {
  return FINDING_CODES.filter((code) => holds(recordOf(code)));
}

test('these are warnings, all others are errors', () => {
  expect(codesWhere(({ severity }) => severity === 'warning')).toEqual([
    'unusual-server',
    'shadowed-entry',
    'same-key',
    'ignored-login',
    'expires-soon',
    'login-in-annotation',
    'stale-copy',
    'orphaned-copy',
    'duplicate-secret',
    'empty-name',
    'duplicate-name',
    'different-credentials',
    'registry-unreachable',
    'pull-postponed',
    'retry-pending',
    'unseen-credential',
    'borrowed-image',
    'unused-secret',
    'same-content',
  ]);
  expect(codesWhere(({ severity }) => severity === 'error')).toHaveLength(FINDING_CODES.length - 19);
});

test('the commands of these tell more, and fix nothing by themselves', () => {
  expect(codesWhere(({ isAdvice }) => isAdvice === true)).toEqual([
    'same-key',
    'stale-copy',
    'orphaned-copy',
    'duplicate-secret',
    'duplicate-name',
    'different-credentials',
    'invalid-image',
    'image-not-found',
    'never-pulled',
    'rate-limited',
    'registry-unreachable',
    'node-cannot-reach',
    'wrong-platform',
    'disk-full',
    'pull-postponed',
    'undecodable-list',
    'unread-secrets',
    'retry-pending',
    'unexplained',
    'unseen-credential',
    'unused-secret',
    'same-content',
    'unread-object',
    'unreadable-file',
  ]);
});

test.each<[Row['keepsAway'], FindingCode[]]>([
  ['pod', ['unreadable-payload', 'unreadable-entry']],
  ['ignored secret', ['wrong-type', 'no-payload']],
  ['secret', ['wrong-format', 'no-login', 'credential-store']],
  ['entry', ['empty-entry', 'identity-token', 'incomplete-entry', 'opens-nothing']],
])('the kubelet cannot use the whole %s', (kept, codes) => {
  expect(codesWhere(({ keepsAway }) => keepsAway === kept)).toEqual(codes);
});

const REFUSED = ['refused', 'unauthorized', 'no access'];
const ANY = ['no credential', 'unauthorized', 'no access', 'not found', 'refused'];

test('what the kubelet says of a pull that fails for it', () => {
  const said = FINDING_CODES.flatMap((code) => {
    const { kubeletSays } = recordOf(code);
    return kubeletSays === undefined ? [] : [[code, kubeletSays]];
  });
  expect(Object.fromEntries(said)).toEqual({
    'unreadable-payload': ['undecodable'],
    'unreadable-entry': ['undecodable'],
    'undecodable-list': ['undecodable'],
    'shadowed-entry': REFUSED,
    'white-space': REFUSED,
    'ignored-login': REFUSED,
    expired: REFUSED,
    'credential-rejected': REFUSED,
    'public-image-refused': REFUSED,
    'no-access': ANY,
    'attached-later': ANY,
    'outdated-pod': [...ANY, 'invalid name', 'platform', 'never'],
    'unread-secrets': ANY,
    'invalid-image': ['invalid name'],
    'image-not-found': ['not found'],
    'never-pulled': ['never'],
    'unverified-image': ['never', 'no credential', 'unauthorized', 'no access', 'not found'],
    'rate-limited': ['rate limited'],
    'stale-secret': [...ANY, 'undecodable'],
    'node-login-refused': REFUSED,
    'node-cannot-reach': [
      'name',
      'connection',
      'timeout',
      'tls',
      'authority',
      'dates',
      'out of order',
      'layers',
      ...ANY,
    ],
    'wrong-platform': ['platform'],
    'disk-full': ['disk'],
    'pull-postponed': ['postponed'],
    unexplained: [],
  });
});

test('what becomes of the image', () => {
  expect(codesWhere(({ outcome }) => outcome === 'will pull')).toEqual(['pull-postponed']);
  expect(codesWhere(({ outcome }) => outcome === 'cannot know')).toEqual([
    'registry-unreachable',
    'unexplained',
    'unseen-credential',
    'borrowed-image',
  ]);
});

test('whose sentence says who uses the Secret', () => {
  expect(codesWhere(({ namesUsers }) => namesUsers === true)).toEqual([
    'missing-secret',
    'unused-secret',
    'same-content',
  ]);
});

const KUBELET = { by: 'kubelet' } as const;

test.each<[Finding, subject: unknown]>([
  [finding('missing-account', POD, { account: 'builder' }), ['team-a', 'builder']],
  [
    finding('image-not-found', POD, { image, container: 'app', said: KUBELET, remedy: DEPLOYMENT }),
    ['team-a', 'ghcr.io/org/app:v1'],
  ],
  [
    finding('rate-limited', POD, { image: 'nginx', anonymous: true, said: KUBELET, remedy: DEPLOYMENT }),
    'https://index.docker.io/v1/',
  ],
  [finding('registry-unreachable', POD, { registry: 'ghcr.io', reason: 'it does not answer', at }), 'ghcr.io'],
  [finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'tls', node: 'node-1' }), ['ghcr.io', 'tls']],
  [finding('wrong-platform', POD, { image, node: 'node-1', remedy: DEPLOYMENT }), 'ghcr.io/org/app:v1'],
  [finding('disk-full', POD, { node: 'node-1' }), 'node-1'],
  [finding('pull-postponed', POD, { image }), 'team-a'],
  [finding('no-login', SECRET, {}), undefined],
])('$0.code is about $1', (found, subject) => {
  expect(subjectOf(found)).toEqual(subject);
});

test('the severity of one finding', () => {
  const warning = finding('same-content', SECRET, { others: [] });
  expect(warning).toEqual({ code: 'same-content', severity: 'warning', object: SECRET, arguments: { others: [] } });
  expect(withSeverity(warning, 'warning')).toBe(warning);
  expect(withSeverity(warning, 'error')).toEqual({ ...warning, severity: 'error' });
});

test.each<[FindingObject, string]>([
  [SECRET, 'secret team-a/regcred'],
  [WORKLOAD, 'deployment team-a/web'],
  [{ kind: 'ServiceAccount', name: 'default' }, 'serviceaccount default'],
  [{ ...WORKLOAD, name: '' }, 'deployment without a name'],
  [{ kind: 'File', name: 'config.json', file: 'config.json' }, 'file config.json'],
])('%j is called %s', (object, name) => {
  expect(describeObject(object)).toBe(name);
});
