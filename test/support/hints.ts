/** Hints as a person sees them, of errors that were caught. */
import { formatHint, type Hint } from '../../src/domain/text/hint.ts';
import { UserError } from '../../src/errors.ts';

/** In a POSIX shell, where no flags were given. */
export function shownHint(hint: Hint | undefined): string | undefined {
  return hint && formatHint(hint, { shell: 'posix', given: {} });
}

/** What `run` refuses with. */
export function refusalOf(run: () => unknown): { message: string; hint: string | undefined } {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, hint: shownHint(error.hint) };
    throw error;
  }
  throw new Error('nothing was refused');
}

/** What `promise` is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<{ message: string; hint: string | undefined }> {
  const failure = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  return refusalOf(() => {
    if (failure !== undefined) throw failure;
  });
}
