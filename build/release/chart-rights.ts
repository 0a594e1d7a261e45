/**
 * The rules of the chart's roles for every choice of values that changes them, as `regsecret rbac` prints them; a template could
 * not compute them. SOURCE and ACCOUNT stand for the names of the Secret and of the one service account. `node
 * build/release/chart-rights.ts` writes the file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyRule, rulesFor } from '../../src/cluster/right.ts';
import { copiedBy } from '../../src/commands/rbac/command-rights.ts';
import { type AskedLine, rightsFor } from '../../src/commands/rbac/right-table.ts';
import type { AccountSelection } from '../../src/commands/sync/sync-request.ts';

const SOURCE = 'SOURCE';

/** The accounts for each form of `sync.attach`, under the key that the templates use. */
const ACCOUNTS: Readonly<Record<string, AccountSelection>> = {
  none: { names: [], used: false, all: false },
  default: { names: ['default'], used: false, all: false },
  one: { names: ['ACCOUNT'], used: false, all: false },
  several: { names: [], used: false, all: true },
  'several,default': { names: ['default'], used: false, all: true },
  used: { names: [], used: true, all: false },
  'used,default': { names: ['default'], used: true, all: false },
};

const FILE = join('charts', 'regsecret', 'files', 'rights.json');

/** The rules by key: `rotate`, and keys for sync such as `default,restart,prune`. */
export function chartRights(): Readonly<Record<string, readonly PolicyRule[]>> {
  const sync = Object.entries(ACCOUNTS).flatMap(([which, accounts]) =>
    // Without attached accounts nothing is restarted.
    (which === 'none' ? [false] : [false, true]).flatMap((restart) =>
      [false, true].map((prune) => {
        const key = `${which}${restart ? ',restart' : ''}${prune ? ',prune' : ''}`;
        const { facts, ...line } = copiedBy({ name: SOURCE, accounts, restart }, true);
        const given = ['watch', ...(restart ? ['restart'] : []), ...(prune ? ['prune'] : [])];
        return [key, rulesOf('sync', { ...line, facts: [...facts, ...given] })] as const;
      }),
    ),
  );
  const rotate = rulesOf('rotate', { facts: ['named'], names: { secrets: [SOURCE] }, targets: [] });
  return { rotate, ...Object.fromEntries(sync) };
}

function rulesOf(command: string, { facts, ...line }: AskedLine): PolicyRule[] {
  return rulesFor(rightsFor(command, { ...line, facts: [...facts, 'writes'] }) ?? []);
}

/** The text of the chart's file: a line for each choice. */
export function chartRightsText(): string {
  const lines = Object.entries(chartRights()).map(
    ([key, rules]) => `  ${JSON.stringify(key)}: ${JSON.stringify(rules)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

if (import.meta.main) writeFileSync(FILE, chartRightsText());
