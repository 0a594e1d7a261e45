/** One request to the API server: its URL and its headers. */

import { UserError } from '../errors.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Connection } from '../kubeconfig/connection.ts';
import type { Credentials } from '../kubeconfig/credentials.ts';
import type { User } from '../kubeconfig/kube-file.ts';
import { configCommand } from '../line/command.ts';
import type { AnswerReader } from './page-reader.ts';
import type { Right } from './right.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Starts with `/api` or `/apis`; its segments are percent-encoded. */
  readonly path: string;
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** The form of the answer; `application/json` when left out. */
  readonly accept?: string | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The type of the body; `application/json` when left out. */
  readonly contentType?: string;
  /** Whether nothing depends on the answer, so that a failed request is not sent again. */
  readonly once?: true;
  /** Whether a write may be sent twice: a create, or a write with a resourceVersion. A GET may always be sent twice. */
  readonly guarded?: boolean;
  /** Makes what reads a long answer while it arrives, in place of JSON.parse. Called for each attempt. */
  readonly reader?: () => AnswerReader;
}

/** What a request asks for, in the terms of a role. */
export interface AskedRight {
  readonly verb: Exclude<Right['verb'], 'watch'> | 'update';
  /** Empty for the core group. */
  readonly group: string;
  /** Empty for a path such as `/version`. */
  readonly plural: string;
  /** Undefined for all namespaces, and for what is in none. */
  readonly namespace: string | undefined;
  /** Undefined for objects of any name. */
  readonly name: string | undefined;
}

const VERBS = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

/**
 * The right for `request`, found as the API server finds it, so that it cannot differ from what is sent (apiserver
 * pkg/endpoints/request/requestinfo.go `NewRequestInfo`). A rule for one name allows a list that is limited to that name.
 */
export function askedRight({ method, path, query = {} }: Pick<ApiRequest, 'method' | 'path' | 'query'>): AskedRight {
  const [, api, ...segments] = path.split('/');
  const group = api === 'apis' ? (segments[0] ?? '') : '';
  const parts = api === 'api' ? segments.slice(1) : api === 'apis' ? segments.slice(2) : [];
  const isPlaced = parts[0] === 'namespaces' && parts.length > 2;
  const [kind = '', name, part] = isPlaced ? parts.slice(2) : parts;
  const isList = method === 'GET' && name === undefined;
  const [, only] = (isList && /(?:^|,)metadata\.name=([^,]+)/.exec(query.fieldSelector ?? '')) || [];
  return {
    verb: isList ? 'list' : VERBS[method],
    group,
    plural: part === undefined ? kind : `${kind}/${part}`,
    namespace: isPlaced ? parts[1] : undefined,
    name: name ?? only,
  };
}

/** Enough for a page of the largest objects. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Throws UserError for a path or a header that cannot be sent. */
export function httpRequest(
  request: ApiRequest,
  { server, user, timeoutMs }: Connection,
  { authorization }: Credentials,
  signal: AbortSignal,
  reader?: AnswerReader,
): HttpRequest {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  return {
    method: request.method,
    url: urlOf(server, request),
    headers: checkHeaders({
      accept: request.accept ?? 'application/json',
      ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...(authorization === undefined ? {} : { authorization }),
      ...impersonation(user),
    }),
    body,
    signal,
    timeoutMs,
    maxBytes: MAX_BYTES,
    reader,
  };
}

function urlOf(server: URL, { path, query = {} }: ApiRequest): URL {
  // WHATWG URLs resolve these segments, so an object of that name would select another object.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) throw new UserError('"." and ".." cannot be names of objects');
  const url = new URL(`${server.href.replace(/\/$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/**
 * The headers for `as`, `as-uid`, `as-groups` and `as-user-extra`; none without `as` (client-go
 * transport/round_trippers.go `impersonatingRoundTripper`). Keys that differ only in case are one header.
 */
function impersonation(user: User): Record<string, string | readonly string[]> {
  if (user.as === undefined) return {};
  const extra = new Map<string, [name: string, values: readonly string[]]>();
  for (const [key, values] of Object.entries(user.asUserExtra ?? {})) {
    const name = `Impersonate-Extra-${escapeKey(key)}`;
    const [first, before] = extra.get(name.toLowerCase()) ?? [name, []];
    if (values.length > 0) extra.set(name.toLowerCase(), [first, [...before, ...values]]);
  }
  return {
    'Impersonate-User': user.as,
    ...(user.asUid === undefined ? {} : { 'Impersonate-Uid': user.asUid }),
    ...(user.asGroups?.length ? { 'Impersonate-Group': user.asGroups } : {}),
    ...Object.fromEntries(extra.values()),
  };
}

/** As net/http, refuses such values. A value may be a token, so it is not shown. */
function checkHeaders(headers: HttpRequest['headers']): HttpRequest['headers'] {
  for (const [name, value] of Object.entries(headers)) {
    if ([value].flat().some((text) => /[\0-\x08\x0a-\x1f\x7f]/.test(text))) {
      throw new UserError(
        `what is to be sent as ${name} holds a line break or a control character`,
        configCommand`kubectl config view`,
      );
    }
  }
  return headers;
}

/** `headerKeyEscape` */
function escapeKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
