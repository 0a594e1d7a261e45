/** Findings about copies: sentence and command of each. Also the commands for other findings whose Secret is a copy. */
import { expect, test } from 'vitest';
import { type DiagnosedSecret, diagnoseSecret } from '../../src/findings/diagnosed-secret.ts';
import { finding, fixFor, isSufficient } from '../../src/findings/finding.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { CopyOrigin } from '../../src/secret/copy.ts';
import { shownServer } from '../../src/secret/display-server.ts';
import { at, POD, SECRET, server, testFindings } from '../support/finding-table.ts';
import { IMAGE, login, NOW, recreate, secretWith } from '../support/pull-facts.ts';

const source = { namespace: 'prod', name: 'regcred' };

testFindings([
  [
    finding('stale-copy', SECRET, { source }),
    'warning: secret team-a/regcred is marked as a copy of prod/regcred, but differs from it; sync gives namespace team-a the login in secret prod/regcred',
    'advice',
    'regsecret sync regcred -n prod --to team-a --dry-run=client',
  ],
  [
    finding('stale-copy', SECRET, { source, namespaces: ['team-a', 'team-b'] }),
    'warning: secret regcred in 2 namespaces is marked as a copy of prod/regcred, but differs from it; sync gives these namespaces the login in secret prod/regcred',
    'advice',
    'regsecret sync regcred -n prod --to team-a,team-b --dry-run=client',
  ],
  [
    finding('stale-copy', SECRET, { source, refusedBy: server }),
    'warning: secret team-a/regcred is marked as a copy of prod/regcred, but differs from it; ghcr.io rejects the login in secret prod/regcred, and accepts the one in its copy team-a/regcred',
    'advice',
    'regsecret verify regcred -n prod',
  ],
  [
    finding('orphaned-copy', SECRET, { source }),
    'warning: secret team-a/regcred is marked as a copy of prod/regcred, which does not exist',
    'advice',
    'kubectl annotate secret regcred -n team-a regsecret/source-',
  ],
]);

const SHOWN = 'regsecret sync regcred -n prod --to team-a --dry-run=client';
// Anybody can mark a Secret as a copy, so nothing is changed at its source.
const LOOK = 'regsecret inspect regcred -n prod';

test.each<[CopyOrigin['state'], line: string, isFix: boolean]>([
  ['same', LOOK, false],
  ['different', SHOWN, false],
  ['not readable', SHOWN, false],
  ['missing', 'regsecret create regcred -n team-a --server ghcr.io', true],
  // The source is in another cluster, where regsecret neither reads nor changes it.
  ['elsewhere', 'regsecret create regcred -n team-a --server ghcr.io', true],
])('a login that ended, in a copy whose source is %s', (state, line, isFix) => {
  const copy: DiagnosedSecret = { ...diagnoseSecret(secretWith({}), NOW), copyOf: { ...source, state } };
  const found = finding('expired', SECRET, { server, at, by: 'itself' });
  const command = fixFor(found, { secretOf: (name) => (name === 'regcred' ? copy : undefined) });
  expect(formatCommand(command, { shell: 'posix', given: {} })).toBe(line);
  expect(isSufficient(found, command)).toBe(isFix);
});

test.each<[CopyOrigin['state'], sourceServers: readonly string[] | undefined, line: string]>([
  ['different', ['gcr.io'], LOOK],
  ['different', ['ghcr.io/other/'], LOOK],
  ['different', ['ghcr.io'], SHOWN],
  // The source has more servers than were read.
  ['different', undefined, SHOWN],
  ['not readable', undefined, LOOK],
  ['same', undefined, LOOK],
])('an image without a login in a copy, whose source is %s and has logins for %j', (state, sourceServers, line) => {
  const secret = secretWith({ 'quay.io': login() });
  const copy: DiagnosedSecret = { ...diagnoseSecret(secret, NOW), copyOf: { ...source, state }, sourceServers };
  const args = { image: IMAGE, secrets: ['regcred'], servers: [shownServer('quay.io')], remedy: recreate };
  const command = fixFor(finding('no-entry', POD, args), { image: IMAGE, secretOf: () => copy });
  expect(formatCommand(command, { shell: 'posix', given: {} })).toBe(line);
});
