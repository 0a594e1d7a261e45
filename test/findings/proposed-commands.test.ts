/** The commands that findings propose, for objects with hostile names and texts. */
import { describe, expect, test } from 'vitest';
import { fixFor, proposedFix, reachableFix } from '../../src/findings/finding.ts';
import { type Command, stepsIn } from '../../src/line/command.ts';
import { argvOf, type CommandContext, formatCommand } from '../../src/line/format-command.ts';
import type { GivenFlags } from '../../src/line/given-flags.ts';
import { type TypedFlag, TypedLine } from '../../src/line/typed-line.ts';
import { printable } from '../../src/text/printable.ts';
import { some, whole } from '../support/cases.ts';
import { FINDINGS } from '../support/finding-samples.ts';
import { NASTY_TEXTS } from '../support/nasty-texts.ts';
import { programsOf, unlike, variants } from '../support/proposals.ts';
import { SHELLS, startedBy } from '../support/stand-ins.ts';

const POSIX = { shell: 'posix', given: {} } as const;

const samples = [...new Map(FINDINGS.map((found) => [`${found.code} ${shown(fixFor(found))}`, found])).values()];

function shown(command: Command, given: GivenFlags = {}): string {
  return formatCommand(command, { shell: 'posix', given }) ?? '';
}

function filesOf(command: Command): readonly string[] {
  return stepsIn(command).flatMap(({ output = [] }) => output);
}

test('there is one of each code, and each has a command', () => {
  expect(new Set(samples.map(({ code }) => code)).size).toBe(new Set(FINDINGS.map(({ code }) => code)).size);
  expect(FINDINGS.filter((found) => shown(fixFor(found)) === '')).toEqual([]);
});

describe('the flags of cluster, user and namespace', () => {
  const FLAGS: readonly [given: GivenFlags, words: readonly string[], kubectl?: readonly string[]][] = [
    [{ kubeconfig: "jane's config" }, ['--kubeconfig', "jane's config"]],
    [{ context: 'prod; rm -rf /' }, ['--context', 'prod; rm -rf /']],
    [{ cluster: '$(id)' }, ['--cluster', '$(id)']],
    [{ user: 'a b' }, ['--user', 'a b']],
    [{ as: 'system:serviceaccount:a:b' }, ['--as', 'system:serviceaccount:a:b']],
    [{ asGroup: ['g 1', '-g2'] }, ['--as-group', 'g 1', '--as-group', '-g2']],
    [{ asUid: '7' }, ['--as-uid', '7']],
    [{ apiServer: 'https://h:6443' }, ['--api-server', 'https://h:6443'], ['--server', 'https://h:6443']],
    [{ insecureSkipTlsVerify: true }, ['--insecure-skip-tls-verify']],
    [{ certificateAuthority: '~/ca.pem' }, ['--certificate-authority', '~/ca.pem']],
    [{ clientCertificate: 'c', clientKey: 'k' }, ['--client-certificate', 'c', '--client-key', 'k']],
    [{ tlsServerName: 'n' }, ['--tls-server-name', 'n']],
    [{ namespace: 'given' }, ['-n', 'given']],
    [{ context: '', kubeconfig: '' }, []],
  ];

  test.each(FLAGS)('%j', (given, words, kubectlWords = words) => {
    for (const found of samples) {
      const plain = programsOf(fixFor(found));
      for (const [index, program] of programsOf(fixFor(found), given).entries()) {
        const [name = ''] = program;
        const expected = flagsFor(name, plain[index] ?? []);
        const start = name === 'kubectl' ? 1 : 2;
        expect(program, found.code).toEqual((plain[index] ?? []).toSpliced(start, 0, ...expected));
      }
    }

    function flagsFor(name: string, plain: readonly string[]): readonly string[] {
      if (name !== 'kubectl' && name !== 'regsecret') return [];
      const offline = OFFLINE.some((mark) => plain.join(' ').includes(mark));
      const scoped = plain.includes('-n') || ['node', 'debug'].some((word) => plain.slice(1, 3).includes(word));
      if (offline || (given.namespace !== undefined && scoped)) return [];
      return name === 'kubectl' ? kubectlWords : words;
    }
  });

  /** Marks commands that use no cluster. */
  const OFFLINE = ['--write', '--local', 'doctor -f -', '--dry-run=client -o yaml'];

  test.each(SHELLS)('reach the programs in %s', (shell) => {
    const given: GivenFlags = { context: "jane's; touch PWNED", as: '$(id)', asGroup: ['a b'], kubeconfig: '~/x' };
    const lines = samples.map((found) => shown(fixFor(found), given));
    const started = startedBy(
      shell,
      lines,
      samples.flatMap((found) => filesOf(fixFor(found))),
    );
    for (const [index, found] of samples.entries()) {
      expect(started[index]?.toSorted()).toEqual(programsOf(fixFor(found), given).toSorted());
    }
  });

  test.each(NASTY_TEXTS)('%j as a context, a file or a user', (text) => {
    for (const key of ['context', 'kubeconfig', 'as'] as const) {
      const given = { [key]: text };
      const command = fixFor(samples[0] as (typeof samples)[0]);
      const line = formatCommand(command, { shell: 'posix', given });
      if (printable(text) !== text) expect(line).toBeUndefined();
      else if (text !== '') expect(programsOf(command, given)[0]).toContain(text);
    }
  });

  test('a token is not among them', () => {
    const given = { token: 'hunter2', context: 'prod' } as GivenFlags;
    for (const found of samples) expect(shown(fixFor(found), given)).not.toContain('hunter2');
  });
});

describe('with nasty texts', () => {
  const commands = new Map<string, Command>();
  let places = 0;
  let refused = 0;
  for (const found of samples) {
    places += variants(found, 'x').length;
    for (const text of some(NASTY_TEXTS, 20)) {
      for (const other of variants(found, text)) {
        const command = fixFor(other);
        const line = formatCommand(command, POSIX);
        if (line === undefined) refused += 1;
        else commands.set(line, command);
      }
    }
  }
  const lines = [...commands.keys()];

  test('there are many, and none where a name is one that nothing has', () => {
    expect(places).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(places * (whole ? 10 : 2));
    expect(lines.length).toBeGreaterThan(whole ? 1000 : 300);
    expect(lines.filter((line) => printable(line) !== line)).toEqual([]);
  });

  test('only words with texts of others differ from what is proposed otherwise', () => {
    const differences = samples.flatMap((found) => unlike(found, fixFor).map((text) => `${found.code}: ${text}`));
    expect(differences).toEqual([]);
  });

  test.each(SHELLS)(
    '%s starts the programs that are meant, with their arguments, and no others',
    { timeout: 120_000 },
    (shell) => {
      const started = startedBy(shell, lines, [...commands.values()].flatMap(filesOf));
      for (const [index, line] of lines.entries()) {
        expect(started[index]?.toSorted(), line).toEqual(programsOf(commands.get(line) as Command).toSorted());
      }
    },
  );

  test('PowerShell gets no `&&`, and no argument that it would take apart', () => {
    for (const command of commands.values()) {
      const line = formatCommand(command, { shell: 'powershell', given: {} }) ?? '';
      const bare = line
        .replaceAll('; if ($?) { ', '')
        .replace(/(?: \})+$/, '')
        .replace(/'(?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*'/g, '')
        .replaceAll(' | ', '')
        .replace(filesOf(command).length === 0 ? '' : ' > ', '');
      expect(bare, line).not.toMatch(/[;&|`$(){}<>"'@#,\u2018-\u201b]/);
    }
  });
});

/** What each finding proposes in a namespace, to a command line that did not select it. */
test.each<[string, CommandContext]>([
  ['-A', answering({ names: ['-A'], words: ['-A'] })],
  ['-l', answering({ names: ['-l'], words: ['-l', 'a=b'] })],
  ['the context of another namespace', answering()],
  ['-n for another namespace', { ...answering(), given: { namespace: 'other7' }, home: { namespace: 'other7' } }],
])('no finding carries a login of this machine, or changes what it was not about: %s', (_, context) => {
  const programs = FINDINGS.flatMap((found) => {
    const { command, sufficient } = reachableFix(proposedFix(found), context);
    return programsIn(command, context).map((argv) => ({ argv, sufficient }));
  });
  const verbs = (...some: string[]) =>
    programs.filter(({ argv }) => argv[0] === 'regsecret' && some.includes(argv[1] ?? ''));
  const placed = verbs('create').filter(({ argv }) => argv.includes('-n') && argv.includes('ns7'));
  const isCarried = ({ argv }: (typeof programs)[number]): boolean =>
    !argv.some((word) => ['--password-stdin', '--from-file', '--dry-run=client'].includes(word));
  expect(placed.length).toBeGreaterThan(20);
  expect(placed.filter(isCarried)).toEqual([]);
  expect(placed.filter(({ argv, sufficient }) => sufficient && argv.includes('--password-stdin'))).toEqual([]);
  expect(verbs('rotate', 'delete')).toEqual([]);
  expect(verbs('sync').filter(({ argv }) => !argv.includes('--dry-run=client'))).toEqual([]);
});

function answering(...flags: TypedFlag[]): CommandContext {
  return { ...POSIX, typed: new TypedLine('doctor', [], flags), home: { namespace: 'home7' } };
}

function programsIn({ pipe, next, output: _, ...alone }: Command, context: CommandContext): string[][] {
  const rest = [pipe, next].flatMap((more) => (more === undefined ? [] : programsIn(more, context)));
  return [...(argvOf(alone, context) ?? []), ...rest];
}
