/** Runs a script of the tests under Node and under Bun, the two runtimes of the program. */
import { fileURLToPath } from 'node:url';
import { run } from '../environment/child.ts';

export const runtimes = ['node', 'bun'] as const;
export type Runtime = (typeof runtimes)[number];

/** Runs `script`, a file of this folder, and returns the JSON it prints; what it reads on stdin is `input` as JSON. */
export async function runScript(
  runtime: Runtime,
  script: string,
  input: unknown,
  env: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: each script prints what it likes
): Promise<any> {
  const command = fileURLToPath(new URL(`../../node_modules/.bin/${runtime}`, import.meta.url));
  const file = fileURLToPath(new URL(script, import.meta.url));
  // Bun keeps what it compiles in the home folder, which is none in many tests, and which root can make.
  const own = { PATH: process.env.PATH, BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' };
  const result = await run(command, [file], { env: { ...own, ...env }, stdin: JSON.stringify(input) });
  if (result.code !== 0) throw new Error(`${runtime} ${script}: ${result.code} ${result.stderr}`);
  return JSON.parse(result.stdout);
}
