/** Detects programs that some tests need. Without them those tests are skipped with one line, unless they are required. */
import { lookPath } from '../../src/system/look-path.ts';

/** Whether all `programs` are installed. Throws if REGSECRET_REQUIRE lists `need` and one of them is missing. */
export function installed(need: string, programs: readonly string[]): boolean {
  const missing = programs.filter((name) => !lookPath(name, process.env));
  if (missing.length === 0) return true;
  const reason = `the ${need} tests, because there is no ${missing.join(', ')}`;
  if ((process.env.REGSECRET_REQUIRE ?? '').split(',').includes(need)) throw new Error(`cannot run ${reason}`);
  console.error(`left out: ${reason}`);
  return false;
}
