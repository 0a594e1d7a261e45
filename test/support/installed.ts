/** Programs of the machine that some tests need: left out without them, in one line, unless they are required. */
import { lookPath } from '../../src/look-path.ts';

/** Whether all `programs` are there. `need` is the name by which REGSECRET_REQUIRE can ask for them; then their absence is an error. */
export function installed(need: string, programs: readonly string[]): boolean {
  const missing = programs.filter((name) => !lookPath(name, process.env));
  if (missing.length === 0) return true;
  const reason = `the ${need} tests, because there is no ${missing.join(', ')}`;
  if ((process.env.REGSECRET_REQUIRE ?? '').split(',').includes(need)) throw new Error(`cannot run ${reason}`);
  console.error(`left out: ${reason}`);
  return false;
}
