/** What a terminal shows while regsecret waits for a registry that does not answer. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { withProgress } from '../../src/output/progress.ts';
import { fakeIo } from '../support/io.ts';
import { regsecret } from '../support/program.ts';
import { startFront } from '../support/registry-front.ts';
import { terminal } from '../support/terminal.ts';

async function silentRegistry(): Promise<string> {
  const front = await startFront({ choose: () => 'hang' });
  onTestFinished(() => front.close());
  return front.host;
}

const args = (host: string) =>
  ['verify', '--server', host, '--username', 'u', '--password-env', 'P', '--timeout', '1500ms'] as const;
const env = { P: 'p' };

test.skipIf(process.platform === 'win32')('how far it is, in one line that is gone afterwards', async () => {
  const host = await silentRegistry();
  const tty = terminal(args(host), { HOME: '/nonexistent', ...env });
  await tty.see('checking registries: 0 of 1');
  await tty.see('no answer within 1.5 s');
  expect(await tty.ended).toBe(3);
  expect(tty.raw()).toMatch(/checking registries: 0 of 1\r\u001b\[K(?!.*asking)/s);
});

test('nothing without a terminal', async () => {
  const { stdout, stderr } = await regsecret(args(await silentRegistry()), { env });
  expect(stdout).toContain('unreachable');
  expect(stderr).not.toContain('asking');
});

test('nothing of what takes no time, and nothing on a terminal that cannot go back', async () => {
  const quick = fakeIo({ tty: true });
  expect(
    await withProgress(
      () => 'far',
      quick,
      async () => 1,
    ),
  ).toBe(1);
  const dumb = fakeIo({ tty: true, env: { TERM: 'dumb' } });
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const long = withProgress(
    () => 'far',
    dumb,
    () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  await long;
  expect(quick.written.stderr + dumb.written.stderr).toBe('');
});
