/** The pictures in docs/pictures. `npm run pictures` writes them; the tests check that they show the program's current output. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { drawTerminal, type PictureOptions, type Step } from './draw.ts';

/** Draws `steps`, and writes the picture or compares it with the existing one. */
export function checkPicture(name: string, steps: readonly Step[], options: PictureOptions): void {
  const svg = drawTerminal(steps, options);
  expect(svg.length).toBeLessThan(40_000);
  const path = new URL(`../../docs/pictures/${name}.svg`, import.meta.url);
  if (process.env.REGSECRET_PICTURES === 'write') writeFileSync(path, svg);
  else expect(svg, 'npm run pictures makes them anew').toBe(readFileSync(path, 'utf8'));
}
