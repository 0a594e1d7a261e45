import { expect, test } from 'vitest';
import { some } from '../support/cases.ts';
import { run } from './child.ts';
import { leftOvers, nothingLeft } from './left-over.ts';
import { type Starter, startStarter } from './starter.ts';

const killings: [string, (starter: Starter) => void][] = [
  ['its starter was killed', ({ process: starter }) => starter.kill('SIGKILL')],
  ['its starter got Ctrl-C in a terminal', ({ process: starter }) => process.kill(-(starter.pid ?? 0), 'SIGINT')],
  ['its supervisor was killed', ({ supervisors }) => process.kill(supervisors.at(-1) ?? 0, 'SIGKILL')],
];

test.each(some(killings, 1))('nothing is left of a node with a running pod after %s', async (_, kill) => {
  const starter = await startStarter('node');
  await runPod(starter);
  const kinds = (await leftOvers(starter.folder)).map((line) => line.split(' ', 1)[0]);
  expect(new Set(kinds)).toEqual(new Set(['process', 'mount', 'cgroup', 'folder']));
  kill(starter);
  await nothingLeft(starter.folder);
  starter.process.kill('SIGKILL');
});

async function runPod({ kubectl, kubeconfig, folder, publicImage }: Starter): Promise<void> {
  const env = { KUBECONFIG: kubeconfig, HOME: folder };
  for (const args of [
    ['wait', 'serviceaccount/default', '--for=create'],
    ['run', 'app', `--image=${publicImage}`],
    ['wait', 'pod/app', '--for=condition=Ready'],
  ]) {
    expect(await run(kubectl, args, { env })).toMatchObject({ code: 0 });
  }
}
