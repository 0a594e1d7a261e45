/** Why a Job stays as it is, and what helps its pods all the same. */
import type { Holder } from '../../domain/holder.ts';
import { errorName } from '../../domain/object-ref.ts';
import { UserError } from '../../errors.ts';
import type { Context } from './context.ts';

/** core/validation `ValidateJobSpecUpdate`: also while it is suspended. */
export function jobProblem({ ref, list, serviceAccountName }: Holder, { request }: Context): UserError {
  const { verb, secret } = request;
  const text = `the template of ${errorName(ref)} cannot be changed (a job's is immutable)`;
  const manifest = `or change its manifest and create the job again: regsecret ${verb} ${secret} -f FILE --write`;
  if (verb === 'detach' || (list ?? []).length > 0) {
    return new UserError(text, `regsecret ${verb} ${secret} -f FILE --write`);
  }
  // Its template has no list, so the next pod gets that of the service account.
  return new UserError(text, `regsecret attach ${secret} -n ${ref.namespace} --serviceaccount ${serviceAccountName}`, [
    'the next pod that it makes takes the list of its service account',
    manifest,
  ]);
}
