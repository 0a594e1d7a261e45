import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { command } from '../../src/line/command.ts';
import { printerFor } from '../../src/output/printer.ts';
import { fakeIo } from '../support/io.ts';

async function said(tty: boolean, env: Record<string, string> = {}): Promise<string> {
  const io = fakeIo({ tty, env });
  const printer = await printerFor(io);
  printer.warn('careful');
  printer.error(new UserError('secret a/b is odd', command`kubectl get secret b`, ['one', 'two']));
  return io.written.stderr;
}

const plain = 'warning: careful\nerror: secret a/b is odd\n  one\n  two\nhint: kubectl get secret b\n';

describe('labels are coloured', () => {
  test('on a terminal', async () => {
    expect(await said(true)).toContain('\u001b[31merror:\u001b[39m secret a/b is odd\n');
  });

  test.each([
    ['without a terminal', false, {}],
    ['with NO_COLOR', true, { NO_COLOR: '1' }],
    ['on a dumb terminal', true, { TERM: 'dumb' }],
  ])('not %s', async (_, tty, env) => {
    expect(await said(tty, env)).toBe(plain);
  });
});

test('text from outside can neither move the cursor nor begin a line', async () => {
  const io = fakeIo();
  const printer = await printerFor(io);
  printer.say('a\u001b[2Jb\nerror: not ours\r\u202ec\u0085');
  expect(io.written.stderr).toBe('a\\x1b[2Jb\\nerror: not ours\\x0d\\u202ec\\x85\n');
});
