/** A login is checked with its registry before `sync` writes it into many namespaces. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../environment/use.ts';
import { freshName, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { here } from '../../support/here.ts';
import { type FrontRequest, startFront } from '../../support/registry-front.ts';
import { newFleet, secretIn } from '../../support/sync-world.ts';
import { startWatch } from '../../support/watch-world.ts';

const GOOD = `Basic ${Buffer.from(`jane:${CANARY}`).toString('base64')}`;
const API = { 'docker-distribution-api-version': 'registry/2.0' };

const basic = ({ authorization }: FrontRequest) =>
  authorization === GOOD
    ? { status: 200, headers: API }
    : { status: 401, headers: { ...API, 'www-authenticate': 'Basic realm="team"' } };

/** A registry on this machine, and how often it was asked. */
async function registry(choose: (request: FrontRequest) => object) {
  const front = await startFront({ choose: (request) => choose(request) as never });
  onTestFinished(() => front.close());
  return { host: front.host, asked: () => front.requests.length };
}

interface Situation {
  /** What the registry answers. Left out: nothing listens there. */
  readonly answers?: (request: FrontRequest) => object;
  /** Not a registry on this machine. */
  readonly host?: string;
  readonly password?: string;
  readonly flags?: readonly string[];
  readonly code: 0 | 1;
  readonly isWritten: boolean;
  readonly isAsked?: false;
  readonly says: string;
}

const SITUATIONS: readonly [string, Situation][] = [
  [
    'rejected: nothing is written anywhere',
    {
      answers: basic,
      password: 'wrong',
      code: 1,
      isWritten: false,
      says: 'rejects the login (HTTP 401); nothing was written',
    },
  ],
  [
    'rejected, with --verify: leaving that out would not help',
    {
      answers: basic,
      password: 'wrong',
      flags: ['--verify'],
      code: 1,
      isWritten: false,
      says: '--no-verify writes it anyway',
    },
  ],
  ['accepted', { answers: basic, code: 0, isWritten: true, says: '' }],
  [
    'rejected, in a dry run',
    {
      answers: basic,
      password: 'wrong',
      flags: ['--dry-run=server'],
      code: 1,
      isWritten: false,
      says: 'a real run would stop here',
    },
  ],
  [
    'rejected, and --no-verify: no one is asked',
    { answers: basic, password: 'wrong', flags: ['--no-verify'], code: 0, isWritten: true, isAsked: false, says: '' },
  ],
  [
    'unreachable: written, with a warning',
    { code: 0, isWritten: true, says: 'warning: HOST cannot be checked: connection refused' },
  ],
  [
    'unreachable, and --verify requires an answer',
    {
      flags: ['--verify'],
      code: 1,
      isWritten: false,
      says: 'error: HOST cannot be checked: connection refused; nothing was written\nhint: run the command again later, or leave out --verify',
    },
  ],
  [
    'a registry that is broken: written, with a warning',
    { answers: () => ({ status: 500 }), code: 0, isWritten: true, says: 'warning: HOST ' },
  ],
  [
    'a registry that asks for no login, and --verify',
    {
      answers: () => ({ status: 200, headers: API }),
      flags: ['--verify'],
      code: 0,
      isWritten: true,
      says: 'warning: HOST ',
    },
  ],
  [
    'a place that may not get a login: not asked, and written',
    { host: '169.254.169.254', code: 0, isWritten: true, says: 'warning: 169.254.169.254 ' },
  ],
  [
    'a pattern, which is no single registry',
    { host: '*.r.example', code: 0, isWritten: true, says: 'warning: *.r.example was not checked' },
  ],
];

test.each(SITUATIONS)('a login from stdin: %s', async (_, situation) => {
  const { password = CANARY, flags = [], code, isWritten, isAsked = true, says } = situation;
  const { home, teams, prefix } = await newFleet(2);
  const front = situation.answers && (await registry(situation.answers));
  const host = situation.host ?? front?.host ?? '127.0.0.1:1';
  const login = ['--server', host, '--username', 'jane', '--password-stdin'];
  const name = freshName('checked');
  const ran = await regsecretIn(home, ['sync', name, '--to', `${prefix}-*`, ...login, ...flags], { stdin: password });
  expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(says.replace('HOST', host))]);
  const found = await Promise.all(teams.map((team) => secretIn(team, name)));
  expect(found.map((one) => one !== undefined)).toEqual(teams.map(() => isWritten));
  if (front !== undefined) expect(front.asked() > 0).toBe(isAsked);
  expect(ran.stderr).not.toContain(CANARY);
});

/** A docker config that logs `user` in at `host`. */
function dockerConfig(host: string, login: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-docker-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const auths = { [host]: { auth: Buffer.from(login).toString('base64') } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }));
  return { DOCKER_CONFIG: folder, HOME: folder };
}

test("this machine's login that its registry rejects is renewed where it is", async () => {
  const { home, teams } = await newFleet(1);
  const { host } = await registry(basic);
  const env = dockerConfig(host, 'jane:old');
  const args = ['sync', 'own', '--to', teams.join(','), '--server', host];
  const ran = await regsecretIn(home, args, { env });
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(`hint: docker login ${host}\n`)]);
  expect(await secretIn(teams[0] ?? '', 'own')).toBeUndefined();
});

test('a Secret of the cluster is copied without a question', async () => {
  const { home, teams } = await newFleet(1);
  const { host, asked } = await registry(basic);
  const login = ['--server', host, '--username', 'jane', '--password-stdin'];
  await regsecretIn(home, ['create', 'source', ...login], { stdin: 'wrong' });
  expect((await regsecretIn(home, ['sync', 'source', '--to', teams.join(',')])).code).toBe(0);
  expect(asked()).toBe(0);
});

test('--watch asks when it starts, and not each time that it reads the login again', { timeout: 90_000 }, async () => {
  const { home, teams } = await newFleet(1);
  const [team = ''] = teams;
  const { host, asked } = await registry(basic);
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, CANARY);
  const login = ['--server', host, '--username', 'jane', '--password-file', file];
  const watch = await startWatch(home, ['own', ...login, '--to', team, '--refresh', '1s']);
  const copied = async () => (await secretIn(team, 'own'))?.data?.['.dockerconfigjson'];
  await waitFor(copied, { what: 'the copy' });
  const [first, before] = [asked(), await copied()];
  expect(first).toBeGreaterThan(0);
  writeFileSync(file, 'next');
  await waitFor(async () => (await copied()) !== before, { what: 'the next password' });
  expect(asked()).toBe(first);
  expect(await watch.end()).toBe(0);
});

test('--verify has nothing to check where a Secret is the source', async () => {
  expect(await here(['sync', 'pull', '-n', 'plat', '--to', 'x', '--verify'])).toMatchObject({
    code: 2,
    stderr:
      'error: --verify checks a login of this machine, and the source is a Secret\nhint: regsecret verify pull -n plat\n',
  });
});
