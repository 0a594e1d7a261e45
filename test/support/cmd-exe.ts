/** As much of cmd.exe as decides what a program gets that a batch file starts, after Microsoft's description of both. */

/** What a line has come to: the arguments of the one program that it starts, or that it starts something else. */
export type Arrived = readonly string[] | 'something else';

/** What the machine has set, so that a name between `%` or `!` is one of a variable. */
const VARIABLES: Readonly<Record<string, string>> = { PATH: 'EXPANDED', A: 'EXPANDED', CD: 'EXPANDED', a: 'EXPANDED' };

/** How batch files hand on what they are given. `%*` and `%1` stand for text that is not looked at again for `%`. */
export const BATCH_FILES: Readonly<Record<string, (given: Given) => Arrived>> = {
  'program.exe %*': ({ tail }) => started(`program.exe ${tail}`),
  'program.exe %1 %2 …': ({ words }) => started(['program.exe', ...words].join(' ')),
  'program.exe "%~1" "%~2" …': ({ words }) =>
    started(['program.exe', ...words.map((word) => `"${word.replace(/^"|"$/g, '')}"`)].join(' ')),
  '"%COMSPEC%" /C ""program.exe" "script" %*"': ({ tail }) => nested(`"cmd.exe" /C ""program.exe" "script" ${tail}"`),
  'setlocal EnableDelayedExpansion, program.exe %*': ({ tail }) => started(delayed(`program.exe ${tail}`)),
};

interface Given {
  readonly tail: string;
  readonly words: readonly string[];
}

/** What `cmd.exe /s /c LINE` gives to the batch file at the beginning of LINE. */
export function givenTo(batch: string, line: string): Given | 'something else' {
  const text = operatorsOf(percent(line.replace(/^"|"$/g, '')));
  if (text === undefined || !text.startsWith(`"${batch}"`)) return 'something else';
  const tail = text.slice(batch.length + 2).trimStart();
  return { tail, words: tail.match(/(?:"[^"]*"?|[^\s,;="])+/g) ?? [] };
}

function started(line: string): Arrived {
  const text = operatorsOf(line);
  return text === undefined ? 'something else' : argvOf(text).slice(1);
}

/** A second cmd.exe, which takes the first and the last quote away, as there are more than two. */
function nested(line: string): Arrived {
  const text = operatorsOf(line);
  if (text === undefined) return 'something else';
  const inner = text.slice(text.indexOf('/C ') + 3).replace(/^"|"$/g, '');
  const arrived = started(percent(inner));
  return arrived === 'something else' ? arrived : arrived.slice(1);
}

/** The first pass: variables, wherever they stand. What is no variable stays. */
function percent(line: string): string {
  return line.replace(/%([^%:]+)(?::[^%]*)?%/g, (all, name: string) => VARIABLES[name] ?? all);
}

/** The last pass, where it is on; it takes carets away in a text that has a `!`. */
function delayed(line: string): string {
  if (!line.includes('!')) return line;
  return line.replace(/\^(.?)/gs, '$1').replace(/!([^!]*)!?/g, (_, name: string) => VARIABLES[name] ?? '');
}

/** The second pass: quotes, carets and operators. Undefined where there is more than one program, or a file that is opened. */
function operatorsOf(line: string): string | undefined {
  let quoted = false;
  let text = '';
  for (let index = 0; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (/[\r\n\0]/.test(char)) return undefined;
    if (char === '"') quoted = !quoted;
    if (!quoted && /[&|<>]/.test(char)) return undefined;
    if (!quoted && char === '^') index += 1;
    text += line.charAt(index);
  }
  return text;
}

/** `CommandLineToArgvW`: 2n backslashes and a quote are n and the quote, 2n+1 are n and a quote of the text. */
export function argvOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (const [piece] of line.matchAll(/\\*"|\\+|[\s\S]/g)) {
    if (piece.endsWith('"')) {
      const backslashes = piece.length - 1;
      word = (word ?? '') + '\\'.repeat(backslashes >> 1);
      if (backslashes % 2 === 1) word += '"';
      else quoted = !quoted;
    } else if (!quoted && /^[ \t]$/.test(piece)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + piece;
  }
  return word === undefined ? words : [...words, word];
}
