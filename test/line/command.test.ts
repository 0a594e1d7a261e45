/** Commands as words, and where flags are inserted. */
import { describe, expect, test } from 'vitest';
import {
  ALL_NAMESPACES,
  andThen,
  type Command,
  clusterCommand,
  command,
  configCommand,
  fileWord,
  kubectlPath,
  pathWord,
  words,
} from '../../src/line/command.ts';
import { argvOf, formatCommand } from '../../src/line/format-command.ts';
import { formatHint, prose } from '../../src/line/hint.ts';
import { scope } from '../../src/line/object-name.ts';

const POSIX = { shell: 'posix', given: {} } as const;
const PROD = { shell: 'posix', given: { context: 'prod', namespace: 'given' } } as const;
const NS = scope('a');

describe('words', () => {
  test.each<[what: string, made: Command, words: unknown[]]>([
    ['spaces of the template part them', command`kubectl  get\n pods`, ['kubectl', 'get', 'pods']],
    ['what is put in is one word', command`ls ${'a b; c'}`, ['ls', 'a b; c']],
    ['or a part of one', command`ls x/${'a b'}/y=${3}`, ['ls', 'x/a b/y=3']],
    ['an empty text is a word', command`ls ${''} ${''}`, ['ls', '', '']],
    ['nothing is none', command`ls ${undefined} a`, ['ls', 'a']],
    ['a list is several', command`ls ${['a', 'b c']} d`, ['ls', 'a', 'b c', 'd']],
    ['flags are theirs', command`ls ${words`--x ${'-y'}`} z`, ['ls', '--x', '-y', 'z']],
    ['an argument is no flag', command`ls ${'-rf'}`, ['ls', { refused: '-rf' }]],
    ['none of a list either', command`ls ${['a', '-rf']}`, ['ls', 'a', { refused: '-rf' }]],
    ['nor a part in front', command`ls ${'-c'}=x`, ['ls', { refused: '-c=x' }]],
    ['the value of a flag may look like one', command`ls --server ${'-rf'}`, ['ls', '--server', '-rf']],
    ['but not the one after it', command`ls --server ${'a'} ${'-rf'}`, ['ls', '--server', 'a', { refused: '-rf' }]],
    ['nor after a flag with its value', command`ls --a=b ${'-rf'}`, ['ls', '--a=b', { refused: '-rf' }]],
    ['- is stdin', command`ls ${'-'}`, ['ls', '-']],
    ['what is refused stays so', command`ls a/${{ refused: 'x' }}-b`, ['ls', { refused: 'x' }]],
  ])('%s', (_, made, expected) => {
    expect(made.words).toEqual(expected);
  });

  test.each([
    ['-c!touch x', './-c!touch x', './-c!touch x', './-c!touch x'],
    ['-', '-', 'FILE', '-'],
    ['a,b.yaml', 'a,b.yaml', 'a,b.yaml', '"a,b.yaml"'],
    ['a"b', 'a"b', 'a"b', '"a""b"'],
    ['my web.yaml', 'my web.yaml', 'my web.yaml', 'my web.yaml'],
  ])('the file %j', (name, path, file, kubectl) => {
    expect([pathWord(name), fileWord(name), kubectlPath(name)]).toEqual([path, file, kubectl]);
  });
});

const attach = command`regsecret attach regsecret ${NS} --pod web --recreate`;
const copied = {
  ...command`kubectl get secret kubectl ${NS} -o name`,
  pipe: command`regsecret create kubectl ${scope('b')} --from-file -`,
};
const debug = command`kubectl debug node/n -it --image=curlimages/curl -- curl -sv https://r.io/v2/`;

describe('flags', () => {
  test.each([
    [
      command`regsecret create regcred ${NS} --server ghcr.io`,
      'regsecret create --context prod regcred -n a --server ghcr.io',
    ],
    [
      andThen(command`regsecret create ${NS} --server r.io`, attach),
      'regsecret create --context prod -n a --server r.io && regsecret attach --context prod regsecret -n a --pod web --recreate',
    ],
    [
      copied,
      'kubectl --context prod get secret kubectl -n a -o name | regsecret create --context prod kubectl -n b --from-file -',
    ],
    [
      { ...debug, asks: 'cluster' as const },
      'kubectl --context prod debug node/n -it --image=curlimages/curl -- curl -sv https://r.io/v2/',
    ],
    [command`kubectl get pods`, 'kubectl --context prod -n given get pods'],
    [command`regsecret list ${ALL_NAMESPACES}`, 'regsecret list --context prod -A'],
    [command`regsecret create ${scope(undefined)}`, 'regsecret create --context prod -n given'],
    [clusterCommand`kubectl describe node n`, 'kubectl --context prod describe node n'],
    [configCommand`kubectl config get-contexts`, 'kubectl config get-contexts'],
    [words`regsecret attach regsecret -f FILE --write`, 'regsecret attach regsecret -f FILE --write'],
    [command`curl -sv https://r.io/v2/`, 'curl -sv https://r.io/v2/'],
  ])('%j', (made, line) => {
    expect(formatCommand(made, PROD)).toBe(line);
  });
});

describe('a command that takes a shell has no arguments of its own', () => {
  test.each([
    [attach, [['regsecret', 'attach', 'regsecret', '-n', 'a', '--pod', 'web', '--recreate']]],
    [
      andThen(command`docker login`, command`ls ${'a b'}`),
      [
        ['docker', 'login'],
        ['ls', 'a b'],
      ],
    ],
    [
      andThen(andThen(command`ls a`, command`ls b`), command`ls c`),
      [
        ['ls', 'a'],
        ['ls', 'b'],
        ['ls', 'c'],
      ],
    ],
    [copied, undefined],
    [andThen(command`ls`, copied), undefined],
    [words`ls ${{ home: 'x' }}`, undefined],
    [words`ls ${{ refused: 'x' }}`, undefined],
    [{ ...words`ls`, output: 'x' }, undefined],
  ])('%j', (made, argv) => {
    expect(argvOf(made, POSIX)).toEqual(argv);
  });
});

describe('as a line', () => {
  const file = { ...words`regsecret create x --dry-run=client`, output: 'a b.yaml' };

  test.each([
    [file, "regsecret create x --dry-run=client > 'a b.yaml'", "regsecret create x --dry-run=client > 'a b.yaml'"],
    [words`ls ${{ home: '.docker/config.json' }}`, 'ls ~/.docker/config.json', 'ls $HOME/.docker/config.json'],
    [andThen(words`ls a`, words`ls b`), 'ls a && ls b', 'ls a; if ($?) { ls b }'],
    [words`ls ${'a\u202eb'}`, undefined, undefined],
    [words`ls ${'a\nb'}`, undefined, undefined],
    [words`ls ${{ refused: 'x' }}`, undefined, undefined],
    [andThen(words`ls`, words`ls ${'a\0b'}`), undefined, undefined],
    [words`ls ${'a"b'}`, `ls 'a"b'`, undefined],
    [words`ls -l ${'a b'}`, "ls -l 'a b'", "Get-Item 'a b'"],
    [words`ls -ld a`, 'ls -ld a', 'Get-Item a'],
    [words`ls -R a`, 'ls -R a', 'Get-ChildItem -Recurse a'],
    [words`vi ${{ home: '.kube/kuberc' }}`, 'vi ~/.kube/kuberc', 'notepad $HOME/.kube/kuberc'],
    [words`command -v docker-credential-x`, 'command -v docker-credential-x', 'Get-Command docker-credential-x'],
    [words`unset HTTPS_PROXY`, 'unset HTTPS_PROXY', 'Remove-Item Env:HTTPS_PROXY'],
    [words`curl -sv ${'https://r.io'}`, 'curl -sv https://r.io', 'curl.exe -sv https://r.io'],
  ])('%j', (made, posix, powershell) => {
    expect(formatCommand(made, POSIX)).toBe(posix);
    expect(formatCommand(made, { ...POSIX, shell: 'powershell' })).toBe(powershell);
  });

  test('a sentence says texts as they are, and quotes those in commands', () => {
    const hint = prose`choose ${'a b'} with ${words`--server ${'a b'}`}, or all`;
    expect(formatHint(hint, POSIX)).toBe("choose a b with --server 'a b', or all");
    expect(formatHint(prose`choose ${words`--server ${'a\nb'}`}`, POSIX)).toBeUndefined();
  });
});
