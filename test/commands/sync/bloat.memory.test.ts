/**
 * The memory of `sync --watch`, `list -A` and `doctor -A` does not grow with what a tenant makes in a namespace that nobody
 * selected: 100 service accounts and 50 Secrets of 250 kB each, or 500 and 2,000 with `REGSECRET_CASES=all`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterInfo } from '../../environment/control-plane.ts';
import { type Supervisor, startSupervisor } from '../../environment/supervisor.ts';
import { BLOAT, createBloat, createTeams } from '../../support/bloat.ts';
import { whole } from '../../support/cases.ts';
import { measured } from '../../support/peak-memory.ts';
import { artefacts } from '../../support/program.ts';

const ACCOUNTS = whole ? 500 : 100;
const SECRETS = whole ? 2000 : 50;
/** What a tenant may cost a controller. */
const MAX_MORE_BYTES = 20e6;
/** A person's command also judges the tenant's Secrets. */
const MAX_BYTES = 150e6;

const WATCH = ['sync', BLOAT.secret, '-n', BLOAT.home, '-l', BLOAT.label, '--watch'];
const ATTACHED = [...WATCH, '--attach', 'sa/default', '--attach', 'sa/other'];
const controllers = [ATTACHED, WATCH, [...WATCH, '--attach', 'all']];

let supervisor: Supervisor;
let cluster: ClusterInfo;
const before = new Map<string, number>();

const peakOf = async (program: readonly string[], args: readonly string[]): Promise<number> => {
  const { code, stdout, peakBytes } = await measured([...program, ...args], cluster, /^\d+ namespaces?: /m);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^5 namespaces: /m)]);
  return peakBytes;
};

beforeAll(async () => {
  supervisor = await startSupervisor();
  cluster = await supervisor.cluster();
  await createTeams(cluster, 5);
  for (const [name, program] of artefacts()) {
    for (const args of controllers) before.set(`${name} ${args}`, await peakOf(program, args));
  }
  await createBloat(cluster, { accounts: ACCOUNTS, secrets: SECRETS });
}, 400_000);

afterAll(() => supervisor?.close(), 60_000);

describe.skipIf(process.platform !== 'linux').each(artefacts())('%s', (name, program) => {
  test.each(controllers.map((args) => [args.join(' '), args] as const))('%s', { timeout: 120_000 }, async (_, args) => {
    const more = (await peakOf(program, args)) - (before.get(`${name} ${args}`) ?? 0);
    expect(more).toBeLessThan(MAX_MORE_BYTES);
  });

  test.each([[['list', '-A', '-o', 'json']], [['doctor', '-A', '--offline', '-o', 'json']]])(
    '%s',
    { timeout: 300_000 },
    async (args) => {
      const { stdout, peakBytes } = await measured([...program, ...args], cluster);
      expect(() => JSON.parse(stdout)).not.toThrow();
      expect(peakBytes).toBeLessThan(MAX_BYTES);
    },
  );
});
