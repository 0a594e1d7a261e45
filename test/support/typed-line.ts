/** Command lines as they are typed, each with its exit code and the first line that it prints. Nothing is contacted. */
import { expect, test } from 'vitest';
import { here } from './here.ts';

type Row = readonly [line: string, code: number, firstLine: string];

/** The result of every valid command line: it stops here because there is no kubeconfig. */
export const UNDERSTOOD = [1, 'error: no kubeconfig: /nowhere/.kube/config does not exist'] as const;
export const LOGIN = '--docker-username=u --docker-password=p --dry-run=client -o name';

export const typed = (line: string): string[] =>
  line.split(' ').flatMap((word) => (word === '' ? [] : [word.replace(/^''$/, '').replaceAll('\\n', '\n')]));

export function check(rows: readonly Row[]): void {
  test.each(rows)('%s', async (line, code, firstLine) => {
    const ran = await here(typed(line), { env: { HOME: '/nowhere' }, stdin: 'secret' });
    const [first] = (code === 0 ? ran.stdout : ran.stderr).split('\n');
    expect([ran.code, first]).toEqual([code, firstLine]);
    if (code !== 0) expect(ran.stdout).toBe('');
  });
}
