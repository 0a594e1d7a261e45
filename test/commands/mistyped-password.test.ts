/** A password typed in a wrong place is not repeated in the output. */
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { CANARY } from '../support/canary.ts';
import { here } from '../support/here.ts';
import { fakeIo } from '../support/io.ts';

/** Flags whose values are shown, because they tell the user which file, cluster or registry is meant. */
const SHOWN = [
  ...[
    '--api-server',
    '--as',
    '--as-group',
    '--as-uid',
    '--as-user-extra',
    '--certificate-authority',
    '--client-certificate',
  ],
  ...['--client-key', '--cluster', '--context', '--filename', '--from-file', '--image', '--kubeconfig', '--namespace'],
  ...['--registry-ca', '--secret-file', '--server', '--tls-server-name', '--to-context', '--user'],
];

/** The `!` makes it an invalid name for anything. */
const PASSWORD = `${CANARY}!`;

/** What could also be a name, or that of a variable. */
const WORD = CANARY.replaceAll(/\W/g, '');

const COMMANDS = buildProgram([], fakeIo(), 'regsecret', () => undefined).commands.map((command) => command.name());

function flagsOf(name: string): string[] {
  const program = buildProgram([name], fakeIo(), 'regsecret', () => undefined);
  const options = program.commands.find((command) => command.name() === name)?.options ?? [];
  return options.flatMap(({ long }) => long ?? []);
}

const lines = (name: string): string[][] => [
  ...flagsOf(name)
    .filter((flag) => !SHOWN.includes(flag))
    .flatMap((flag) => [[flag, PASSWORD], [`${flag}=${PASSWORD}`]]),
  ...[
    [PASSWORD],
    ['x', PASSWORD],
    ['--password', PASSWORD],
    [`--password=${PASSWORD}`],
    [`--docker-pasword=${PASSWORD}`],
    ['--old-password', WORD],
    [`--old-pasword-env=${WORD}`],
  ],
  ...[[`-p${PASSWORD}`], ['-p', PASSWORD], [`--pasword=${PASSWORD}'\n(Did you mean --x?)`]],
];

describe.each(COMMANDS)('%s', (name) => {
  test.each(lines(name))('%j %j', async (...args) => {
    const { stdout, stderr } = await here([name, ...args], { env: { KUBECONFIG: '/nope', HOME: '/nope', PATH: '' } });
    expect(stdout + stderr).not.toContain(CANARY);
    expect(stdout + stderr).not.toContain(WORD);
  });
});

test.each([[[PASSWORD]], [['--password', PASSWORD]], [[`--password=${PASSWORD}`, 'create']]])('%j', async (args) => {
  const { code, stderr } = await here(args);
  expect([code, stderr.includes(CANARY)]).toEqual([2, false]);
});
