/**
 * Models the part of cmd.exe that decides which arguments reach a program started by a batch file, after Microsoft's description
 * of cmd.exe and of batch files.
 */

/** The arguments of the one program that a line starts, or the fact that it starts something else. */
export type Arrived = readonly string[] | 'something else';

/** Variables set on this machine, so that a name between `%` or `!` expands. */
const VARIABLES: Readonly<Record<string, string>> = { PATH: 'EXPANDED', A: 'EXPANDED', CD: 'EXPANDED', a: 'EXPANDED' };

/** The ways in which batch files pass on their arguments. The text that replaces `%*` and `%1` is not scanned again for `%`. */
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

/** What `cmd.exe /s /c LINE` passes to the batch file at the beginning of LINE. */
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

/** Models a nested cmd.exe, which strips the first and the last quote because there are more than two. */
function nested(line: string): Arrived {
  const text = operatorsOf(line);
  if (text === undefined) return 'something else';
  const inner = text.slice(text.indexOf('/C ') + 3).replace(/^"|"$/g, '');
  const arrived = started(percent(inner));
  return arrived === 'something else' ? arrived : arrived.slice(1);
}

/** The first pass expands variables anywhere in the line. A name that is not a variable stays. */
function percent(line: string): string {
  return line.replace(/%([^%:]+)(?::[^%]*)?%/g, (all, name: string) => VARIABLES[name] ?? all);
}

/** The last pass, delayed expansion, where it is enabled. It removes carets from a text that contains a `!`. */
function delayed(line: string): string {
  if (!line.includes('!')) return line;
  return line.replace(/\^(.?)/gs, '$1').replace(/!([^!]*)!?/g, (_, name: string) => VARIABLES[name] ?? '');
}

/** The second pass handles quotes, carets and operators. Returns undefined for more than one program or a redirection. */
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

/** `CommandLineToArgvW`: 2n backslashes before a quote become n and the quote delimits; 2n+1 become n and a literal quote. */
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
