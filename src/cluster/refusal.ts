/** What to do when the API server refuses. */
import { UserError } from '../errors.ts';
import type { ApiError } from './api-error.ts';

export interface Attempt {
  /** As in a role: get, create, patch, delete. */
  readonly verb: string;
  readonly namespace: string;
  readonly name: string;
  /** Of what is not a Secret: as errors call it, and as a role does. */
  readonly kind?: string;
  readonly resource?: string;
}

/** `error` for people. The server's message names user, verb, resource and namespace; a command to go on is added. */
export function refusal(error: ApiError, attempt: Attempt): UserError {
  const { verb, namespace, name, kind = 'secret', resource = 'secrets' } = attempt;
  const ref = `${kind} ${namespace}/${name}`;
  switch (error.status) {
    case 401:
      return refusalOf(error);
    case 403:
      return new UserError(
        `may not ${verb} ${ref}: ${error.message}`,
        `kubectl auth can-i ${verb} ${resource} -n ${namespace}`,
      );
    case 404:
      if (error.details.kind === 'namespaces') {
        return new UserError(`namespace ${namespace} does not exist`, `kubectl create namespace ${namespace}`);
      }
      return new UserError(`cannot ${verb} ${ref}: ${error.message}`, `kubectl get ${resource} -n ${namespace}`);
    default:
      return new UserError(`cannot ${verb} ${ref}: ${error.message}`, `kubectl get ${kind} ${name} -n ${namespace}`);
  }
}

/** The same for a request that is one of many, where it does not matter which one it was. */
export function refusalOf({ status, message }: ApiError): UserError {
  return status === 401
    ? new UserError('the API server does not accept the credentials of this kubeconfig', 'kubectl auth whoami')
    : new UserError(`the API server refuses: ${message}`, "kubectl get --raw '/readyz?verbose'");
}
