/**
 * Findings whose command removes an entry from a Secret: on the real API server the command runs unchanged, and the finding is
 * gone afterwards.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { cluster, newNamespace } from '../../environment/use.ts';
import { freshName, regsecretIn } from '../../support/attach-world.ts';
import { here } from '../../support/here.ts';
import { putSecret, secretIn } from '../../support/sync-world.ts';

interface Report {
  readonly findings: readonly {
    readonly code: string;
    readonly fix: { readonly argv: readonly (readonly string[])[] };
  }[];
}

const LOGIN = { auth: Buffer.from('jane:x').toString('base64') };
const OTHER = { auth: Buffer.from('rex:y').toString('base64') };
const HUB = 'https://index.docker.io/v1/';
const good = { 'good.example': LOGIN };
const LOGGED_IN = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'r.example': LOGIN } }) };

let namespace = '';
let home = '';
beforeAll(async () => {
  [namespace, home] = await Promise.all([
    newNamespace({ serviceAccount: true }),
    newNamespace({ serviceAccount: true }),
  ]);
});

const dataOf = (auths: object) => ({
  data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
});

async function serversOf(name: string, where = namespace): Promise<string[]> {
  const { data = {} } = (await secretIn(where, name)) ?? {};
  return Object.keys(JSON.parse(Buffer.from(data['.dockerconfigjson'] ?? '', 'base64').toString()).auths);
}

async function why(...args: string[]): Promise<Report> {
  const { stdout, stderr } = await regsecretIn(namespace, ['why', '--offline', '-o', 'json', ...args], {
    env: LOGGED_IN,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const ran = (report: Report, code: string): string[][] =>
  report.findings.filter((found) => found.code === code).flatMap(({ fix }) => fix.argv.map((words) => words.slice(1)));

/** Runs a command as from a shell in another namespace, with a login for the requested registry. */
function run(argv: readonly string[]) {
  return here(argv, { env: { KUBECONFIG: cluster().kubeconfig, ...LOGGED_IN } });
}

describe.concurrent('by itself, and as the list of a new pod', () => {
  test.each<[string, auths: object, code: string, left: string[], args?: string[]]>([
    ['an empty entry beside a good one', { ...good, 'r.example': {} }, 'empty-entry', ['good.example']],
    [
      'a server that opens nothing beside the one that was meant',
      { 'r.example/acme': LOGIN, 'r.example/acme:v1': LOGIN },
      'opens-nothing',
      ['r.example/acme'],
    ],
    [
      'a server that opens nothing, and nothing else',
      { 'r.example/acme:v1': LOGIN },
      'opens-nothing',
      ['r.example/acme'],
    ],
    [
      "Docker Hub's entry, which another one hides for every image",
      { [HUB]: LOGIN, 'docker.io': OTHER },
      'shadowed-entry',
      ['docker.io'],
    ],
    [
      'an entry that stops all others',
      { ...good, 'r.example': { auth: '!' } },
      'unreadable-entry',
      ['good.example'],
      ['--image', 'good.example/app:v1', '--secret'],
    ],
    [
      'the same with user info in its server, which no command shows',
      { ...good, 'https://ada:hunter2@r.example': { auth: '!' } },
      'unreadable-entry',
      ['good.example'],
      ['--image', 'good.example/app:v1', '--secret'],
    ],
  ])('%s', async (_, auths, code, left, args = []) => {
    const name = freshName('fix');
    await putSecret(namespace, dataOf(auths), name);
    const asked = args.length === 0 ? [`secret/${name}`] : [...args, name];
    const commands = ran(await why(...asked), code);
    expect(commands.map(([verb]) => verb)).toContain('remove');
    expect(JSON.stringify(commands)).not.toContain('hunter2');
    for (const argv of commands)
      expect(await run(argv)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/^error/) });
    expect(ran(await why(...asked), code)).toEqual([]);
    expect(await serversOf(name)).toEqual(left);
  });
});

test('in a copy: its source is shown, and its owner removes the entry there, which sync brings', async () => {
  const name = freshName('fix');
  await putSecret(home, dataOf({ ...good, 'r.example': {} }), name);
  await run(['sync', name, '-n', home, '--to', namespace]);
  const commands = ran(await why(`secret/${name}`), 'empty-entry');
  expect(commands).toEqual([['inspect', name, '-n', home]]);
  for (const argv of commands) expect(await run(argv)).toMatchObject({ code: 0 });
  expect(await serversOf(name, home)).toEqual(['good.example', 'r.example']);
  await run(['remove', name, '-n', home, '--server', 'r.example']);
  expect((await why(`secret/${name}`)).findings.map(({ code }) => code)).toContain('stale-copy');
  await run(['sync', name, '-n', home, '--to', namespace]);
  expect((await why(`secret/${name}`)).findings.map(({ code }) => code)).toEqual(['unused-secret']);
});
