/** Invalid values for every flag of every command. Nothing is contacted. */
import type { Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { COMMANDS } from '../../src/command-table.ts';
import { AFTER_EQUALS, EVERYWHERE } from '../../src/commands/shared-flags.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';
import { here, type RanHere } from '../support/here.ts';
import { fakeIo } from '../support/io.ts';
import { artefact, execute } from '../support/program.ts';

/** For each command, a command line that is complete. */
const LINES: Readonly<Record<string, string>> = {
  create: 'create x',
  attach: 'attach x --sa default',
  detach: 'detach x --sa default',
  sync: 'sync x --to a',
  rotate: 'rotate x --server ghcr.io --username u --password-stdin',
  remove: 'remove x --server ghcr.io',
  delete: 'delete x --yes',
  inspect: 'inspect x',
  list: 'list',
  verify: 'verify x',
  doctor: 'doctor',
  rbac: 'rbac list',
  options: 'options',
  completion: 'completion bash',
  version: 'version',
};

function optionsOf(title: string): readonly Option[] {
  const program = buildProgram([title], fakeIo({}), 'regsecret', () => undefined);
  return program.commands.find((one) => one.name() === title)?.options ?? [];
}

type Row = readonly [title: string, flag: string, option: Option];

const rows: readonly Row[] = COMMANDS.flatMap(({ title }) =>
  optionsOf(title).map((option): Row => [title, option.long ?? '', option]),
);
/** Flags that need a value. `--dry-run` and `--on-node` have a default. */
const valued = rows.filter(([, flag, option]) => option.required && AFTER_EQUALS[flag] === undefined);
/** These flags, but those that every command has for one command only. */
const once = valued.filter(([title, , option]) => option.helpGroupHeading !== EVERYWHERE || title === 'list');

function ran(title: string, ...args: readonly string[]): Promise<RanHere> {
  const line = (LINES[title] ?? title).split(' ');
  // The flags of the other command follow `rbac`.
  const all = title === 'rbac' ? ['rbac', ...args, ...line.slice(1)] : [...line, ...args];
  // No registry can be reached, either.
  return here(all, { env: { HOME: '/nowhere', HTTPS_PROXY: 'http://127.0.0.1:1' }, stdin: 'secret' });
}

const HINT = expect.stringMatching(/^(hint: (?!no command)|\(Did you mean )/);

/** Expects a sentence that names the flag, and a hint. */
function expectRefusal({ code, stdout, stderr }: RanHere, named: readonly string[]): void {
  const [first = '', ...more] = stderr.trimEnd().split('\n');
  expect({ code, stdout, first: first.startsWith('error: '), lines: more.length > 0 }).toEqual({
    code: 2,
    stdout: '',
    first: true,
    lines: true,
  });
  expect(
    named.some((name) => first.includes(name)),
    stderr,
  ).toBe(true);
  expect(more.at(-1)).toEqual(HINT);
}

test('every command is tried', () => {
  expect(COMMANDS.map(({ title }) => title).filter((title) => LINES[title] === undefined)).toEqual([]);
});

describe('a value is missing', () => {
  test.each(valued)('%s … %s', async (title, flag, option) => {
    if (title === 'rbac') return expectRefusal(await here(['rbac', flag]), [`'${option.flags}'`]);
    expectRefusal(await ran(title, flag), [`option '${option.flags}' argument missing`]);
  });
});

describe('a value is empty', () => {
  const asKubectl = ({ long, helpGroupHeading }: Option, title: string): boolean =>
    (helpGroupHeading === EVERYWHERE && !['--as-user-extra', '--v'].includes(long ?? '')) ||
    /^--docker-|^--cache-dir$/.test(long ?? '') ||
    (title === 'list' && long === '--selector');
  const ours = once.filter(([title, , option]) => !asKubectl(option, title));
  const kubectls = once.filter(([title, , option]) => asKubectl(option, title) && title === 'list');

  test.each(ours)("%s … %s ''", async (title, flag, option) => {
    expectRefusal(await ran(title, flag, ''), [flag, `'${option.flags}'`]);
    expect(await ran(title, `${flag}=`)).toEqual(await ran(title, flag, ''));
  });

  test.each(kubectls)("%s … %s '' is as if it were left out", async (title, flag) => {
    expect(await ran(title, flag, '')).toEqual(await ran(title));
  });
});

describe('a value ends in a line break', () => {
  const MAY = /^--(docker-\w+|context|cluster|user|selector|kubeconfig|\w+-file|filename|client-\w+|cache-dir)$/;
  const FILES = ['--registry-ca', '--certificate-authority'];
  const refused = once.filter(([, flag]) => !MAY.test(flag) && !FILES.includes(flag));

  test.each(refused)('%s … %s', async (title, flag, option) => {
    expectRefusal(await ran(title, flag, 'team-a\n'), [flag, `'${option.flags}'`]);
    expectRefusal(await ran(title, flag, 'team-a\r'), [flag, `'${option.flags}'`]);
  });
});

describe('a value is none of a few, which are named', () => {
  const chosen = valued.filter(([, , option]) => option.argChoices !== undefined);

  test.each(chosen)('%s … %s message', async (title, flag, option) => {
    const refusal = await ran(title, flag, 'message');
    expectRefusal(refusal, [`'${option.flags}'`]);
    expect(refusal.stderr).toContain(` Allowed choices are ${option.argChoices?.join(', ')}.\n`);
  });
});

describe('a flag is mistyped', () => {
  test.each(rows.filter(([title, , option]) => option.helpGroupHeading !== EVERYWHERE || title === 'list'))(
    '%s … %s',
    async (title, flag) => {
      const slip = `${flag}${flag.at(-1)}`;
      expectRefusal(await ran(title, slip), [`unknown option '${slip}'`]);
      expectRefusal(await ran(title, `${slip}=a`), [`unknown option '${slip}'`]);
    },
  );
});

describe('a flag without a value has one that is neither true nor false', () => {
  const bare = rows.filter(
    ([title, flag, option]) =>
      !option.required && flag !== '--validate' && (option.helpGroupHeading !== EVERYWHERE || title === 'list'),
  );

  test.each(bare)('%s … %s=maybe', async (title, flag) => {
    expectRefusal(await ran(title, `${flag}=maybe`), [`"${flag}"`]);
    expectRefusal(await ran(title, `${flag}=`), [`"${flag}"`]);
  });
});

describe('two flags', () => {
  const VALUES: Readonly<Record<string, string>> = {
    '--server': 'ghcr.io',
    '--docker-server': 'ghcr.io',
    '--plain-http': 'r.example:5000',
    '--timeout': '10s',
    '--refresh': '1h',
    '--listen': ':8080',
    '--attach': 'sa/default',
    '--image': 'ghcr.io/acme/app:v1',
    '--only': 'expired',
    '--ignore': 'expired',
    '--for': 'sa/x',
    '--concurrency': '3',
    '--dry-run': 'client',
  };
  const wordsOf = (title: string, { long = '', required, argChoices }: Option): string[] => {
    const target = title === 'sync' ? 'a' : 'sa/a';
    return required ? [long, argChoices?.[0] ?? VALUES[long] ?? (long === '--to' ? target : 'a')] : [long];
  };
  const own = COMMANDS.map(({ title }) => title).flatMap((title) => {
    const options = optionsOf(title).filter(({ helpGroupHeading }) => helpGroupHeading !== EVERYWHERE);
    return options.length < 2 ? [] : [{ title, options }];
  });
  const pair = fc.constantFrom(...own).chain(({ title, options }) =>
    fc.record({
      title: fc.constant(title),
      two: fc.uniqueArray(fc.constantFrom(...options), { minLength: 2, maxLength: 2 }),
    }),
  );

  test('are understood, or there is a hint', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(pair, async ({ title, two }) => {
        const { code, stdout, stderr } = await ran(title, ...two.flatMap((option) => wordsOf(title, option)));
        const where = `${title} ${two.map(({ long }) => long)}: ${stderr}`;
        expect([0, 1, 2], where).toContain(code);
        expect(stderr).not.toContain('this is a bug');
        if (code === 2) expect([stdout, stderr.trimEnd().split('\n').at(-1)], where).toEqual(['', HINT]);
      }),
      // 8000 runs cover all 4,000 pairs.
      { numRuns: cases(50, 8_000) },
    );
  });
});

describe.runIf(process.platform === 'linux')('bytes that are not UTF-8', () => {
  test.each([
    ['list -n "$BYTE"', '--namespace'],
    ['create x --server "a$BYTE.example" --username u --password-stdin', '--server'],
    ['create x --server ghcr.io --username "$BYTE" --password-stdin', '--username'],
    ['create x --from-file "$BYTE"', '--from-file'],
    ['list --context "$BYTE"', '--context'],
  ])('%s', async (line, flag) => {
    const [program, ...args] = artefact();
    const script = `BYTE=$(printf '\\377'); exec "$0" "$@" ${line}`;
    const { code, stdout, stderr } = await execute(['sh', '-c', script, program, ...args], { stdin: 'secret' });
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: the value of ${flag} is not UTF-8\nhint: check where the value of ${flag} comes from\n`,
    });
  });

  test('in the name of a Secret', async () => {
    const script = `exec "$0" "$@" inspect "$(printf 'a\\377')"`;
    const { code, stderr } = await execute(['sh', '-c', script, ...artefact()]);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error: the name of a secret has only a-z, 0-9, - and ., with a letter or digit at both ends',
    ]);
  });
});
