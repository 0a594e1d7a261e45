/** The error of a library function that has not done what it was asked. */
import { ApiError } from '../cluster/api-error.ts';
import { UserError } from '../errors.ts';

/** The message names the object, and never holds a secret value. */
export class PullSecretError extends Error {
  /** The HTTP status when the API server has refused: 403, 404 and so on. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.name = 'PullSecretError';
    this.status = status;
  }
}

/** The result of `work`. Its errors for users are thrown as {@link PullSecretError}, which is for programs. */
export async function orPullSecretError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError) throw new PullSecretError(error.message, error.status);
    if (!(error instanceof UserError)) throw error;
    throw new PullSecretError(error.message, error.cause instanceof ApiError ? error.cause.status : undefined);
  }
}
