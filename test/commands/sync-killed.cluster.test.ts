/** `sync` into many namespaces, killed at each of its writes: the same command then ends as a run that was never killed. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../environment/use.ts';
import { account, named } from '../support/attach-world.ts';
import { pool } from '../support/pool.ts';
import { artefact } from '../support/program.ts';
import { type Step, type StepProxy, startStepProxy } from '../support/step-proxy.ts';
import { type Fleet, newFleet, OURS, secretIn } from '../support/sync-world.ts';

const NAMESPACES = 6;
const WIDTH = 3;

let proxy: StepProxy;
beforeAll(async () => {
  proxy = await startStepProxy();
});
afterAll(() => proxy.close());

interface Running {
  readonly steps: readonly Step[];
  readonly ended: Promise<number | null>;
  kill(): void;
}

function start({ home, prefix }: Fleet, isMet: (writes: number) => 'hang' | 'hang-after' | undefined): Running {
  let writes = 0;
  const { kubeconfig, steps } = proxy.watch(prefix, ({ text }) => {
    if (text.startsWith('GET')) return undefined;
    writes += 1;
    return isMet(writes);
  });
  const [command, ...first] = artefact();
  const args = ['sync', '-n', home, '-l', `fleet=${prefix}`, '--attach', 'sa/default'];
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', KUBECONFIG: kubeconfig };
  const child = spawn(command, [...first, ...args], { env, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { steps, ended, kill: () => child.kill('SIGKILL') };
}

/** What is not as after a run that nobody has killed. */
async function problemsOf({ home, teams }: Fleet): Promise<string[]> {
  const source = await secretIn(home);
  const found = await Promise.all(
    teams.map(async (team) => {
      const [copy, { imagePullSecrets: list }] = [await secretIn(team), await account(team, 'default')];
      const isRight = copy?.data?.['.dockerconfigjson'] === source?.data?.['.dockerconfigjson'];
      const { labels, annotations } = copy?.metadata ?? {};
      const marks = JSON.stringify([labels, annotations]);
      const wanted = JSON.stringify([OURS, { 'regsecret/source': `${home}/regsecret` }]);
      return [
        ...(isRight && marks === wanted ? [] : [`${team}: ${marks}`]),
        ...(JSON.stringify(list) === JSON.stringify(named('regsecret')) ? [] : [`${team}: ${JSON.stringify(list)}`]),
      ];
    }),
  );
  return found.flat();
}

const cases = Array.from({ length: 2 * NAMESPACES }, (_, index) => index + 1).flatMap((nth) =>
  (['hang', 'hang-after'] as const).map((fault) => ({ nth, fault })),
);

test(`SIGKILL before and after each of ${2 * NAMESPACES} writes`, { timeout: 300_000 }, async () => {
  const problems = await pool(WIDTH, cases, async ({ nth, fault }) => {
    const fleet = await newFleet(NAMESPACES, { serviceAccount: true });
    const killed = start(fleet, (writes) => (writes === nth ? fault : undefined));
    const met = () => killed.steps.filter(({ text }) => !text.startsWith('GET')).at(nth - 1);
    const step = await waitFor(met, { what: `write ${nth}`, everyMs: 5 });
    if (fault === 'hang-after') await step.done;
    killed.kill();
    expect(await killed.ended).toBeNull();
    const again = await start(fleet, () => undefined).ended;
    const left = await problemsOf(fleet);
    return [...(again === 0 ? [] : [`exit code ${again}`]), ...left].map((text) => `${fault} ${nth}: ${text}`);
  });
  expect(problems.flat()).toEqual([]);
});
