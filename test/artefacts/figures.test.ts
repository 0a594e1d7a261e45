/** The replacement for @inquirer/figures in the bundles has the same signs. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const LIBRARY = pathToFileURL(join(import.meta.dirname, '../../node_modules/@inquirer/figures/dist/index.js')).href;

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

test.each(['xterm', 'linux'])('on a terminal of the type %s', async (type) => {
  vi.stubEnv('TERM', type);
  const { figures } = await import('../../build/figures.ts');
  const { default: all } = await import(`${LIBRARY}?${type}`);
  expect(all).toMatchObject(figures);
});
