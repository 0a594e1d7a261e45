/** Where a proposed command carries the logins of this machine, and where it asks for a login instead. */
import { expect, test } from 'vitest';
import { andThen, type Command, command } from '../../src/line/command.ts';
import { lineOf } from '../../src/line/deed.ts';
import { argvOf, type CommandContext, formatCommand } from '../../src/line/format-command.ts';
import { type TypedFlag, TypedLine } from '../../src/line/typed-line.ts';

const create = (namespace: string | undefined, servers = ['ghcr.io']): Command =>
  lineOf({ do: 'create', secret: 'pull', namespace, servers });

/** What the line `doctor` with these flags proposes to, in a context with the namespace `home`. */
function answering(flags: readonly TypedFlag[], namespace?: string): CommandContext {
  const typed = new TypedLine('doctor', [], flags);
  return { shell: 'posix', given: { namespace }, typed, home: { namespace: namespace ?? 'home' } };
}

const ALL: TypedFlag = { names: ['-A', '--all-namespaces'], words: ['-A'] };
const LABELS: TypedFlag = { names: ['-l', '--selector'], words: ['-l', 'team=a'], value: 'team=a' };
const USER: TypedFlag = { names: ['--username'], words: ['--username', 'jane'], value: 'jane' };

const own = (namespace?: string): string =>
  `regsecret create pull ${namespace === undefined ? '' : `-n ${namespace} `}--server ghcr.io`;
const typed = (namespace?: string): string => `${own(namespace)} --username USER --password-stdin`;

test.each<[string, CommandContext, Command, string]>([
  ['the namespace of -n', answering([], 'team'), create('team'), own('team')],
  ['another one than that of -n', answering([], 'team'), create('plat'), typed('plat')],
  ['that of the context, beside -n', answering([], 'team'), create('home'), typed('home')],
  ['that of the context', answering([]), create('home'), own('home')],
  ['another one than that of the context', answering([]), create('team'), typed('team')],
  ['none, which is that of the context', answering([]), create(undefined), own()],
  ['one that -A found', answering([ALL]), create('team'), typed('team')],
  ['that of the context, which -A found', answering([ALL]), create('home'), typed('home')],
  ['none, under -A', answering([ALL]), create(undefined), typed()],
  ['one with the labels of -l', answering([LABELS]), create('team'), typed('team')],
  ['that of the context, which has the labels of -l', answering([LABELS]), create('home'), typed('home')],
  ['that of -n, whose copies -A selects', answering([ALL], 'team'), create('team'), own('team')],
  ['one of a manifest: no kubeconfig was read', { ...answering([]), home: {} }, create('team'), typed('team')],
  ['a user that was typed', answering([ALL, USER]), create('team'), `${own('team')} --username jane --password-stdin`],
  [
    'a user that a finding names',
    answering([ALL]),
    lineOf({ do: 'create', secret: 'pull', namespace: 'team', servers: ['ghcr.io'], username: 'mallory' }),
    typed('team'),
  ],
  [
    'no server, so that every login of this machine would do',
    answering([ALL]),
    create('team', []),
    'regsecret create pull -n team --server REGISTRY --username USER --password-stdin',
  ],
  [
    'a step after another',
    answering([ALL]),
    andThen(command`kubectl get nodes`, create('team')),
    `kubectl get nodes && ${typed('team')}`,
  ],
  [
    'the end of a pipe',
    answering([ALL]),
    { ...command`kubectl get nodes`, pipe: create('team') },
    `kubectl get nodes | ${typed('team')}`,
  ],
])('%s', (_, context, proposed, line) => {
  expect(formatCommand(proposed, context)).toBe(line);
  if (!line.includes('|'))
    expect(
      argvOf(proposed, context)
        ?.map((argv) => argv.join(' '))
        .join(' && '),
    ).toBe(line);
});
