/** Questions in a real terminal whose wording and choices contain texts of others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agreeTo, promptChoice } from '../../src/system/prompt.ts';
import { printable } from '../../src/text/printable.ts';
import { startHostileServer } from '../support/hostile-server.ts';
import { fakeIo } from '../support/io.ts';
import { HOSTILE_TEXTS } from '../support/printing-walk.ts';
import { keys, terminal } from '../support/terminal.ts';

/** The texts with an effect on a terminal, in a form that a name can hold. */
const TEXTS = HOSTILE_TEXTS.map(([title, text]) => [title, text.toWellFormed()] as const).filter(
  ([, text]) => printable(text) !== text,
);

test.each(TEXTS)('attach lists what it may be attached to: %s', async (_, text) => {
  const server = await startHostileServer(text, false);
  onTestFinished(() => server.close());
  const home = mkdtempSync(join(tmpdir(), 'regsecret-prompt-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const config = {
    contexts: [{ name: 'c', context: { cluster: 'c', namespace: 'team' } }],
    clusters: [{ name: 'c', cluster: { server: server.url } }],
    'current-context': 'c',
  };
  writeFileSync(join(home, 'config'), JSON.stringify(config));
  const tty = terminal(['attach', 'other'], { HOME: home, KUBECONFIG: join(home, 'config') });
  await tty.see('Attach other to');
  await tty.see('has its own imagePullSecrets');
  tty.type(keys.ctrlC);
  expect(await tty.ended).toBe(130);
  expect(tty.raw()).not.toContain(text);
  // The terminal wraps long lines at any place.
  const shown = tty.screen().replace(/\s+/g, '');
  expect(shown).toContain(printable(text).replace(/\s+/g, ''));
});

test.each(TEXTS)('the words of a question and of its choices: %s', async (_, text) => {
  for (const ask of [
    (io: ReturnType<typeof fakeIo>) => agreeTo(`is it ${text}?`, io),
    (io: ReturnType<typeof fakeIo>) => promptChoice(`which ${text}?`, [{ name: text, value: 1 }], io),
  ]) {
    const io = fakeIo({ tty: true });
    const answer = ask(io).catch((error: Error) => error.name);
    await expect.poll(() => io.written.stderr.includes(printable(text).trim().slice(0, 12))).toBe(true);
    io.interrupt();
    expect(await answer).toBe('Interrupted');
    expect(io.written.stderr).not.toContain(text);
  }
});
