/** What `list` and `inspect` show for a Secret, as literals. */
import { expect, test } from 'vitest';
import { finding } from '../../src/findings/finding.ts';
import { inspectionOf } from '../../src/findings/inspection.ts';
import { missingRow, summarize, unreadRow } from '../../src/findings/secret-row.ts';
import { readContents } from '../../src/secret/contents.ts';
import { EXPIRES_AT } from '../../src/secret/expiry.ts';
import type { KubeletEntry } from '../../src/secret/payload.ts';
import { finished } from '../../src/secret/steps.ts';
import { compareNames } from '../../src/workloads/references.ts';
import { pullSecretOf } from '../support/secrets.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const TYPE = 'kubernetes.io/dockerconfigjson';
const fingerprint = ({ username, password }: KubeletEntry): string => `print of ${username} and ${password}`;

const bare = pullSecretOf(
  'regcred',
  JSON.stringify({
    auths: {
      'ghcr.io': { username: 'jane', password: 'hunter2', email: 'jane@corp.example' },
      'quay.io': { username: 'joe' },
      'gcr.io': { auth: Buffer.from(':token').toString('base64') },
    },
  }),
);
const metadata = {
  ...bare.metadata,
  namespace: 'team-a',
  creationTimestamp: '2025-01-01T00:00:00Z',
  annotations: { [EXPIRES_AT]: '{"ghcr.io":"2027-01-01T00:00:00Z"}' },
};
const secret = { ...bare, metadata };

test('a row has names and times, and no password', () => {
  const { findings, ...row } = finished(summarize(secret, NOW, fingerprint));
  expect(row).toEqual({
    namespace: 'team-a',
    name: 'regcred',
    type: TYPE,
    createdAt: '2025-01-01T00:00:00Z',
    registries: [
      {
        server: 'ghcr.io',
        username: 'jane',
        fingerprint: 'print of jane and hunter2',
        expiresAt: '2027-01-01T00:00:00Z',
      },
      { server: 'quay.io', username: 'joe' },
      { server: 'gcr.io', fingerprint: 'print of  and token' },
    ],
  });
  expect(findings.map(({ code }) => code)).toEqual(['incomplete-entry', 'incomplete-entry']);
});

test('a row of a Secret without metadata', () => {
  expect(finished(summarize({ ...secret, metadata: {} }, NOW, fingerprint))).toMatchObject({ namespace: '', name: '' });
  expect(JSON.stringify(finished(summarize(bare, NOW, fingerprint)))).not.toContain('createdAt');
});

test('a row of a Secret that is missing, or not read', () => {
  const object = { kind: 'Secret', namespace: 'team-a', name: 'regcred' };
  const row = { namespace: 'team-a', name: 'regcred', registries: [] };
  expect(missingRow('team-a', 'regcred')).toEqual({
    ...row,
    findings: [{ code: 'missing-secret', severity: 'error', object, arguments: {} }],
  });
  const unread = finding('unread-object', { ...object, kind: 'Secret' }, { reason: 'it is forbidden' });
  expect(unreadRow(unread)).toEqual({ ...row, findings: [unread] });
});

test('rows go by namespace, then by name', () => {
  const rows = ['b/a', 'a/b', 'b/c', 'a/a', 'b/b'].map((path) => {
    const [namespace = '', name = ''] = path.split('/');
    return { ...missingRow(namespace, name), usedBy: { serviceAccounts: [], workloads: [], pods: 0 } };
  });
  const sorted = rows.sort(compareNames).map(({ namespace, name }) => `${namespace}/${name}`);
  expect(sorted).toEqual(['a/a', 'a/b', 'b/a', 'b/b', 'b/c']);
});

const options = { usage: undefined, findings: [], fingerprint };

test('inspect without --reveal', () => {
  expect(inspectionOf(secret, readContents(secret), { ...options, reveal: false })).toEqual({
    auths: {
      'ghcr.io': {
        username: 'jane',
        email: 'jane@corp.example',
        fingerprint: 'print of jane and hunter2',
        images: 'every image of ghcr.io',
        expiresAt: '2027-01-01T00:00:00Z',
      },
      'quay.io': { username: 'joe', images: 'every image of quay.io' },
      'gcr.io': { fingerprint: 'print of  and token', images: 'every image of gcr.io' },
    },
    secret: { namespace: 'team-a', name: 'regcred', type: TYPE, createdAt: '2025-01-01T00:00:00Z' },
    findings: [],
  });
});

test('inspect with --reveal, of what nothing uses', () => {
  const usage = { serviceAccounts: [], workloads: [], pods: 0 };
  const { auths, ...rest } = inspectionOf(bare, readContents(bare), { ...options, usage, reveal: true });
  expect(rest).toEqual({ secret: { name: 'regcred', type: TYPE }, usedBy: usage, findings: [] });
  expect(auths['ghcr.io']).toMatchObject({ password: 'hunter2', auth: 'amFuZTpodW50ZXIy' });
  expect(auths['gcr.io']).toMatchObject({ password: 'token', auth: 'OnRva2Vu' });
  expect(auths['quay.io']).toEqual({ username: 'joe', images: 'every image of quay.io' });
});

test('a server with a login in it is shown without, but for --reveal', () => {
  const server = 'https://jane:hunter2@ghcr.io';
  const odd = pullSecretOf('regcred', JSON.stringify({ auths: { [server]: { auth: '!' } } }));
  const contents = readContents(odd);
  const hidden = inspectionOf(odd, contents, { ...options, reveal: false });
  expect(JSON.stringify(hidden)).not.toContain('hunter2');
  expect(Object.values(hidden.auths)[0]).toHaveProperty('error');
  expect(Object.keys(inspectionOf(odd, contents, { ...options, reveal: true }).auths)).toEqual([server]);
});
