/**
 * Whatever the real kubectl accepts for `create secret docker-registry`, `create` accepts with the same bytes: any name, in any order
 * and form of its flags, and with values that read like flags. REGSECRET_CASES sets the number of generated lines.
 */
import { expect, test } from 'vitest';
import { isObjectName } from '../../../src/line/object-name.ts';
import { serverProblem } from '../../../src/secret/server.ts';
import { cluster } from '../../environment/use.ts';
import { cases } from '../../support/cases.ts';
import { fc, seed } from '../../support/fast-check.ts';
import { here } from '../../support/here.ts';
import { pool } from '../../support/pool.ts';
import { execute } from '../../support/program.ts';

const CASES = cases(60, 3_000);
const WIDTH = 4;

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

/** Names that are something else, too: a registry, a file, a command, a kind. */
const name = fc.oneof(
  pick(
    ...[
      'my.secret',
      'ghcr.io',
      'quay.io',
      'docker.io',
      'registry.example.com',
      'b.io',
      '127.0.0.1',
      '1.2.3',
      '123',
      '0',
    ],
    ...['secret', 'secrets', 'docker-registry', 'generic', 'create', 'rbac', 'list', 'help', 'version', 'regsecret'],
    ...['pull.yaml', 'config.json', 'default', 'sa', 'deployment', 'pod', 'true', 'null', 'a-b.c-d', 'localhost'],
  ),
  fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,12}[a-z0-9])?$/),
);

/** Values that read like flags, like placeholders, and like mistakes. */
const value = fc.oneof(
  pick(
    ...[
      'u',
      'jane',
      'p',
      'p ',
      ' ',
      'a=b',
      '=',
      '=x',
      'USER',
      'NAME',
      'ghcr.io',
      'a/b',
      '*',
      '{"auths":{}}',
      'p\n',
      '\ufffd',
    ],
    ...['-', '--', '-A', '-A=true', '-n', '-n=x', '-nfoo', '-o', '-o=json', '-v6', '-v=6', '-v', '6', '-h', '--help'],
    ...[
      '--all',
      '--all=false',
      '--dry-run',
      '--dry-run=server',
      '--server',
      '--docker-email',
      '--yes=maybe',
      '--validate=foo',
    ],
  ),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }),
);

/** `--flag value` or `--flag=value`. */
const flag = (flagName: string, arbitrary: fc.Arbitrary<string>) =>
  fc.tuple(arbitrary, fc.boolean()).map(([text, glued]) => (glued ? [`${flagName}=${text}`] : [flagName, text]));

const login = ['--docker-username', '--docker-password'] as const;
const others = fc.oneof(
  flag('--docker-server', pick('ghcr.io', 'r.example.com:5000', 'https://index.docker.io/v1/')),
  flag('--docker-email', value),
  flag('--docker-username', value),
  flag('--docker-password', value),
  flag('--field-manager', pick('x', 'kubectl-create')),
  flag('--request-timeout', pick('0', '5s')),
  flag('--as', pick('jane')),
  pick(['-n', 'team'], ['-n=team'], ['-nteam'], ['--namespace=team'], ['--namespace', 'team'], ['--namespace=']),
  pick(['--append-hash'], ['--append-hash=true'], ['--append-hash=F'], ['--append-hash=0']),
  pick(['--show-managed-fields'], ['--allow-missing-template-keys=false'], ['--insecure-skip-tls-verify']),
  pick(['--validate'], ['--validate=ignore'], ['--validate=true'], ['-v=1'], ['--v=2'], ['-v', '0']),
);
const output = pick(
  [],
  ['-o', 'yaml'],
  ['-oyaml'],
  ['-o=json'],
  ['--output', 'json'],
  ['--output=name'],
  ['-o', 'name'],
);

/** A line without the words before the name, which stands anywhere. */
const line = fc
  .tuple(
    name,
    fc.tuple(...login.map((one) => flag(one, value))),
    fc.array(others, { maxLength: 4 }),
    output,
    fc.noShrink(fc.integer()),
  )
  .chain(([secret, given, more, form]) =>
    fc.shuffledSubarray([[secret], ...given, ...more, form, ['--dry-run=client']], {
      minLength: given.length + more.length + 3,
    }),
  )
  .map((parts) => parts.flat());

/** The table of exceptions of docs/kubectl.md: what could never pull. kubectl's output shows what was meant. */
function isRefused(stdout: string, words: readonly string[]): boolean {
  const server = words.findLast(
    (word, index) => words[index - 1] === '--docker-server' || word.startsWith('--docker-server='),
  );
  const user = words.findLast(
    (word, index) => words[index - 1] === '--docker-username' || word.startsWith('--docker-username='),
  );
  const written = /^secret\/(.*) created|^secret\/(.*)$|^ {2}name: "?([^"\n]*)|^ {8}"name": "(.*)"/m.exec(stdout);
  const [secret = ''] = written?.slice(1).filter((one) => one !== undefined) ?? [];
  return (
    !isObjectName(secret) ||
    user?.replace(/^--docker-username=/, '').includes(':') === true ||
    serverProblem(server?.replace(/^--docker-server=/, '') ?? 'docker.io') !== undefined
  );
}

test(`what kubectl accepts: ${CASES} lines`, { timeout: 900_000 }, async () => {
  const lines = fc.sample(line, { seed, numRuns: CASES });
  const { kubeconfig, bin } = cluster();
  const env = { KUBECONFIG: kubeconfig };
  let accepted = 0;
  let excepted = 0;
  await pool(WIDTH, lines, async (words) => {
    const kubectl = await execute([bin.kubectl, 'create', 'secret', 'docker-registry', ...words], { env });
    if (kubectl.code !== 0) return;
    if (isRefused(kubectl.stdout, words)) {
      excepted += 1;
      return;
    }
    accepted += 1;
    for (const before of [[], ['secret', 'docker-registry']]) {
      const ours = await here(['create', ...before, ...words], { env, secretOnStdout: true });
      const about = `seed ${seed}: ${JSON.stringify([...before, ...words])}\n${ours.stderr}`;
      expect({ code: ours.code, stdout: ours.stdout }, about).toEqual({ code: 0, stdout: kubectl.stdout });
    }
  });
  console.log(`kubectl accepts ${accepted} of ${CASES} lines, and ${excepted} more that are exceptions`);
  expect(accepted).toBeGreaterThan(CASES / 4);
});
