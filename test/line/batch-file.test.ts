/** An argument reaches the program behind a batch file unchanged, or regsecret starts nothing. */
import { describe, expect, test } from 'vitest';
import { batchStart, isBatchFile } from '../../src/line/batch-file.ts';
import { argvOf, BATCH_FILES, givenTo } from '../support/cmd-exe.ts';
import { fc } from '../support/fast-check.ts';
import { NASTY_TEXTS } from '../support/nasty-texts.ts';

const FILE = 'C:\\Program Files (x86)\\R&D\\tool.cmd';

/** The command line after `/c`; undefined if nothing is started. */
function lineFor(args: readonly string[], file = FILE): string | undefined {
  return batchStart(file, args, 'C:\\Windows')?.line.at(-1);
}

describe('the model of cmd.exe', () => {
  test.each<[argument: string, arrived: unknown]>([
    ['a', ['a']],
    ['"a b"', ['a b']],
    ['"a&b"', ['a&b']],
    ['a&calc', 'something else'],
    ['"a"&calc', 'something else'],
    ['%PATH%', ['EXPANDED']],
    ['"%PATH%"', ['EXPANDED']],
    ['"%NOBODY%"', ['%NOBODY%']],
    ['a^b', ['ab']],
    ['"a\\\\"', ['a\\']],
    ['"a\\"', ['a"']],
  ])('a file gets %s as it is described', (argument, arrived) => {
    const given = givenTo(FILE, `"${`"${FILE}" ${argument}`}"`);
    expect(given === 'something else' ? given : BATCH_FILES['program.exe %*']?.(given)).toEqual(arrived);
  });

  test('what is in quotes is not in gcloud.cmd', () => {
    const nested = BATCH_FILES['"%COMSPEC%" /C ""program.exe" "script" %*"'];
    expect(nested?.({ tail: '"a b"', words: [] })).toEqual(['a b']);
    expect(nested?.({ tail: '"a&calc"', words: [] })).toBe('something else');
  });

  test.each([
    ['"a b" c', ['a b', 'c']],
    ['a\\\\\\"b', ['a\\"b']],
    ['a\\\\b "" c', ['a\\\\b', '', 'c']],
  ])('%s are %j', (line, words) => {
    expect(argvOf(line)).toEqual(words);
  });
});

describe('a word', () => {
  test.each([
    ['get', 'get'],
    ['--cluster-name', '--cluster-name'],
    ['C:\\a\\b.yaml', 'C:\\a\\b.yaml'],
    ['arn:aws:eks:eu-central-1:1:cluster/a', 'arn:aws:eks:eu-central-1:1:cluster/a'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a=b', '"a=b"'],
    ['a,b;c', '"a,b;c"'],
    ['a\\', '"a\\\\"'],
    ['C:\\a b\\', '"C:\\a b\\\\"'],
    ['/?', '"/?"'],
    ['(a)', '"(a)"'],
    ["it's", '"it\'s"'],
    ['日本', '"日本"'],
  ])('%j is %s', (text, quoted) => {
    expect(lineFor([text])).toBe(`""${FILE}" ${quoted}"`);
  });

  test.each(['"', 'a"b', '%PATH%', '50%', '!A!', 'a^b', 'a&b', 'a|b', 'a<b', 'a>b', 'a\nb', 'a\r', 'a\0'])(
    '%j is refused',
    (text) => {
      expect(lineFor(['get', text])).toBeUndefined();
    },
  );
});

describe.each(Object.entries(BATCH_FILES))('through %s', (_, hand) => {
  function arrived(args: readonly string[]): unknown {
    const line = lineFor(args);
    if (line === undefined) return 'refused';
    const given = givenTo(FILE, line);
    return given === 'something else' ? given : hand(given);
  }

  test.each(NASTY_TEXTS)('%j arrives whole or is refused', (text) => {
    expect([['get', text, 'end'], 'refused']).toContainEqual(arrived(['get', text, 'end']));
  });

  test('any arguments arrive whole or are refused', () => {
    const pieces = fc.constantFrom(...'"%!^&|<>()=,;\\/ \t\n\r\'`~@+-$*?#{}[]aA', '%A%', '!A!', '""', '\\"', ' & ');
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 6 }).map((some) => some.join('')),
      fc.array(fc.constantFrom(..."\\ =,;()'a.:"), { maxLength: 8 }).map((some) => some.join('')),
      fc.string({ maxLength: 8 }),
    );
    let whole = 0;
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (args) => {
        const result = arrived(args);
        if (result !== 'refused') whole += 1;
        // Compares first, because expect() takes longer than all of this.
        if (result !== 'refused' && JSON.stringify(result) !== JSON.stringify(args)) expect(result).toEqual(args);
      }),
      { numRuns: 1000 },
    );
    expect(whole).toBeGreaterThan(100);
  });
});

describe('the file', () => {
  test.each([
    ['C:\\tools\\x.cmd', true],
    ['C:\\tools\\X.BAT', true],
    ['C:\\tools\\x.cmd. .', true],
    ['C:\\tools\\x.exe', false],
    ['C:\\tools\\x.cmd.exe', false],
    ['C:\\x.cmd\\y', false],
  ])('%s: %s', (path, isBatch) => {
    expect(isBatchFile(path)).toBe(isBatch);
  });

  test.each([
    ['C:\\100%\\x.cmd', undefined],
    ['C:\\a"b\\x.cmd', undefined],
    ['C:\\a b\\x.cmd', '""C:\\a b\\x.cmd" get"'],
    ['C:/a/x.cmd', '""C:\\a\\x.cmd" get"'],
  ])('at %s', (path, line) => {
    expect(lineFor(['get'], path)).toBe(line);
  });

  test('runs in the cmd.exe of Windows', () => {
    expect(batchStart('C:\\x.cmd', [], 'D:\\Windows')).toEqual({
      path: 'D:\\Windows\\System32\\cmd.exe',
      line: ['/d', '/e:on', '/v:off', '/s', '/c', '""C:\\x.cmd""'],
    });
  });
});
