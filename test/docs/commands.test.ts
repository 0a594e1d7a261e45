/** docs/commands.md has every command and flag, as the program describes them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandsPage } from '../../build/commands-page.ts';

test('docs/commands.md is what node build/commands-page.ts makes', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'commands.md'), 'utf8');
  expect(page).toBe(commandsPage());
});
