/** The API server's error answers (apimachinery pkg/apis/meta/v1/types.go `Status`). */

import { UserError } from '../errors.ts';
import { clusterCommand, command } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { scope } from '../line/object-name.ts';
import { noPermission } from './right.ts';

export interface StatusCause {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly field?: string | undefined;
}

export interface StatusDetails {
  readonly kind?: string | undefined;
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds?: number | undefined;
}

/** An answer other than success. `message` is the server's own. The body is not kept. */
export class ApiError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** For example NotFound, AlreadyExists, Conflict or Forbidden; undefined when something in front of the API server answered. */
  readonly reason: string | undefined;
  readonly details: StatusDetails;

  constructor(status: number, reason: string | undefined, message: string, details: StatusDetails = { causes: [] }) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

/** Whether the API server itself refused, so that the request has no effect later. A proxy may answer before the server has. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.reason !== undefined && error.status < 500 && error.status !== 429;
}

const MAX_TEXT = 4096;
const MAX_CAUSES = 50;

/** Reads `body` as a Status as far as possible. */
export function readApiError(httpStatus: number, body: Uint8Array): ApiError {
  const status = parse(body);
  if (text(status.kind) !== 'Status')
    return new ApiError(httpStatus, undefined, `the server answered HTTP ${httpStatus}`);
  const details = object(status.details);
  const causes = Array.isArray(details.causes) ? details.causes.slice(0, MAX_CAUSES) : [];
  const seconds = details.retryAfterSeconds;
  return new ApiError(
    httpStatus,
    text(status.reason),
    text(status.message) ?? `the server answered HTTP ${httpStatus}`,
    {
      kind: text(details.kind),
      causes: causes.map(object).map(({ reason, message, field }) => ({
        reason: text(reason),
        message: text(message),
        field: text(field),
      })),
      retryAfterSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : undefined,
    },
  );
}

function parse(body: Uint8Array): Record<string, unknown> {
  try {
    return object(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch {
    return {};
  }
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined;
}

export interface Attempt {
  /** As in a role: get, create, patch, delete. */
  readonly verb: string;
  readonly namespace: string;
  readonly name: string;
  /** Set for objects other than Secrets: `kind` as error messages name it, `resource` as a role does. */
  readonly kind?: string;
  readonly resource?: string;
}

/** Whether `error` says that an object does not exist. Any other error leaves it unknown. Throws when interrupted. */
export function noneOrUnknown(error: unknown, signal: AbortSignal): 'none' | 'unknown' {
  if (signal.aborted) throw error;
  return error instanceof ApiError && error.status === 404 && error.reason === 'NotFound' ? 'none' : 'unknown';
}

/**
 * `error` in words for the user. The server's message names user, verb, resource and namespace; a command to run next is added.
 */
export function refusal(error: ApiError, attempt: Attempt): UserError {
  return because(error, wordedRefusal(error, attempt));
}

/** Keeps the original error for library callers that need its status. */
function because(cause: Error | undefined, error: UserError): UserError {
  error.cause = cause;
  return error;
}

function wordedRefusal(error: ApiError, attempt: Attempt): UserError {
  const { verb, namespace, name, kind = 'secret', resource = 'secrets' } = attempt;
  const ref = `${kind} ${namespace}/${name}`;
  const text = `cannot ${verb} ${ref}: ${error.message}`;
  if (isEnding(error)) {
    return new UserError(
      `cannot ${verb} ${ref}: namespace ${namespace} is being deleted`,
      clusterCommand`kubectl get namespace ${namespace}`,
    );
  }
  if (isByAdmission(error)) return new UserError(text, NO_MISSING_RIGHT);
  if (isByDeafWebhook(error)) return new UserError(text, WEBHOOKS);
  switch (error.status) {
    case 401:
      return refusalOf(error);
    case 403:
      return noPermission(`no permission to ${verb} ${ref}`, error.message);
    case 404:
      if (error.details.kind === 'namespaces') {
        return new UserError(
          `namespace ${namespace} does not exist`,
          clusterCommand`kubectl create namespace ${namespace}`,
        );
      }
      return new UserError(text, command`kubectl get ${resource} ${scope(namespace)}`);
    default:
      return new UserError(text, command`kubectl get ${kind} ${name} ${scope(namespace)}`);
  }
}

/**
 * Whether the namespace accepts no new objects because it is being deleted (apiserver pkg/admission/plugin/namespace/lifecycle).
 */
export function isEnding({ details }: ApiError): boolean {
  return details.causes.some(({ reason }) => reason === 'NamespaceTerminating');
}

/**
 * Whether a webhook, a policy or a quota refused a request that the user's roles allow (apiserver pkg/admission/errors.go
 * `NewForbidden`, plugin/webhook/errors/statuserror.go `ToStatusErr`). Any HTTP status is possible. For a missing right, the
 * message reads `User "…" cannot …` (pkg/endpoints/handlers/responsewriters/errors.go `forbiddenMessage`).
 */
function isByAdmission({ message }: ApiError): boolean {
  return /^admission webhook ".*" denied the request|is forbidden: (?!User ")/.test(message);
}

/** Whether a webhook that must approve the write did not answer (plugin/webhook/mutating/dispatcher.go). */
function isByDeafWebhook({ status, message }: ApiError): boolean {
  return status === 500 && /failed calling webhook "/.test(message);
}

const WEBHOOKS = clusterCommand`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations`;
const NO_MISSING_RIGHT = prose`a webhook, policy or quota in the cluster refuses this: ask its owner`;

/** The end of a write that met an object other than the one that was read, with the server's answer where there is one. */
export class WriteConflict {
  readonly error: ApiError | undefined;

  constructor(error?: ApiError) {
    this.error = error;
  }
}

/** `what` was changed by others before each of our writes. `last` is the server's answer to the last attempt. */
export function keepsChanging(what: string, last: Error | undefined): UserError {
  const said = last === undefined ? '' : `: ${last.message}`;
  const text = `${what} keeps changing while it is written${said}`;
  return because(last, new UserError(text, prose`run the same command again`));
}

/** As `refusal`, for a request that is one of many, where it does not matter which one failed. */
export function refusalOf({ status, message }: ApiError): UserError {
  return status === 401
    ? new UserError('the API server does not accept the login of this kubeconfig', clusterCommand`kubectl auth whoami`)
    : new UserError(`the API server refuses: ${message}`, clusterCommand`kubectl get --raw /readyz?verbose`);
}
