/** A small HTTP server that reports how a process without end is doing. It takes no input and changes nothing. */
import { UserError } from '../errors.ts';

export interface StatusPage {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface StatusServer {
  close(): void;
}

/** Longer than any request for a page. */
const MAX_REQUEST_MS = 10_000;

/** Answers GET and HEAD with the result of `page` for a path. Throws UserError when it cannot listen on this address. */
export async function serveStatus(
  { host, port }: { readonly host: string | undefined; readonly port: number },
  page: (path: string) => StatusPage | undefined,
): Promise<StatusServer> {
  const { createServer } = await import('node:http');
  const server = createServer({ requestTimeout: MAX_REQUEST_MS, maxHeaderSize: 8192 }, (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const [path = ''] = (request.url ?? '').split('?');
    const found = isRead ? page(path) : { status: 405, type: 'text/plain', body: 'only GET\n' };
    const { status, type, body } = found ?? { status: 404, type: 'text/plain', body: 'not found\n' };
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      reject(new UserError(`cannot listen on ${host ?? ''}:${port}: ${code}`));
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
  return {
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
