/** Literal tables of findings: the sentence of each, whether its command fixes it, and the command. */
import { expect, test } from 'vitest';
import { type Finding, fixFor, formatFinding, isSufficient } from '../../src/findings/finding.ts';
import type { FindingObject, FixContext } from '../../src/findings/finding-record.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { ShownServer } from '../../src/secret/display-server.ts';
import type { ObjectRef } from '../../src/workloads/object-ref.ts';
import type { Remedy } from '../../src/workloads/remedy.ts';

/**
 * The sentence begins with the severity. `fix` means that pods can pull once the command has been run. An empty command means
 * that there is none.
 */
export type FindingRow = readonly [Finding, sentence: string, 'fix' | 'advice', command: string, context?: FixContext];

export const namespace = 'team-a';
export const image = 'ghcr.io/org/app:v1';
export const at = '2026-01-01T00:00:00Z';
export const shown = (server: string): ShownServer => server as ShownServer;
export const server = shown('ghcr.io');

export const SECRET = { kind: 'Secret', namespace, name: 'regcred' } satisfies FindingObject;
export const IN_FILE = { ...SECRET, file: 'web.yaml', line: 3 } satisfies FindingObject;
export const CONFIG = { kind: 'File', name: 'config.json', file: 'config.json', line: 1 } satisfies FindingObject;
export const POD = { kind: 'Pod', namespace, name: 'web-1' } satisfies FindingObject & ObjectRef;
export const WORKLOAD = { kind: 'Deployment', namespace, name: 'web' } satisfies FindingObject & ObjectRef;

export const DEPLOYMENT: Remedy = { how: 'template', target: WORKLOAD };
export const RECREATE: Remedy = { how: 'recreate', target: POD };
export const FILE: Remedy = { how: 'file', file: 'web.yaml' };
export const OWNER: Remedy = { how: 'owner', owner: 'rollout.argoproj.io/web', namespace };
export const ACCOUNT: Remedy = {
  how: 'account',
  target: { kind: 'ServiceAccount', namespace, name: 'default' },
  pods: ['web-1'],
};

/** Declares one test for each row. */
export function testFindings(rows: readonly FindingRow[]): void {
  test.each(rows.map((row) => ({ title: `${row[1]} → ${row[3]}`, row })))(
    '$title',
    ({ row: [found, sentence, use, command, context] }) => {
      expect(`${found.severity}: ${formatFinding(found)}`).toBe(sentence);
      expect(formatCommand(fixFor(found, context), { shell: 'posix', given: {} }) ?? '').toBe(command);
      expect(isSufficient(found) ? 'fix' : 'advice').toBe(use);
    },
  );
}
