import { describe, expect, test } from 'vitest';
import { printerFor } from '../../src/output/printer.ts';
import { describeVerdict, printVerdicts, type VerifiedRow } from '../../src/output/verdict-printer.ts';
import { DOCKER_HUB, shownServer } from '../../src/secret/display-server.ts';
import { loginCommand } from '../../src/secret/server.ts';
import { correctIn } from '../../src/verify/refused-login.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { fakeIo } from '../support/io.ts';
import { machine } from '../support/machine.ts';

const verdicts: readonly (readonly [verdict: Verdict, words: string])[] = [
  [{ kind: 'accepted' }, 'accepts the login'],
  [{ kind: 'accepted', public: true }, 'accepts the login, and lets everyone pull the image'],
  [{ kind: 'rejected', status: 403 }, 'rejects the login (HTTP 403)'],
  [{ kind: 'rejected', status: 401, public: true }, 'rejects the login (HTTP 401), but lets everyone pull the image'],
  [
    { kind: 'no access', repository: 'acme/app', status: 401 },
    'knows the login, but does not let it pull acme/app, or has no such repository (HTTP 401)',
  ],
  [{ kind: 'not found', repository: 'acme/app' }, 'has no such image in acme/app'],
  [{ kind: 'not found', repository: 'acme/app', missing: 'repository' }, 'has no repository acme/app'],
  [
    { kind: 'not found', repository: 'acme/app', missing: 'tag' },
    'has the repository acme/app, but not this tag or digest',
  ],
  [
    { kind: 'not found', repository: 'acme/app', missing: 'tag', tags: { names: ['v2'], more: 0 } },
    'has the repository acme/app, but not this tag or digest; existing tags: v2',
  ],
  [{ kind: 'anonymous', why: 'asks for none' }, 'asks for no login, so it could not be checked'],
  [
    { kind: 'anonymous', why: 'asks for none', result: 'fails', status: 403 },
    'refuses this machine (HTTP 403) and does not ask for a login',
  ],
  [
    { kind: 'anonymous', why: 'empty', result: 'fails' },
    'gets no login, because the entry has none; without one it refuses',
  ],
  [
    { kind: 'anonymous', why: 'same answer', result: 'pulls' },
    'answers the same without the login, so it could not be checked; the image can be pulled without one',
  ],
  [{ kind: 'rate limited' }, 'limits the rate of requests; try again later'],
  [{ kind: 'rate limited', retryAfterSeconds: 90 }, 'limits the rate of requests; try again in 90 s'],
  [{ kind: 'rate limited', retryAfterSeconds: 3600 }, 'limits the rate of requests; try again in 60 min'],
  [{ kind: 'rate limited', retryAfterSeconds: 0 }, 'limits the rate of requests; try again in 0 s'],
  [{ kind: 'rate limited', retryAfterSeconds: 119 }, 'limits the rate of requests; try again in 119 s'],
  [{ kind: 'rate limited', retryAfterSeconds: 120 }, 'limits the rate of requests; try again in 2 min'],
  [{ kind: 'rate limited', retryAfterSeconds: 121 }, 'limits the rate of requests; try again in 3 min'],
  [{ kind: 'unreachable', cause: 'dns', reason: 'x' }, 'cannot be checked: x'],
  [{ kind: 'not asked', reason: 'x' }, 'was not checked: x'],
];

test.each(verdicts)('%j in words', (verdict, words) => {
  expect(describeVerdict(verdict)).toBe(words);
});

test('several logins that are corrected in one file', async () => {
  const io = fakeIo();
  const correct = correctIn(['a.json']);
  const row = { source: '', username: 'jane', verdict: { kind: 'rejected', status: 401 } } as const;
  const rows = ['a.test', 'b.test'].map((server) => ({ ...row, server: shownServer(server) }));
  await printVerdicts(rows, { correct: () => correct }, io, await printerFor(io));
  expect(io.written.stderr).toBe(
    'a.test rejects the login (HTTP 401)\n' +
      'b.test rejects the login (HTTP 401)\n' +
      'hint: correct the login in a.json, then run it again\n',
  );
});

describe('what to do next', () => {
  async function said(row: Partial<VerifiedRow>, immutable = new Set<string>()): Promise<string> {
    // The machine has no login.
    const { io } = machine();
    const whole = {
      source: 'team-a/regcred',
      server: 'ghcr.io',
      username: 'jane',
      verdict: { kind: 'accepted' },
      ...row,
    };
    const correct = row.source === '' ? loginCommand : undefined;
    await printVerdicts([whole as VerifiedRow], { immutable, correct }, io, await printerFor(io));
    return io.written.stderr;
  }

  test.each<[row: Partial<VerifiedRow>, lines: string[]]>([
    [{}, []],
    [
      { verdict: { kind: 'rejected', status: 403 } },
      [
        'ghcr.io rejects the login (HTTP 403)',
        'GitHub Container Registry takes a username with a classic personal access token that has read:packages',
        'hint: regsecret create regcred -n team-a --server ghcr.io --username jane --password-stdin',
      ],
    ],
    [
      { source: '', server: shownServer(DOCKER_HUB), verdict: { kind: 'rejected', status: 401 } },
      [
        'Docker Hub rejects the login (HTTP 401)',
        'Docker Hub takes a username with a personal access token, or the name of an organization with its token',
        'hint: docker login',
      ],
    ],
    [
      { verdict: { kind: 'unreachable', cause: 'tls', reason: 'its certificate is signed by an unknown authority' } },
      ['ghcr.io cannot be checked: its certificate is signed by an unknown authority', 'hint: --registry-ca FILE'],
    ],
    [
      { verdict: { kind: 'unreachable', cause: 'tls', reason: 'it speaks http, not https' } },
      [
        'ghcr.io cannot be checked: it speaks http, not https',
        'hint: also send the login over http with --plain-http ghcr.io',
      ],
    ],
  ])('%j', async (row, lines) => {
    expect((await said(row)).split('\n')).toEqual([...lines, '']);
  });

  test('an immutable Secret has to be made again', async () => {
    const text = await said({ verdict: { kind: 'rejected', status: 403 } }, new Set(['team-a/regcred']));
    expect(text).toContain(
      '\nhint: regsecret create regcred -n team-a --server ghcr.io --username jane --password-stdin --force\n',
    );
  });
});
