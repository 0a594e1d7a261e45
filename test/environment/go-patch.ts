/** Changes a file of Go's standard library for one build. The installed Go stays as it is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from './child.ts';

export interface GoPatch {
  /** Below `src` of Go's folder. */
  readonly file: string;
  /** Each `old` text occurs exactly once. */
  readonly edits: readonly (readonly [old: string, edited: string])[];
}

/** The environment variable with the path of a file that says how far a program's clock is off, such as `-72h`. */
export const CLOCK_FILE = 'REGSECRET_TEST_CLOCK';

/**
 * Makes a program check certificates with the time of another clock. Linux has no clock of its own for a namespace, and the clock
 * of this machine belongs to its user.
 */
export const CLOCK_PATCH: GoPatch = {
  file: 'crypto/tls/common.go',
  edits: [
    ['import (\n', 'import (\n\t"os"\n'],
    [
      '\treturn t()\n}\n',
      `\ttext, _ := os.ReadFile(os.Getenv("${CLOCK_FILE}"))
\toff, _ := time.ParseDuration(string(text))
\treturn t().Add(off)
}
`,
    ],
  ],
};

/**
 * Writes the changed file into `folder`, and returns the flag with which `go build` in `module` uses it. Throws where Go's file
 * is another.
 */
export async function patchFlag({ file, edits }: GoPatch, module: string, folder: string): Promise<string> {
  const { stdout } = await run('go', ['env', 'GOROOT'], { cwd: module }); // go.mod may choose another Go
  const original = join(stdout.trim(), 'src', file);
  let source = readFileSync(original, 'utf8');
  for (const [old, edited] of edits) {
    if (source.split(old).length !== 2)
      throw new Error(`${original} does not have ${JSON.stringify(old)} exactly once`);
    source = source.replace(old, () => edited);
  }
  mkdirSync(folder, { recursive: true });
  const [changed, overlay] = [join(folder, basename(file)), join(folder, 'overlay.json')];
  writeFileSync(changed, source);
  writeFileSync(overlay, JSON.stringify({ Replace: { [original]: changed } }));
  return `-overlay=${overlay}`;
}
