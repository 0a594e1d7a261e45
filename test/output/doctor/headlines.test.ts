/** What `why` says of an image before the cause: no more than is known, and each cause once. */
import { expect, test } from 'vitest';
import type { Puller } from '../../../src/domain/diagnosis/facts.ts';
import { judgementsOf } from '../../../src/domain/diagnosis/puller-report.ts';
import { reportOf } from '../../../src/domain/diagnosis/report.ts';
import { finished } from '../../../src/domain/keyring/steps.ts';
import { printDoctor } from '../../../src/output/doctor/doctor-printer.ts';
import { fakeIo } from '../../support/io.ts';
import { deployment, IMAGE, podWith, settle, templateWith } from '../../support/pull-facts.ts';

const PRIVATE = { says: () => ({ kind: 'anonymous', why: 'empty', result: 'fails' }) as const };
const CAVEAT = 'a node that already has the image may start it without a pull\n';

async function printed(...pullers: readonly [Puller, ...Puller[]]): Promise<string> {
  const { facts } = settle(pullers[0], PRIVATE);
  const judged = new Map(pullers.map((puller) => [puller, judgementsOf(puller, facts)]));
  const report = finished(reportOf({ pullers, facts, findings: [], unchecked: [] }, { facts, judged }, false));
  const io = fakeIo();
  await printDoctor(report, { output: undefined, verbose: false, now: 0 }, io);
  return io.written.stdout;
}

test('a new pod of a Deployment whose login is missing: a node may have the image', async () => {
  const text = await printed(templateWith({ policy: 'IfNotPresent' }));
  expect(text).toMatch(`a new pod of deployment/web cannot pull ${IMAGE}\n  cause: `);
  expect(text.endsWith(CAVEAT)).toBe(true);
});

test('two images that nodes may have: that is said once', async () => {
  const [one] = templateWith({ policy: 'IfNotPresent' }).images;
  const two = { ...templateWith(), images: [one, { ...one, image: `${IMAGE}.1` }] } as Puller;
  expect((await printed(two)).split(CAVEAT)).toHaveLength(2);
});

test('an image that is always pulled: no node starts it without', async () => {
  expect(await printed(templateWith({ policy: 'Always' }))).not.toContain(CAVEAT);
});

test('a pod that runs has its image', async () => {
  const pod = { policy: 'IfNotPresent', status: 'runs', list: [{ name: 'gone' }] } as const;
  const text = await printed(podWith(pod));
  expect(text).toContain(`pod/web has ${IMAGE}`);
  expect(text).not.toMatch(/cannot pull|will not/);
});

test('a pod and its Deployment with one cause and one command: both are said once', async () => {
  const status = 'failed to authorize: no basic auth credentials';
  const text = await printed(
    podWith({ status, remedy: deployment, policy: 'IfNotPresent' }),
    templateWith({ policy: 'IfNotPresent' }),
  );
  expect(text).toMatch(`pod/web cannot pull ${IMAGE}\n  cause: `);
  expect(text).toMatch(`\n\na new pod of deployment/web cannot pull ${IMAGE}, for the same reason\n`);
  expect(text.match(/ {2}(cause|fix): /g)).toEqual(['  cause: ', '  fix: ']);
  expect(text).not.toContain(CAVEAT);
});
