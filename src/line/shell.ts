/** How the shells that people paste into read a word. */

/** sh, bash, zsh and fish, or PowerShell from 5.1 on. */
export type Shell = 'posix' | 'powershell';

/** The shell that a person pastes into. On Windows the shells of MSYS and Cygwin, which set SHELL, are POSIX shells. */
export function shellOf(env: { readonly SHELL?: string | undefined }, system: NodeJS.Platform): Shell {
  return system === 'win32' && !env.SHELL ? 'powershell' : 'posix';
}

type Shown = string | { readonly home: string } | { readonly refused: string };

/** `word` quoted for `shell`. Undefined where the shell cannot pass it on. */
export function quoteFor(shell: Shell, word: Shown): string | undefined {
  if (typeof word === 'string') return shell === 'posix' ? quotePosix(word) : quotePowerShell(word);
  if ('refused' in word) return undefined;
  return shell === 'posix' ? `~/${word.home}` : `$HOME/${word.home}`;
}

/** Text without a meaning to any shell. `=` and `~` have one at the beginning in zsh and others, and `~` after `=` in bash. */
const PLAIN_POSIX = /^[\w@+:,./-][\w@%+=:,./-]*$/;

/** Only fish reads a backslash in single quotes before another backslash or a quote. So backslashes stand outside the quotes. */
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
 * Typographic quotes also end a string. Up to PowerShell 7.2, three things do not arrive: quotes within an argument, an empty
 * argument, and a backslash before the quotes that are put around spaces (about_Parsing, `$PSNativeCommandArgumentPassing`).
 */
function quotePowerShell(text: string): string | undefined {
  if (text === '' || /["\0]/.test(text) || /\s.*\\$/s.test(text)) return undefined;
  // `-a.b` would be two arguments.
  if (PLAIN_POWERSHELL.test(text) && !/^-.*[.:]/.test(text)) return text;
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}
