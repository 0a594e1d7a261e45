/** The characters of @inquirer/figures that our questions use, about a tenth of its tables. */

/** The same rule as in @inquirer/figures. */
function showsUnicode(): boolean {
  const { platform, env } = process;
  if (!platform.startsWith('win')) return env.TERM !== 'linux';
  return (
    Boolean(env.CI || env.WT_SESSION || env.TERMINUS_SUBLIME) ||
    env.ConEmuTask === '{cmd::Cmder}' ||
    /^(Terminus-Sublime|vscode)$/.test(env.TERM_PROGRAM ?? '') ||
    /^(xterm-256color|alacritty)$/.test(env.TERM ?? '') ||
    env.TERMINAL_EMULATOR === 'JetBrains-JediTerm'
  );
}

const shown = { tick: '✔', circle: '◯', circleFilled: '◉', circleDouble: '◎', pointer: '❯', line: '─' };
const plain = { tick: '√', circle: '( )', circleFilled: '(*)', circleDouble: '( )', pointer: '>', line: '─' };

export const figures = showsUnicode() ? shown : plain;
