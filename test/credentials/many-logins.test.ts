/** Thousands of logins: 3,000 took 91 s when each was compared with all others. */
import { describe, expect, test } from 'vitest';
import { run } from '../../src/run.ts';
import { growthInTurns, MAX_GROWTH } from '../support/growth.ts';
import { machine } from '../support/machine.ts';

const COUNT = 3000;

const namesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `r${index}.example.com`);
/** Logins for `count` servers; every other server also has one under a second spelling. */
const authsOf = (count: number): Record<string, object> =>
  Object.fromEntries(
    namesOf(count).flatMap((name, index) => [
      ...(index % 2 === 0 ? [[`https://${name}`, { auth: btoa('u:old') }]] : []),
      [name, { auth: btoa('u:new') }],
    ]),
  );

async function create(flags: readonly string[], file: string, count: number): Promise<string> {
  const { io, expand } = machine({ files: { [file]: { auths: authsOf(count) } } });
  const code = await run(['create', 'x', '--dry-run=client', '-o', 'json', ...flags.map(expand)], io);
  expect(code, io.written.stderr.slice(0, 500)).toBe(0);
  return io.written.stdout;
}

describe.each([
  ['--all', ['--all'], '$HOME/.docker/config.json'],
  ['--from-file', ['--from-file', '$HOME/f.json'], '$HOME/f.json'],
])('%s', (_, flags, file) => {
  test(`${COUNT} logins are all there`, async () => {
    const payload = JSON.parse(atob(JSON.parse(await create(flags, file, COUNT)).data['.dockerconfigjson']));
    expect(Object.keys(payload.auths).toSorted()).toEqual(namesOf(COUNT).toSorted());
    expect(new Set(Object.values<{ password: string }>(payload.auths).map(({ password }) => password))).toEqual(
      new Set(['new']),
    );
  });

  test('the work grows with their number', { timeout: 120_000 }, async () => {
    const work = async (count: number): Promise<void> => void (await create(flags, file, count));
    expect(await growthInTurns(work, COUNT / 8)).toBeLessThan(MAX_GROWTH / 8);
  });
});
