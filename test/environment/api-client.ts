/** Plain requests to the API server with which tests set up and look up objects, without code under test. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { CertificateFiles } from './certificate.ts';

export interface ApiClient {
  /** Sends one request. An answer of any status resolves, with its JSON parsed. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  close(): void;
}

export interface ApiAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an object of the API, of whatever kind the path names
  body: any;
}

export interface ApiCredentials {
  server: string;
  caFile: string;
  certificate?: CertificateFiles;
  token?: string;
}

/**
 * A busy server drops some of hundreds of connections that are opened at once, for example when a test file makes all its
 * namespaces.
 */
const MAX_CONNECTIONS = 32;

/** Opens a client that reuses its connections. */
export function createApiClient(credentials: ApiCredentials): ApiClient {
  const { server, caFile, certificate, token } = credentials;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    ca: readFileSync(caFile),
    ...(certificate ? { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) } : {}),
  });
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const send: ApiClient['request'] = (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : JSON.stringify(body);
      const type = content === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request(new URL(path, server), {
        agent,
        method,
        headers: { ...type, ...authorization, ...headers },
      });
      sent.once('error', (error: NodeJS.ErrnoException) => {
        // The server closed this idle connection before it read the request, so the request is sent again over another one.
        if (error.code === 'ECONNRESET' && sent.reusedSocket) resolve(send(method, path, body, headers));
        else reject(error);
      });
      sent.once('response', (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: parsed(answer) }), reject);
      });
      sent.end(content);
    });
  return { close: () => agent.destroy(), request: send };
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer; // such as the "ok" of /readyz
  }
}
