/** Compares the real kubectl with regsecret: the same arguments give the same bytes on stdout. */
import { beforeAll, describe, expect, test } from 'vitest';
import { isObjectName } from '../../../src/line/object-name.ts';
import { serverProblem } from '../../../src/secret/server.ts';
import { cluster, newNamespace } from '../../environment/use.ts';
import { cases } from '../../support/cases.ts';
import { fc, seed } from '../../support/fast-check.ts';
import { pool } from '../../support/pool.ts';
import { execute, type Ran, regsecret } from '../../support/program.ts';

const CASES = cases(30, 300);
const WIDTH = 3;

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace();
});

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

const hostile = pick(
  ...[
    'u',
    'jane',
    'a b',
    '"',
    "'",
    '\\',
    '<>&',
    'a<b>&c',
    '\u2028',
    '\u2029',
    '😀',
    'é',
    'ü\u0301',
    '\u200f\u202e',
    '\ufffd',
  ],
  ...[
    '\t',
    '\n',
    'a\nb',
    'ends in newline\n',
    '\r\n',
    '\u0001',
    '\u001b[31m',
    '\u007f',
    '\u0085',
    '\u00a0',
    '$HOME',
    '`id`',
  ],
  ...[
    '{"a":1}',
    '[]',
    'null',
    'true',
    '123',
    '1e3',
    '#x',
    '- x',
    'a: b',
    '%s',
    '\\u003c',
    '=',
    '====',
    '/',
    '\u0008\u000c',
  ],
);
const text = fc.oneof(
  { weight: 6, arbitrary: hostile },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 24 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 }) },
  {
    weight: 1,
    // 64 KiB; the kernel rejects an argument of twice that length.
    arbitrary: hostile.map((part) => part.repeat(Math.floor((64 * 1024) / Buffer.byteLength(part)))),
  },
);
/** Text that an argument can hold: no NUL, and no lone surrogate. */
const argument = text.map((value) => value.replaceAll('\0', '').toWellFormed() || 'x');

const server = fc.oneof(
  {
    weight: 10,
    arbitrary: pick(
      ...[
        'r.example.com',
        'https://index.docker.io/v1/',
        'ghcr.io',
        'ghcr.io/acme/',
        'https://r.io/v2/',
        'http://r.io:5000',
      ],
      ...[
        'localhost:5000',
        'docker.io',
        'index.docker.io',
        '*.example.com',
        '10.0.0.1:5000/team',
        '[::1]:5000',
        'r.io/v1',
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: pick(
      'registry-1.docker.io',
      'https://index.docker.io/v1',
      'GHCR.io',
      'r',
      'a b',
      'r.io/app:v1',
      'ftp://r.io',
      '<&>',
    ),
  },
  { weight: 1, arbitrary: argument },
);

/** Names that YAML could read as another type. */
const name = pick(
  ...[
    'x',
    'regsecret',
    '123',
    '1e3',
    '12e03',
    '1.5',
    '1.2.3',
    'true',
    'yes',
    'y',
    'no',
    'on',
    'off',
    'n',
    'null',
    '2024-01-01',
    '2001-1-1',
  ],
  ...[
    '0777',
    '0o7',
    '0o8',
    '08',
    '0x1f',
    '0x',
    '0b1',
    '0b',
    'nan',
    'inf',
    'infinity',
    '1-2',
    '0',
    '00',
    '0.0',
    '1.0e5',
    '1e',
    'e1',
    '1.e3',
    '685.230.15',
  ],
  ...['null.x', 'true.x', '1e-3', 'a.b-c', 'X_Y', 'a b', 'x/y', 'é', '-', '~'],
);

interface Arguments {
  readonly name: string;
  readonly args: readonly string[];
  readonly server: string;
  readonly username: string;
}

const dryRun = pick('client', 'client', 'client', 'server');
const output = pick(undefined, 'yaml', 'yaml', 'json', 'json', 'name');
const flags = fc.record({
  name,
  server,
  username: argument,
  password: argument,
  email: fc.option(argument),
  namespace: pick('', 'test', undefined, undefined),
  hash: fc.boolean(),
  dryRun,
  output,
  glued: fc.boolean(),
});

const argumentSet: fc.Arbitrary<Arguments> = flags.map((set) => {
  const flag = (flagName: string, value: string): string[] =>
    set.glued ? [`--${flagName}=${value}`] : [`--${flagName}`, value];
  return {
    name: set.name,
    server: set.server,
    username: set.username,
    args: [
      set.name,
      ...flag('docker-server', set.server),
      ...flag('docker-username', set.username),
      ...flag('docker-password', set.password),
      ...(set.email === null ? [] : flag('docker-email', set.email)),
      ...(set.namespace === undefined ? [] : ['-n', set.namespace]),
      ...(set.hash ? ['--append-hash'] : []),
      `--dry-run=${set.dryRun}`,
      ...(set.output === undefined ? [] : set.glued ? [`-o=${set.output}`] : ['-o', set.output]),
    ],
  };
});

interface Pair {
  readonly kubectl: Ran;
  readonly ours: Ran;
}

async function both(args: readonly string[]): Promise<Pair> {
  const env = { KUBECONFIG: cluster().kubeconfig };
  const inNamespace = args.map((arg) => (arg === 'test' ? namespace : arg));
  const [kubectl, ours] = await Promise.all([
    execute([cluster().bin.kubectl, 'create', 'secret', 'docker-registry', ...inNamespace], { env }),
    regsecret(['create', ...inNamespace], { env, secretOnStdout: true }),
  ]);
  return { kubectl, ours };
}

/** Replaces the values that the API server generates for every answer. */
function settled(stdout: string): string {
  return stdout
    .replace(/("?uid"?: )"?[-0-9a-f]{36}"?/g, '$1UID')
    .replace(/("?creationTimestamp"?: )"[^"]*"/g, '$1TIME');
}

/**
 * Whether regsecret deliberately refuses the arguments because such a Secret could pull nothing; docs/kubectl.md lists these
 * differences.
 */
function isRefused({ name: secret, server: registry, username }: Arguments): boolean {
  return !isObjectName(secret) || serverProblem(registry) !== undefined || username.includes(':');
}

test(`${CASES} generated argument sets give the same bytes`, { timeout: 600_000 }, async () => {
  const sets = fc.sample(argumentSet, { seed, numRuns: CASES });
  let refused = 0;
  await pool(WIDTH, sets, async (set) => {
    const { kubectl, ours } = await both(set.args);
    const about = `seed ${seed}: ${JSON.stringify(set.args).slice(0, 2000)}\n${kubectl.stderr}\n${ours.stderr}`;
    if (isRefused(set)) {
      refused += 1;
      // A NAMESPACE/NAME is a usage error.
      expect(ours.code, about).toBe(set.name === 'x/y' ? 2 : 1);
      expect(ours.stdout, about).toBe('');
      return;
    }
    expect(settled(ours.stdout), about).toBe(settled(kubectl.stdout));
    expect(ours.code === 0, about).toBe(kubectl.code === 0);
  });
  console.log(`parity: seed ${seed}, ${CASES} argument sets, ${CASES - refused} equal, ${refused} refused on purpose`);
  expect(CASES - refused).toBeGreaterThan(CASES / 2);
});

describe('what kubectl refuses, regsecret refuses', () => {
  test.each([
    ['no password', ['x', '--docker-username=u', '--dry-run=client']],
    ['no user name', ['x', '--docker-password=p', '--dry-run=client']],
    ['an empty password', ['x', '--docker-username=u', '--docker-password=', '--dry-run=client']],
    ['an empty user name', ['x', '--docker-username=', '--docker-password=p', '--dry-run=client']],
    ['an empty server', ['x', '--docker-server=', '--docker-username=u', '--docker-password=p', '--dry-run=client']],
    ['two names', ['x', 'y', '--docker-username=u', '--docker-password=p', '--dry-run=client']],
    ['an empty name', ['', '--docker-username=u', '--docker-password=p', '--dry-run=client']],
    ['an unknown flag', ['x', '--foo', '--dry-run=client']],
    ['an unknown dry run', ['x', '--docker-username=u', '--docker-password=p', '--dry-run=foo']],
    ['an unknown output', ['x', '--docker-username=u', '--docker-password=p', '--dry-run=client', '-o', 'foo']],
    ['a flag without its value', ['x', '--docker-password=p', '--docker-username']],
    ['a flag that swallows the next one', ['x', '--docker-username', '--dry-run=client']],
    [
      'an unknown context',
      ['x', '--docker-username=u', '--docker-password=p', '--dry-run=server', '--context', 'nope'],
    ],
    ['an unknown namespace', ['x', '--docker-username=u', '--docker-password=p', '--dry-run=server', '-n', 'nope']],
    [
      'a kubeconfig that is not there',
      ['x', '--docker-username=u', '--docker-password=p', '--dry-run=server', '--kubeconfig', '/nope'],
    ],
  ])('%s', async (_, args) => {
    const { kubectl, ours } = await both(args);
    expect(kubectl.code).toBe(1);
    expect([1, 2]).toContain(ours.code);
    expect(ours.stdout).toBe(kubectl.stdout);
    expect(ours.stderr).toMatch(/^error: /m);
  });
});

test('the last of a repeated flag counts', async () => {
  const args = ['x', '--docker-server=a.io', '--docker-server=b.io', '--docker-username=u', '--docker-password=p'];
  const { kubectl, ours } = await both([...args, '--dry-run=client', '-o', 'json']);
  expect(ours.stdout).toBe(kubectl.stdout);
});
