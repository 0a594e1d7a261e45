/** Formats the hints of caught errors as users see them. */

import { UserError } from '../../src/errors.ts';
import { formatHint, type Hint } from '../../src/line/hint.ts';

/** The hint for a POSIX shell, without flags given on the command line. */
export function shownHint(hint: Hint | undefined): string | undefined {
  return hint && formatHint(hint, { shell: 'posix', given: {} });
}

/** The UserError that `run` throws. Throws where `run` succeeds. */
export function refusalOf(run: () => unknown): { message: string; hint: string | undefined } {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, hint: shownHint(error.hint) };
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The UserError that `promise` is rejected with. Throws where it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<{ message: string; hint: string | undefined }> {
  const failure = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  return refusalOf(() => {
    if (failure !== undefined) throw failure;
  });
}
