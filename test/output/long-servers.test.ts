/** A Secret may have a server of half a megabyte. Such a server took seconds when each of its labels was examined again. */
import { describe, expect, test } from 'vitest';
import { printInspections } from '../../src/commands/show/inspection-printer.ts';
import { printList } from '../../src/commands/show/list-printer.ts';
import { diagnoseSecret } from '../../src/findings/diagnosed-secret.ts';
import { fixFor, formatFinding } from '../../src/findings/finding.ts';
import { inspectionOf } from '../../src/findings/inspection.ts';
import { summarize } from '../../src/findings/secret-row.ts';
import { formatHint } from '../../src/line/hint.ts';
import { finished } from '../../src/secret/steps.ts';
import { UNUSED } from '../../src/workloads/references.ts';
import { growth, MAX_GROWTH } from '../support/growth.ts';
import { fakeIo } from '../support/io.ts';
import { pullSecretOf } from '../support/secrets.ts';

const secretOf = (server: string) => pullSecretOf('a', JSON.stringify({ auths: { [server]: { auth: 'YTpw' } } }));
const fingerprint = (): string => '';

const WORK: Readonly<Record<string, (server: string) => void>> = {
  'what is wrong with its Secret': (server) => {
    for (const found of diagnoseSecret(secretOf(server), 0).findings) {
      formatFinding(found);
      formatHint(fixFor(found), { shell: 'posix', given: {} });
    }
  },
  // Everything except the findings is written synchronously.
  'what inspect shows of it': (server) => {
    const { secret, contents, findings } = diagnoseSecret(secretOf(server), 0);
    const inspection = inspectionOf(secret, contents, { usage: undefined, findings, reveal: false, fingerprint });
    const io = fakeIo({ tty: true });
    void printInspections([inspection], { now: 0 }, io);
    expect(io.written.stdout).toContain('SERVER');
  },
  'its line in a list': (server) => {
    const row = { ...finished(summarize(secretOf(server), 0, fingerprint)), usedBy: UNUSED };
    const io = fakeIo({ tty: true });
    void printList([row], { output: undefined, namespaces: true, headers: true, now: 0 }, io);
    expect(io.written.stdout).toContain('REGISTRIES');
  },
};

describe.each(['.', 'a.', '.a', '*.', '-', '[', '/', ':'])('of %j', (unit) => {
  test.each(Object.entries(WORK))('%s', (_, work) => {
    expect(growth(work, (length) => unit.repeat(length / unit.length))).toBeLessThan(MAX_GROWTH);
  });
});
