/**
 * The rules of the chart's roles and the specs of its policies for every choice of values that changes them, as `regsecret rbac
 * --guard` prints them; a template could not compute them. SOURCE and ACCOUNT stand for the names of the Secret and of the one
 * service account, and CHOSEN for the condition that a namespace is selected. `node build/release/chart-rights.ts` writes the
 * files.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Right } from '../../src/cluster/right.ts';
import { copiedBy } from '../../src/commands/rbac/command-rights.ts';
import { type GuardRequest, guardObjects, OWN_NAMESPACE } from '../../src/commands/rbac/guard.ts';
import { type PolicyRule, rulesFor } from '../../src/commands/rbac/policy-rule.ts';
import { type AskedLine, rightsFor } from '../../src/commands/rbac/right-table.ts';
import type { AccountSelection } from '../../src/commands/sync/sync-request.ts';
import { admissionSpec } from '../../src/copies/admission-objects.ts';

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

const FILES = join('charts', 'regsecret', 'files');

/** A role that is only there to be named. */
const binding = (kind: 'RoleBinding' | 'ClusterRoleBinding') => ({ apiVersion: '', kind, metadata: { name: '' } });

/** The rules by key: `rotate`, and keys for sync such as `default,restart,prune`. */
function chartRights(): Readonly<Record<string, readonly PolicyRule[]>> {
  const sync = Object.entries(ACCOUNTS).flatMap(([which, accounts]) =>
    // Without attached accounts nothing is restarted.
    (which === 'none' ? [false] : [false, true]).flatMap((restart) =>
      [false, true].map((prune) => {
        const key = `${which}${restart ? ',restart' : ''}${prune ? ',prune' : ''}`;
        const { facts, ...line } = copiedBy({ name: SOURCE, accounts, restart }, true);
        const given = ['watch', ...(restart ? ['restart'] : []), ...(prune ? ['prune'] : [])];
        return [key, rulesFor(rightsOf('sync', { ...line, facts: [...facts, ...given] }))] as const;
      }),
    ),
  );
  const rotate = rulesFor(rightsOf('rotate', ROTATE));
  return { rotate, ...Object.fromEntries(sync) };
}

/** The specs of policies by key: `rotate`, and keys for sync such as `accounts,restart,prune`. */
function chartGuards(): Readonly<Record<string, unknown>> {
  const sync = ['secrets', 'accounts', 'accounts,restart', 'accounts,prune', 'accounts,restart,prune'].map((key) => {
    const has = (word: string): boolean => key.split(',').includes(word);
    const accounts = ACCOUNTS[has('secrets') ? 'none' : 'several'] ?? { names: [], used: false, all: false };
    const { facts, ...line } = copiedBy({ name: SOURCE, accounts, restart: has('restart') }, true);
    const rights = rightsOf('sync', { ...line, facts: [...facts, 'watch', ...key.split(',')] });
    const prunedFrom = has('prune') ? OWN_NAMESPACE : undefined;
    const guarded = { secret: SOURCE, chosen: 'CHOSEN', prunedFrom, changesTemplates: false };
    return [key, specOf({ name: '', binding: binding('ClusterRoleBinding'), rights, line: guarded })] as const;
  });
  const rights = rightsOf('rotate', ROTATE);
  const line = { secret: SOURCE, chosen: undefined, prunedFrom: undefined, changesTemplates: false };
  return { rotate: specOf({ name: '', binding: binding('RoleBinding'), rights, line }), ...Object.fromEntries(sync) };
}

function specOf(request: GuardRequest): unknown {
  return guardObjects(request)[0]?.spec;
}

const ROTATE = { facts: ['named'], names: { secrets: [SOURCE] }, targets: [] };

function rightsOf(command: string, { facts, ...line }: AskedLine): Right[] {
  return rightsFor(command, { ...line, facts: [...facts, 'writes'] }) ?? [];
}

/** The texts of the chart's files by name: a line for each choice. */
export function chartFiles(): Readonly<Record<string, string>> {
  return {
    'rights.json': linesOf(chartRights()),
    'guards.json': linesOf(chartGuards()),
    'admission.json': `${JSON.stringify(admissionSpec(SOURCE, 'CHOSEN'))}\n`,
  };
}

function linesOf(choices: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(choices).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(chartFiles())) writeFileSync(join(FILES, name), text);
}
