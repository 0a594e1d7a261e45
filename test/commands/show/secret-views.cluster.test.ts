/** Every command reports the same problems of a single Secret in the cluster. */
import { beforeAll, describe, expect, test } from 'vitest';
import { diagnoseSecret, usabilityOf } from '../../../src/findings/diagnosed-secret.ts';
import { formatFinding } from '../../../src/findings/finding.ts';
import type { Secret } from '../../../src/secret/secret.ts';
import { api, newNamespace } from '../../environment/use.ts';
import { account, created, named, newAccount, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import type { RanHere } from '../../support/here.ts';
import { objectOfSituation, type SecretSituation, secretSituations } from '../../support/secret-situations.ts';

const rows = secretSituations
  .filter(({ manifestOnly }) => manifestOnly !== true)
  .map((situation, index) => [situation.title, { ...situation, name: `pull-${index}` }] as const);
type Row = SecretSituation & { readonly name: string };

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  for (const [, row] of rows) {
    await created(`/api/v1/namespaces/${namespace}/secrets`, objectOfSituation(row, row.name, namespace));
    // Every Secret has a user, even a broken one.
    await newAccount(namespace, { imagePullSecrets: named(row.name) }, `user-of-${row.name}`);
  }
});

interface Shown {
  readonly code: string;
  readonly severity: string;
  readonly object: { readonly kind: string; readonly name: string };
  /** Of a finding about several Secrets, which one change heals. */
  readonly secrets?: readonly { readonly name: string }[];
}

const run = (...args: string[]): Promise<RanHere> => regsecretIn(namespace, args);

async function live(name: string): Promise<Secret> {
  return (await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).body;
}

/** The codes of findings about the Secret itself, without findings about its users. */
function codesOf(findings: readonly Shown[], { name }: Row): string[] {
  const own = findings.filter(
    ({ object, secrets = [object], code }) => secrets.some((one) => one.name === name) && code !== 'same-content',
  );
  return own.map(({ code }) => code).sort();
}

const expected = ({ codes }: Row): string[] => [...codes].sort();

describe('attach', () => {
  test.each(rows)('%s', async (_, row) => {
    const target = `target-of-${row.name}`;
    await newAccount(namespace, {}, target);
    const ran = await run('attach', row.name, '--sa', target, '-o', 'json');
    const { notes, errors } = JSON.parse(ran.stdout);
    expect((await account(namespace, target)).imagePullSecrets).toEqual(row.refused ? undefined : named(row.name));
    expect([ran.code, errors.length]).toEqual(row.refused ? [1, 1] : [0, 0]);
    if (!row.refused) return expect(codesOf(notes, row)).toEqual(expected(row));
    const { findings } = diagnoseSecret(await live(row.name), Date.now());
    for (const found of findings) expect(ran.stderr).toContain(formatFinding(found));
  });
});

describe('create --attach, of what it has made of the Secret', () => {
  test.each(rows)('%s', async (_, row) => {
    const [name, target] = [`new-${row.name}`, `new-target-of-${row.name}`];
    await created(`/api/v1/namespaces/${namespace}/secrets`, objectOfSituation(row, name, namespace));
    await newAccount(namespace, {}, target);
    const login = ['--server', 'new.example', '--username', 'ada', '--password-stdin'];
    const args = ['create', name, ...login, '--attach', `sa/${target}`];
    const ran = await regsecretIn(namespace, args, { stdin: CANARY });
    const after = diagnoseSecret(await live(name), Date.now());
    const isRefused = usabilityOf(after) !== 'usable';
    expect((await account(namespace, target)).imagePullSecrets).toEqual(isRefused ? undefined : named(name));
    expect(ran.code).toBe(isRefused ? 1 : 0);
    if (ran.stdout === '') return;
    for (const found of after.findings) expect(ran.stderr).toContain(formatFinding(found));
  });
});

describe('why secret/NAME', () => {
  test.each(rows)('%s', async (_, row) => {
    const { findings } = JSON.parse((await run('why', `secret/${row.name}`, '--offline', '-o', 'json')).stdout);
    expect(codesOf(findings, row)).toEqual(expected(row));
  });
});

describe('inspect', () => {
  test.each(rows)('%s', async (_, row) => {
    const { findings } = JSON.parse((await run('inspect', row.name, '-o', 'json')).stdout);
    expect(codesOf(findings, row)).toEqual(expected(row));
  });
});

test('list', async () => {
  const { items } = JSON.parse((await run('list', '-o', 'json')).stdout);
  const findings = items.flatMap((item: { findings: Shown[] }) => item.findings);
  for (const [title, row] of rows) expect(codesOf(findings, row), title).toEqual(expected(row));
});

test('doctor, for which an error is what leaves its users without a login', async () => {
  const { findings } = JSON.parse((await run('doctor', '--offline', '-o', 'json')).stdout);
  for (const [title, row] of rows) {
    expect(codesOf(findings, row), title).toEqual(expected(row));
    const hasError = findings.some(({ object, severity }: Shown) => object.name === row.name && severity === 'error');
    expect(hasError, title).toBe(row.refused || row.codes.includes('expired'));
  }
});
