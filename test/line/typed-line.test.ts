/** The typed line, read from its words and corrected. */
import { describe, expect, test } from 'vitest';
import { buildProgram, optionsOf } from '../../src/cli.ts';
import { readLine } from '../../src/commands/read-line.ts';
import { words } from '../../src/line/command.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { TypedLine } from '../../src/line/typed-line.ts';
import { fakeIo } from '../support/io.ts';

function read(line: string): TypedLine {
  const args = line.split(' ');
  const program = buildProgram(args, fakeIo(), 'regsecret', () => undefined);
  return readLine(args, { options: optionsOf(program, args), env: { TOKEN: 'x' } });
}

const shown = (line: TypedLine): string | undefined => formatCommand(line.command, { shell: 'posix', given: {} });

describe('as it was typed', () => {
  test.each([
    ['list -A --problems', 'list -A --problems'],
    ['doctor -ARv -ojson', 'doctor -A -R -v -o json'],
    ['sync pull --to=a,b -l x=y --dry-run=client', 'sync pull --to a,b -l x=y --dry-run=client'],
    ['why -- pod/web', 'why pod/web'],
    // The flags of the cluster are added to every command.
    ['list --context c -n team --token hunter2', 'list'],
    ['create x --docker-username u --docker-password hunter2', 'create x --docker-username u --password-stdin'],
    ['create x --server u:hunter2@r.io', 'create x --server r.io'],
    // What may be a password at the wrong place.
    ['create Hunter2! --username jane:Hunter2', 'create NAME --username USER'],
    ['sync pull -l Hunter2! --to Hunter2!', 'sync pull -l LABELS --to NAMESPACES'],
    ['rotate --password-env Hunter2', 'rotate --password-env VARIABLE'],
    ['rotate --password-env TOKEN', 'rotate --password-env TOKEN'],
    ['rotate --password-file Hunter2', 'rotate --password-file FILE'],
    ['create x --email Hunter2 --docker-server hunter2', 'create x --email EMAIL --docker-server SERVER'],
  ])('%s', (line, text) => {
    expect(shown(read(line))).toBe(`regsecret ${text}`);
  });
});

describe('corrected', () => {
  const line = read('attach pull --to deploy/web --wait');
  test.each([
    [line.with(words`--yes`), 'attach pull --to deploy/web --wait --yes'],
    [line.with(words`--to sts/db`), 'attach pull --to sts/db --wait'],
    [line.with(words`${{ namespace: 'team' }} --restart`), 'attach pull -n team --to deploy/web --wait --restart'],
    [line.without('--to', '--wait'), 'attach pull'],
    [line.corrected({ names: ['other'] }), 'attach other --to deploy/web --wait'],
    [line.corrected({ rename: new Map([['pull', 'regcred']]) }), 'attach regcred --to deploy/web --wait'],
    [line.corrected({ rename: new Map([['deploy/web', 'deploy/wep']]) }), 'attach pull --to deploy/wep --wait'],
    [read('attach --wait').corrected({ rename: new Map([['regsecret', 'pull']]) }), 'attach pull --wait'],
    [read('sync --to a,tem-b').corrected({ rename: new Map([['tem-b', 'team-b']]) }), 'sync --to a,team-b'],
    [read('attach secret/pull').corrected({ rename: new Map([['pull', 'pull']]) }), 'attach pull'],
  ])('%#: %s', (corrected, text) => {
    expect(shown(corrected)).toBe(`regsecret ${text}`);
  });
});
