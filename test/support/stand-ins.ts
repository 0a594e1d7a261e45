/** Fake programs that only record how they were started, and shells that start them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = `#!/bin/sh
printf '%s\\0' "$#" "\${0##*/}" "$@" >> "$RECORD"
`;
const PROGRAMS = ['kubectl', 'regsecret', 'docker', 'curl', 'vi', 'helm', 'touch', 'ls', 'sed'];

/** As functions of the shell, they record the same, and no process has to be started for each of thousands of lines. */
const posixFunction = (name: string): string => `${name}() { printf '%s\\0' "$#" ${name} "$@" >> "$RECORD"; }\n`;
const fishFunction = (name: string): string =>
  `function ${name}; printf '%s\\0' (count $argv) ${name} $argv >> $RECORD; end\n`;

/** The POSIX shells of this machine, and shells that parse these command lines in the same way. */
export const SHELLS: readonly string[] = ['sh', 'bash', 'zsh', 'fish'].filter((shell) => {
  return spawnSync(shell, ['-c', 'true']).error === undefined;
});

/**
 * The programs that each line starts when `shell` runs `lines` one after the other in a folder of their own. Throws where they
 * write other files than `files`.
 */
export function startedBy(
  shell: string,
  lines: readonly string[],
  files: readonly string[] = [],
): readonly (readonly (readonly string[])[])[] {
  const folder = mkdtempSync(join(tmpdir(), 'stand-ins-'));
  try {
    const [bin, work, record] = [join(folder, 'bin'), join(folder, 'work'), join(folder, 'record')];
    for (const path of [bin, work]) mkdirSync(path);
    for (const program of PROGRAMS) {
      writeFileSync(join(bin, program), SCRIPT);
      chmodSync(join(bin, program), 0o755);
    }
    const script = lines.map((line) => `${line}\nprintf '%s' 'END' >> ${record}\n`).join('');
    writeFileSync(
      join(folder, 'script'),
      PROGRAMS.map(shell === 'fish' ? fishFunction : posixFunction).join('') + script,
    );
    // Without XDG_RUNTIME_DIR, fish would leave a folder in /tmp.
    const env = { PATH: bin, HOME: '/home/jane', RECORD: record, XDG_RUNTIME_DIR: folder };
    const path = execFileSync('/bin/sh', ['-c', 'command -v "$0"', shell]).toString().trim();
    spawnSync(path, [join(folder, 'script')], { cwd: work, env, stdio: 'ignore' });
    const written = readdirSync(work).filter((file) => !files.includes(file));
    if (written.length > 0) throw new Error(`${shell} wrote ${written.join(', ')}`);
    const records = recordsIn(readFileSync(record, 'utf8'));
    if (records.length !== lines.length)
      throw new Error(`${shell} ended after ${records.length} of ${lines.length} lines`);
    return records;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The programs of each line. An argument may hold anything but NUL, so arguments are counted instead of searching for an end. */
function recordsIn(text: string): string[][][] {
  const words = text.split('\0');
  const lines: string[][][] = [[]];
  let at = 0;
  while (at < words.length - 1 || words[at]?.startsWith('END')) {
    const word = words[at] ?? '';
    if (word.startsWith('END')) {
      lines.push([]);
      words[at] = word.slice(3);
      if (words[at] === '') break;
      continue;
    }
    const count = Number(word);
    lines.at(-1)?.push(words.slice(at + 1, at + 2 + count));
    at += 2 + count;
  }
  return lines.slice(0, -1);
}
