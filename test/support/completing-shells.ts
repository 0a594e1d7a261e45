/** Shells that complete, each with the line that sets completion up. The line ends in `ready-2` on the screen. */
import { SHELLS } from './stand-ins.ts';

export interface CompletingShell {
  readonly command: readonly string[];
  /** What is typed first, where `script` is a command that prints the completion script. */
  readonly setUp: (script: string) => string;
}

const ALL: Readonly<Record<string, CompletingShell>> = {
  bash: {
    command: ['bash', '--norc', '--noprofile', '-i'],
    setUp: (script) => `source <(${script} bash); echo ready-$((1+1))`,
  },
  zsh: {
    command: ['zsh', '-f', '-i'],
    setUp: (script) => `autoload -U compinit; compinit -u -D; source <(${script} zsh); echo ready-$((1+1))`,
  },
  fish: {
    command: ['fish', '--no-config', '-i'],
    setUp: (script) => `${script} fish | source; echo ready-(math 1+1)`,
  },
};

/** Those that this machine has, by name. */
export const COMPLETING_SHELLS: readonly (readonly [name: string, shell: CompletingShell])[] = Object.entries(
  ALL,
).filter(([name]) => SHELLS.includes(name));
