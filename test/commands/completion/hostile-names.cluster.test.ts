/** TAB and Enter behind `kubectl regsecret`: kubectl's own script asks kubectl, which asks our `kubectl_complete-regsecret`. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cluster } from '../../environment/use.ts';
import { HOSTILE_NAMES, kubeconfigsNaming, PLAIN_NAMES } from '../../support/completed-names.ts';
import { COMPLETING_SHELLS } from '../../support/completing-shells.ts';
import { artefact, execute } from '../../support/program.ts';
import { terminalOf } from '../../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-kubectl-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What kubectl's script for Bash takes from the package bash-completion, for lines without `:` and `=`. */
const BASH_COMPLETION = `
_get_comp_words_by_ref() {
  cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
}
__ltrim_colon_completions() { :; }
`;

/** kubectl starts three programs for each TAB, so only the names that run something are tried. */
const RUNNING = HOSTILE_NAMES.filter((name) => name.includes('id>ran'));

test.each(COMPLETING_SHELLS)('in %s', { timeout: 300_000 }, async (shell, { command, setUp }) => {
  const work = join(folder, shell);
  const [bin, record, rc] = [join(work, 'bin'), join(work, 'record'), join(work, 'rc')];
  mkdirSync(bin, { recursive: true });
  const put = (name: string, text: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}`);
    chmodSync(join(bin, name), 0o755);
  };
  const program = artefact()
    .map((word) => `'${word}'`)
    .join(' ');
  const { stdout } = await execute([...artefact(), 'completion', 'kubectl']);
  put('kubectl_complete-regsecret', stdout);
  put(
    'kubectl-regsecret',
    `[ "$1" = __complete ] && exec ${program} "$@"\nprintf '%s\\0' "$@" > '${record}'\necho "ran: $2"\n`,
  );
  symlinkSync(cluster().bin.kubectl, join(bin, 'kubectl'));
  writeFileSync(rc, BASH_COMPLETION);
  const env = { HOME: work, XDG_RUNTIME_DIR: work, PATH: `${bin}:${process.env.PATH}` };
  const tty = terminalOf(['/bin/sh', '-c', `cd '${work}' && exec "$0" "$@"`, ...command], env, 400);
  if (shell === 'bash') tty.type(`source ${rc}\r`);
  tty.type(`${setUp('kubectl completion')}\r`);
  await tty.see('ready-2');
  const enter = async (path: string): Promise<readonly string[]> => {
    // What is typed while the shell completes waits until it has inserted what it found.
    tty.type(`kubectl regsecret --kubeconfig ${path} list --context \t\r`);
    await tty.see(`ran: ${path}`);
    expect(existsSync(join(work, 'ran')), path).toBe(false);
    return readFileSync(record, 'utf8').split('\0').slice(4, -1);
  };
  const [plain, hostile] = [PLAIN_NAMES, RUNNING].map((names, index) =>
    kubeconfigsNaming(names, join(work, `${index}`)),
  );
  for (const [index, path] of (plain ?? []).entries()) expect(await enter(path)).toEqual([PLAIN_NAMES[index]]);
  for (const [index, path] of (hostile ?? []).entries()) {
    expect([RUNNING[index], ...(await enter(path))]).toEqual([RUNNING[index]]);
  }
  tty.type('exit\r');
  await tty.ended;
});
