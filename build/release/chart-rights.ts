/**
 * The rules of the chart's roles for every choice of values that changes them, as `regsecret rbac` prints them; a template could
 * not compute them. SOURCE and ACCOUNT stand for the names of the Secret and of the one service account. `node
 * build/release/chart-rights.ts` writes the file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyRule, rulesFor } from '../../src/domain/rbac/right.ts';
import { rotateRights } from '../../src/domain/rbac/rotate-rights.ts';
import { type SyncScope, syncRights } from '../../src/domain/rbac/sync-rights.ts';

const SOURCE = 'SOURCE';

/** The accounts for each form of `sync.attach`, under the key that the templates use. */
const ACCOUNTS: Readonly<Record<string, SyncScope['accounts']>> = {
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
        const scope = { name: SOURCE, accounts, restart, prune, watches: true, writes: true };
        return [key, rulesFor(syncRights(scope))] as const;
      }),
    ),
  );
  const rotate = rotateRights({ names: [SOURCE], allNamespaces: false, labels: false, restart: false, writes: true });
  return { rotate: rulesFor(rotate), ...Object.fromEntries(sync) };
}

/** The text of the chart's file: a line for each choice. */
export function chartRightsText(): string {
  const lines = Object.entries(chartRights()).map(
    ([key, rules]) => `  ${JSON.stringify(key)}: ${JSON.stringify(rules)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

if (import.meta.main) writeFileSync(FILE, chartRightsText());
