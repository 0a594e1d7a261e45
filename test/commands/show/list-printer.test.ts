/** A row of a list stays readable, whatever a Secret contains. */
import { describe, expect, test } from 'vitest';
import { printList } from '../../../src/commands/show/list-printer.ts';
import { summarize } from '../../../src/findings/secret-row.ts';
import { finished } from '../../../src/secret/steps.ts';
import { UNUSED } from '../../../src/workloads/references.ts';
import { fakeIo } from '../../support/io.ts';
import { pullSecretOf } from '../../support/secrets.ts';

async function listed(servers: readonly string[], output?: 'wide' | 'json'): Promise<string> {
  const auths = Object.fromEntries(servers.map((server) => [server, { auth: 'YTpw' }]));
  const secret = pullSecretOf('pull', JSON.stringify({ auths }));
  const row = { ...finished(summarize(secret, 0, () => 'mark')), usedBy: UNUSED };
  const io = fakeIo({ tty: false });
  await printList([row], { output, namespaces: false, headers: false, now: 0 }, io);
  return io.written.stdout;
}

const many = Array.from({ length: 600 }, (_, index) => `r${index}.example.com`);

describe('the registries of a Secret', () => {
  test.each<[string, readonly string[], string]>([
    ['one', ['ghcr.io'], 'ghcr.io'],
    ['three', ['a.example', 'b.example', 'c.example'], 'a.example, b.example, c.example'],
    ['four', ['a.example', 'b.example', 'c.example', 'd.example'], 'a.example, b.example, c.example and 1 more'],
    ['hundreds', many, 'r0.example.com, r1.example.com, r2.example.com and 597 more'],
    ['one of half a megabyte', ['a'.repeat(500_000)], `${'a'.repeat(99)}…`],
  ])('%s', async (_, servers, shown) => {
    expect((await listed(servers)).split(/ {3,}/)[2]).toBe(shown);
  });

  test('with -o wide and in JSON: as many as were read', async () => {
    for (const output of ['wide', 'json'] as const) expect(await listed(many, output)).toContain('r499.example.com');
  });
});
