/** One line for each request (`-v=6`), without headers, bodies and queries. Loaded only where it is asked for. */
import { printable, printed } from '../domain/text/printable.ts';
import type { Output } from '../io.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { NetworkError } from './network-error.ts';

/** What `send` does, said on `output` when it is over. */
export async function logged(
  { method, url }: HttpRequest,
  output: Output,
  send: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const start = performance.now();
  const say = (end: string): void => {
    const ms = Math.round(performance.now() - start);
    // An address may have a password in it, and the query of a token server a name.
    output.write(printed`${printable(`${method} ${url.origin}${url.pathname} ${end} in ${ms} ms`)}\n`);
  };
  try {
    const response = await send();
    say(`${response.status}`);
    return response;
  } catch (error) {
    say(error instanceof NetworkError ? error.code : 'failed');
    throw error;
  }
}
