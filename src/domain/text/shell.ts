/** How the shells that people paste into read a word. */

/** sh, bash, zsh and fish, or PowerShell from 5.1 on. */
export type Shell = 'posix' | 'powershell';

/** The shell that a person pastes into. On Windows the shells of MSYS and Cygwin, which set SHELL, are POSIX shells. */
export function shellOf(env: { readonly SHELL?: string | undefined }, system: NodeJS.Platform): Shell {
  return system === 'win32' && !env.SHELL ? 'powershell' : 'posix';
}

type Shown = string | { readonly home: string } | { readonly refused: string };

/** `word` as `shell` has to read it; undefined where it cannot pass it on. */
export function quoteFor(shell: Shell, word: Shown): string | undefined {
  if (typeof word === 'string') return shell === 'posix' ? quotePosix(word) : quotePowerShell(word);
  if ('refused' in word) return undefined;
  return shell === 'posix' ? `~/${word.home}` : `$HOME/${word.home}`;
}

/** Nothing in it means anything; `=` and `~` do at the beginning, in zsh and others, and `~` behind an `=` in bash. */
const PLAIN_POSIX = /^[\w@+:,./-][\w@%+=:,./-]*$/;

/** Within single quotes fish reads a backslash before another one and before a quote, the others do not: it stands outside. */
function quotePosix(text: string): string | undefined {
  if (text.includes('\0')) return undefined;
  if (PLAIN_POSIX.test(text)) return text;
  if (text === '') return "''";
  const [start = ''] = /^--?[\w-]+=|^[\w-]+=/.exec(text) ?? [];
  return start + quoteRest(text.slice(start.length));
}

function quoteRest(text: string): string {
  return text
    .split(/('|\\(?=[\\']|$))/)
    .map((piece) => (piece === "'" || piece === '\\' ? `\\${piece}` : piece === '' ? '' : `'${piece}'`))
    .join('');
}

const PLAIN_POWERSHELL = /^[\w/\\+=.:-][\w/\\+=.:%-]*$/;

/**
 * Typographic quotes end a string, too. Up to 7.2 quotes within an argument, an empty one, and a backslash before the
 * quotes that are put around spaces do not arrive (about_Parsing, `$PSNativeCommandArgumentPassing`).
 */
function quotePowerShell(text: string): string | undefined {
  if (text === '' || /["\0]/.test(text) || /\s.*\\$/s.test(text)) return undefined;
  // `-a.b` would be two arguments.
  if (PLAIN_POWERSHELL.test(text) && !/^-.*[.:]/.test(text)) return text;
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}
