/** One Secret that somebody names, or what they may have meant. */
import { closest } from '../domain/closest.ts';
import type { Secret } from '../domain/secret.ts';
import { UserError } from '../errors.ts';
import { ApiError } from './api-error.ts';
import { checkNamespace } from './attach/account.ts';
import { listPullSecrets, namespacesWith } from './list-names.ts';
import { refusal } from './refusal.ts';
import { type SecretRef, secretPath } from './secret-request.ts';
import type { Transport } from './transport.ts';

const SHOWN = 5;

/** Throws UserError; `verb` is the subcommand that is typed again with the right name. */
export async function findSecret(transport: Transport, ref: SecretRef, verb: string): Promise<Secret> {
  try {
    return await transport.request<Secret>({ method: 'GET', path: secretPath(ref) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404 || error.details.kind === 'namespaces') throw refusal(error, { verb: 'get', ...ref });
    throw await missing(transport, ref, verb);
  }
}

async function missing(transport: Transport, { namespace, name }: SecretRef, verb: string): Promise<UserError> {
  await checkNamespace(transport, namespace);
  const text = `secret ${namespace}/${name} does not exist`;
  const here = await listPullSecrets(transport, namespace);
  const near = closest(name, here);
  if (near !== undefined) {
    return new UserError(`${text}; did you mean ${near}?`, `regsecret ${verb} ${near} -n ${namespace}`);
  }
  const elsewhere = await namespacesWith(transport, name);
  const [first] = elsewhere;
  if (first !== undefined) {
    const places = elsewhere.slice(0, SHOWN).join(', ') + (elsewhere.length > SHOWN ? ', …' : '');
    return new UserError(`${text}; it exists in ${places}`, `regsecret ${verb} ${name} -n ${first}`);
  }
  if (here.length > 0) {
    const there = here.slice(0, SHOWN).join(', ') + (here.length > SHOWN ? ', …' : '');
    return new UserError(
      `${text}; the pull secrets there are ${there}`,
      `regsecret ${verb} ${here[0]} -n ${namespace}`,
    );
  }
  return new UserError(text, `regsecret create ${name} -n ${namespace}`);
}
