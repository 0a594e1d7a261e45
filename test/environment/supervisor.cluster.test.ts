/** Nothing is left of a control plane. Of a node that is tested as well, so by default supervisor.node.test.ts suffices. */
import { describe, expect, test } from 'vitest';
import { whole } from '../support/cases.ts';
import { run } from './child.ts';
import { waitFor } from './condition.ts';
import { leftOvers, nothingLeft } from './left-over.ts';
import { type Starter, startStarter } from './starter.ts';
import { startSupervisor } from './supervisor.ts';

describe.runIf(whole)('nothing is left of a cluster', () => {
  const killings: [string, (starter: Starter) => void][] = [
    ['its starter was killed', ({ process: starter }) => starter.kill('SIGKILL')],
    ['its starter got Ctrl-C in a terminal', (starter) => process.kill(-pid(starter), 'SIGINT')],
    ['its supervisor got SIGTERM', ({ supervisors }) => process.kill(supervisors.at(-1) ?? 0, 'SIGTERM')],
    ['its supervisor was killed', ({ supervisors }) => process.kill(supervisors.at(-1) ?? 0, 'SIGKILL')],
    ['the process around its supervisor was killed', ({ supervisors }) => process.kill(supervisors[0] ?? 0, 'SIGKILL')],
  ];

  test.each(killings)('after %s', async (_, kill) => {
    const starter = await startStarter('cluster');
    expect(await leftOvers(starter.folder)).not.toEqual([]);
    kill(starter);
    await nothingLeft(starter.folder);
    starter.process.kill('SIGKILL');
  });

  test('after it was killed with its starter and another one was started', async () => {
    const { process: starter, supervisors, folder } = await startStarter('cluster');
    starter.kill('SIGKILL');
    process.kill(supervisors[0] ?? 0, 'SIGKILL');
    await waitFor(() => !supervisors.some(exists), { what: 'the supervisor to end' });
    const other = await startSupervisor();
    await other.close();
    await nothingLeft(folder);
  });
});

test.runIf(whole)('two clusters at once do not disturb each other', async () => {
  const [one, other] = await Promise.all([startStarter('cluster'), startStarter('cluster')]);
  await Promise.all([one, other].map((starter) => kubectl(starter, 'create', 'namespace', 'same-name')));
  one.process.kill('SIGKILL');
  await nothingLeft(one.folder);
  expect((await kubectl(other, 'get', 'namespace', 'same-name', '-o', 'name')).stdout).toBe('namespace/same-name\n');
  other.process.kill('SIGKILL');
  await nothingLeft(other.folder);
});

async function kubectl({ kubectl, kubeconfig, folder }: Starter, ...args: string[]) {
  const result = await run(kubectl, args, { env: { KUBECONFIG: kubeconfig, HOME: folder } });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result;
}

function exists(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

function pid({ process }: Starter): number {
  if (process.pid === undefined) throw new Error('the starter did not start');
  return process.pid;
}
