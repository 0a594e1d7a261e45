/** Runs a test script under Node and under Bun, the two runtimes of the program. */
import { fileURLToPath } from 'node:url';
import { run } from '../environment/child.ts';

export const runtimes = ['node', 'bun'] as const;
export type Runtime = (typeof runtimes)[number];

/** Runs `script`, a file of this folder, with `input` as JSON on stdin, and returns the JSON that the script prints. */
export async function runScript(
  runtime: Runtime,
  script: string,
  input: unknown,
  env: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: each script prints what it likes
): Promise<any> {
  const command = fileURLToPath(new URL(`../../node_modules/.bin/${runtime}`, import.meta.url));
  const file = fileURLToPath(new URL(script, import.meta.url));
  // Bun caches compiled code in the home folder. Many tests have none, and root would create it.
  const own = { PATH: process.env.PATH, BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' };
  const result = await run(command, [file], { env: { ...own, ...env }, stdin: JSON.stringify(input) });
  if (result.code !== 0) throw new Error(`${runtime} ${script}: ${result.code} ${result.stderr}`);
  return JSON.parse(result.stdout);
}
