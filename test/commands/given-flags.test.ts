/** A proposed command addresses the same cluster as the same user as the command that proposes it. */
import { describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';
import { machine } from '../support/machine.ts';

const GIVEN: readonly (readonly [flags: readonly string[], shown: string])[] = [
  [['--context', 'prod'], '--context prod'],
  [['--context', "jane's; reboot"], "--context 'jane'\\''s; reboot'"],
  [['--kubeconfig', '/a b'], "--kubeconfig '/a b'"],
  [['--cluster', '$(id)'], "--cluster '$(id)'"],
  [['--user', 'a'], '--user a'],
  [['--as', 'a b'], "--as 'a b'"],
  [['--as-group', 'a', '--as-group', 'b'], '--as-group a --as-group b'],
  [['--as-uid', '7'], '--as-uid 7'],
  [['-n', 'team-a'], '-n team-a'],
];

describe.each([
  [['create', 'My_Secret'], 'regsecret create FLAGS NAME'],
  [['attach'], 'regsecret attach FLAGS --serviceaccount default'],
  [['attach', 'My_Secret'], 'regsecret attach FLAGS NAME --to KIND/NAME'],
  [['detach', '--pod', 'A'], 'kubectl FLAGS get pods'],
  [['why', 'pod'], 'regsecret why FLAGS'],
  [['why', 'deploy/A'], 'kubectl FLAGS get deployments'],
  [['why', '--secret', 'x'], 'regsecret why FLAGS --secret x --image ghcr.io/org/app:v1'],
  [['why', 'nginx', '--secret', 'x'], 'regsecret why FLAGS --secret x --image nginx'],
  [['why', 'team/app', '--secret', 'x', '--sa', 'ci'], 'regsecret why FLAGS --secret x --sa ci --image team/app'],
  [['why', 'deploy/web', '--secret', 'x'], 'regsecret why FLAGS deploy/web --secret x --image ghcr.io/org/app:v1'],
])('%j', (args, hint) => {
  test.each(GIVEN)('%j', async (flags, shown) => {
    const { stderr } = await here([...args, ...flags], { env: { KUBECONFIG: '/nope' } });
    expect(/^hint: (.*)$/m.exec(stderr)?.[1]).toBe(hint.replace('FLAGS', () => shown));
  });
});

test.each([
  [['list'], ''],
  [['inspect', '-n', 'team-a'], ''],
  [['list', '--context', 'one', '--as', 'jane'], ' --context one --as jane'],
])('%j of a server that nobody answers for', async (args, shown) => {
  const { expand } = machine({
    files: {
      '$HOME/config': JSON.stringify({
        'current-context': 'one',
        contexts: [{ name: 'one', context: { cluster: 'one', user: 'one' } }],
        clusters: [{ name: 'one', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'one', user: {} }],
      }),
    },
  });
  const kubeconfig = expand('$HOME/config');
  const { stderr } = await here([...args, '--kubeconfig', kubeconfig, '--token', 'hunter2'], {});
  expect(stderr).toContain(
    `hint: check the address: kubectl --kubeconfig ${kubeconfig}${shown} config view --minify\n`,
  );
  expect(stderr).not.toContain('hunter2');
});

test('a context whose name cannot be shown is in no command', async () => {
  const { stderr } = await here(['why', 'deploy/A', '--context', 'a\u202eb'], {});
  expect(stderr).toMatch(/^hint: no command is shown, because .*\n$/m);
});
