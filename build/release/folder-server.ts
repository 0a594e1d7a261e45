/** The release as its download page serves it, for checks of the ways to install it. */
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

/** Serves the files of `folder`, whatever folder a request names, while `use` runs; returns what `use` returns. */
export async function serveFolder<Result>(folder: string, use: (address: string) => Promise<Result>): Promise<Result> {
  const server = createServer(({ url = '' }, response) => {
    const file = join(folder, basename(url));
    if (existsSync(file)) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
