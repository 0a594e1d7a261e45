/** Thousands of logins: 3,000 took 91 s when each was compared with all others. */
import { describe, expect, test } from 'vitest';
import { run } from '../../src/run.ts';
import { machine } from '../support/machine.ts';

const COUNT = 3000;
const CONFIG = '$HOME/.docker/config.json';
const names = Array.from({ length: COUNT }, (_, index) => `r${index}.example.com`);
/** Every other one under a second spelling, too. */
const auths = Object.fromEntries(
  names.flatMap((name, index) => [
    ...(index % 2 === 0 ? [[`https://${name}`, { auth: btoa('u:old') }]] : []),
    [name, { auth: btoa('u:new') }],
  ]),
);

describe(`${COUNT} logins`, () => {
  test.each([
    ['--all', ['--all'], { [CONFIG]: { auths } }],
    ['--from-file', ['--from-file', '$HOME/f.json'], { '$HOME/f.json': { auths } }],
  ])('%s', async (_, flags, files) => {
    const { io, expand } = machine({ files });
    const code = await run(['create', 'x', '--dry-run=client', '-o', 'json', ...flags.map(expand)], io);
    expect(code, io.written.stderr.slice(0, 500)).toBe(0);
    const payload = JSON.parse(atob(JSON.parse(io.written.stdout).data['.dockerconfigjson']));
    expect(Object.keys(payload.auths).toSorted()).toEqual(names.toSorted());
    expect(new Set(Object.values<{ password: string }>(payload.auths).map(({ password }) => password))).toEqual(
      new Set(['new']),
    );
  });
});
