/** Runs the program in a real terminal, reads its screen and types keys. */
import { setTimeout as delay } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
import { artefact } from './program.ts';

export interface Terminal {
  /** Everything shown so far, without colours and cursor movements. */
  readonly screen: () => string;
  /** The raw output. */
  readonly raw: () => string;
  /** Waits until `text` is shown after the last text that was seen. */
  readonly see: (text: string) => Promise<void>;
  readonly type: (keys: string) => void;
  readonly resize: (columns: number) => void;
  /** The exit code. */
  readonly ended: Promise<number>;
}

export const keys = {
  enter: '\r',
  space: ' ',
  up: '\u001b[A',
  down: '\u001b[B',
  left: '\u001b[D',
  backspace: '\u007f',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  ctrlZ: '\u001a',
} as const;

const DEADLINE_MS = 50_000;

/** Starts `regsecret ARGS` in a terminal of 30 lines. Of the machine's environment it gets only PATH. */
export function terminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  columns: number = 100,
): Terminal {
  return terminalOf([...artefact(), ...args], env, columns);
}

/** Starts any command in the same way. */
export function terminalOf(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  columns: number,
): Terminal {
  const pty = spawn(file, args, {
    name: 'xterm',
    cols: columns,
    rows: 30,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', ...env },
  });
  let raw = '';
  let seen = 0;
  pty.onData((data) => {
    raw += data;
  });
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  const screen = (): string => strip(raw);
  return {
    screen,
    raw: () => raw,
    ended,
    type: (text) => pty.write(text),
    resize: (width) => pty.resize(width, 30),
    async see(text) {
      const deadline = Date.now() + DEADLINE_MS;
      for (;;) {
        const shown = screen();
        const found = shown.indexOf(text, seen);
        if (found >= 0) {
          seen = found + text.length;
          return;
        }
        if (Date.now() > deadline)
          throw new Error(`the terminal does not show ${text}, but ${JSON.stringify(shown.slice(seen))}`);
        await delay(10);
      }
    },
  };
}

function strip(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]|\u001b[=>]/g, '');
}
