/** What doctor and why say beside the result, of the login that a command would need here. */
import { expect, test } from 'vitest';
import { judgementsOf } from '../../../src/domain/diagnosis/puller-report.ts';
import { reportOf } from '../../../src/domain/diagnosis/report.ts';
import { finished } from '../../../src/domain/keyring/steps.ts';
import { sayMore } from '../../../src/output/doctor/remarks.ts';
import { machine } from '../../support/machine.ts';
import { login, podWith, secretWith, settle } from '../../support/pull-facts.ts';

const HINT =
  'hint: docker and podman have no login for ghcr.io: add --username USER --password-stdin to regsecret create\n';
const refuses = (user?: string) =>
  user === undefined
    ? ({ kind: 'anonymous', why: 'empty', result: 'fails' } as const)
    : ({ kind: 'rejected', status: 401 } as const);

test.each([
  ['no login', {}, HINT],
  ['the login', { 'ghcr.io': { auth: 'amFuZTpoZXJz' } }, ''],
])('of a command that takes a login of this machine, which has %s', async (_, auths, said) => {
  const puller = podWith({ list: [{ name: 'regcred' }] });
  const { facts } = settle(puller, { secrets: { regcred: secretWith({ 'ghcr.io': login() }) }, says: refuses });
  const judged = new Map([[puller, judgementsOf(puller, facts)]]);
  const report = finished(
    reportOf({ pullers: [puller], facts, findings: [], unchecked: [] }, { facts, judged }, false),
  );
  const { io } = machine({ files: { '$HOME/.docker/config.json': { auths } } });
  await sayMore(report, { targets: ['pod/web'], verbose: true }, io);
  expect(io.written.stderr).toBe(said);
});
