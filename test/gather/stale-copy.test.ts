/**
 * For a pod whose list has a copy that differs from its source, the proposal that brings the login comes first. It depends on
 * what the source has.
 */
import { expect, test } from 'vitest';
import { createCollector } from '../../src/gather/collector.ts';
import { observeTargets } from '../../src/gather/doctor-facts.ts';
import { observeScope } from '../../src/gather/scope.ts';
import { MANAGED_BY, SOURCE } from '../../src/secret/copy.ts';
import { secretFor } from '../support/attach-request.ts';
import { shownHint } from '../support/hints.ts';
import { account, failing } from '../support/observed-targets.ts';
import { reportAt } from '../support/steps.ts';
import { type Stored, storedObjects } from '../support/stored-objects.ts';

const SYNC = 'regsecret sync pull -n prod --to team --dry-run=client';
/** Only the owner of the source can give it the login. */
const INSPECT = 'regsecret inspect pull -n prod';

const MARKS = { labels: { [MANAGED_BY]: 'regsecret' }, annotations: { [SOURCE]: 'prod/pull' } };

function secretIn(namespace: string, server: string, marks = {}): Stored {
  const [kind, secret] = secretFor('pull', server);
  return [kind, { ...secret, metadata: { namespace, name: 'pull', uid: namespace, ...marks } }];
}

test.each([
  ['gcr.io', INSPECT],
  ['quay.io:443', INSPECT],
  ['ghcr.io', SYNC],
])('its source has a login for %s', async (server, line) => {
  const objects = [
    account(),
    failing('web', { list: ['pull'] }),
    secretIn('team', 'quay.io', MARKS),
    secretIn('prod', server),
  ];
  const collector = () => createCollector(storedObjects(objects));
  const everywhere = { allNamespaces: true, offline: true };
  for (const observed of [
    await observeTargets([{ kind: 'Pod', name: 'web' }], { offline: true }, collector()),
    await observeScope({ offline: true }, collector()),
    await observeScope(everywhere, collector()),
  ]) {
    const { usage, ...rest } = observed;
    const report = reportAt({ ...rest, usage }, observed.facts);
    const found = report.findings.find(({ code }) => code === 'no-entry');
    expect([shownHint(found?.fix.command), found?.fix.sufficient]).toEqual([line, false]);
    expect(JSON.stringify(report)).not.toContain('sourceServers');
  }
});
