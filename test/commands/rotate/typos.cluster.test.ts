/** `rotate` with a typo. */
import { describe, expect, test } from 'vitest';
import { janedoe, newNamespace, sharedRegistries } from '../../environment/use.ts';
import { regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { auth, freshHost, OLD, put, rotate } from '../../support/rotate-world.ts';

describe('in many namespaces', () => {
  test('a registry without its port', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [`${host}:5000`]: OLD } });
    expect((await rotate(home, host, ['--yes'])).stderr).toBe(
      `error: no pull secret in namespace ${home} holds a login for ${host}; did you mean ${host}:5000?\n` +
        `hint: regsecret rotate -n ${home} --server ${host}:5000 --username ci --password-stdin --no-verify\n`,
    );
    // If only other namespaces have the similar server, a tenant may have written it to get the password, so it is not proposed.
    const elsewhere = await rotate(await newNamespace(), host, ['-A']);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      1,
      `error: no pull secret in these namespaces holds a login for ${host}; did you mean ${host}:5000?\nhint: regsecret list -A\n`,
    ]);
    const { code, stderr } = await regsecretIn(home, ['rotate', '--server', host, '--restart', '--yes']);
    expect([code, stderr]).toEqual([
      1,
      `error: docker, podman and these Secrets have no login for ${host}; did you mean ${host}:5000?\n` +
        `hint: regsecret rotate -n ${home} --server ${host}:5000 --restart\n`,
    ]);
  });

  test('a port that lacks a digit', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [`${host}:23652`]: OLD, [`${host}x:2365`]: OLD } });
    expect((await rotate(home, `${host}:2365`)).stderr).toContain(
      ` holds a login for ${host}:2365; did you mean ${host}:23652?\n`,
    );
  });

  test('a user name with a typo', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: auth('janedoe', 'old'), [`${host}/acme`]: auth('bob', 'old') } });
    const args = (user: string) => ['--server', host, '--username', user, '--password-stdin', '--no-verify'];
    const ran = await regsecretIn(home, ['rotate', '-A', ...args('janedo'), '--yes'], { stdin: CANARY });
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([
      1,
      '',
      `error: no login of janedo for ${host} was found; did you mean janedoe?\n` +
        `hint: regsecret rotate -n ${home} -A --server ${host} --username janedoe --password-stdin --no-verify\n`,
    ]);
    const half = await regsecretIn(home, ['rotate', '-A', ...args('jane')], { stdin: CANARY });
    expect([half.code, half.stderr]).toEqual([1, ran.stderr.replace('janedo ', 'jane ')]);
    // The registry rejects this login as well, which says nothing new.
    const real = { ...janedoe, host: sharedRegistries().basic.host };
    await put(home, { name: 'real', auths: { [real.host]: auth(real.username, 'old') } });
    const line = ['rotate', '--server', real.host, '--username', real.username.slice(0, -1), '--password-stdin'];
    expect((await regsecretIn(home, line, { stdin: real.password })).stderr).toMatch(
      /^error: no login of .* was found; did you mean janedoe\?\n/,
    );
    // A name with the next number, as of a robot account, is not a typo.
    const { code, stderr } = await regsecretIn(home, ['rotate', ...args('janedoe2')], { stdin: CANARY });
    expect([code, stderr.split('\n')[0]]).toEqual([0, `secret/pull in ${home} keeps the login of janedoe for ${host}`]);
  });

  test('a selector that nobody can read is what is wrong', async () => {
    const ran = await rotate('default', freshHost(), ['-l', 'team=a,']);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(
      /^error: the API server cannot read the selector of -l: .*\nhint: write it as in -l team=a\n$/,
    );
  });
});

test.each([
  ['no registry', ['rotate'], 'error: no registry is given\nhint: regsecret rotate -n default --server REGISTRY\n'],
  [
    'no registry, but a user whom nobody has',
    ['rotate', '-A', '--username', 'nobody', '--password-file', 'new', '--dry-run=client'],
    'error: no registry is given\nhint: regsecret rotate -n default -A --username nobody --password-file FILE --dry-run=client --server REGISTRY\n',
  ],
  ['a name that none can have', ['rotate', 'A_b', '--server', 'x.io'], 'error: the name of a secret has only'],
])('wrong usage: %s', async (_, args, says) => {
  const ran = await regsecretIn('default', args);
  expect(ran.code).toBeGreaterThan(0);
  expect(ran.stderr).toContain(says);
});
