/** Logs one line for each request (`-v=6`), without headers, bodies and queries. Loaded only when `-v` asks for it. */
import { printable, printed } from '../domain/text/printable.ts';
import type { Io } from '../io.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { NetworkError } from './network-error.ts';

/** Runs `send`, and writes a line to stderr when it has ended. */
export async function logged(
  { method, url }: HttpRequest,
  { stderr, clock }: Pick<Io, 'stderr' | 'clock'>,
  send: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const start = clock.monotonic();
  const say = (end: string): void => {
    const ms = Math.round(clock.monotonic() - start);
    // The user info of a URL may hold a password, and the query to a token server a user name, so neither is shown.
    stderr.write(printed`${printable(`${method} ${url.origin}${url.pathname} ${end} in ${ms} ms`)}\n`);
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
