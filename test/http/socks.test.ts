/** SOCKS 5 byte by byte, with a proxy that follows a script. What goes through it is tested in http-client.test.ts. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openSocks } from '../../src/http/socks.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Script {
  /** What the proxy answers to the first message, to the second, and so on; after the last answer it hangs up if told to. */
  readonly answers: readonly (readonly number[])[];
  readonly hangsUp?: boolean;
}

/** The port of a proxy, and the messages that it got. */
async function follow({ answers, hangsUp = false }: Script): Promise<{ port: number; heard: number[][] }> {
  const heard: number[][] = [];
  const serve = async (socket: Socket): Promise<void> => {
    const left = [...answers];
    for await (const message of socket) {
      heard.push([...message]);
      for (const byte of left.shift() ?? []) await new Promise((done) => socket.write(Buffer.of(byte), done));
      if (hangsUp && left.length === 0) return;
    }
  };
  const server = createServer((socket) => {
    closers.push(() => socket.destroy());
    serve(socket).catch(() => undefined);
  });
  closers.push(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as AddressInfo).port, heard };
}

const OPENED = [5, 0, 0, 1, 10, 0, 0, 1, 4, 56];
const target = { host: 'registry.example', port: 5000 };

describe('a proxy that does not open the way', () => {
  test.each<{ title: string; login?: string; script: Script; error: object }>([
    {
      title: 'refuses the login',
      login: 'me:secret@',
      script: {
        answers: [
          [5, 2],
          [1, 1],
        ],
      },
      error: { kind: 'proxy', message: 'username/password authentication failed' },
    },
    {
      title: 'wants a login, and there is none',
      script: { answers: [[5, 0xff]] },
      error: { kind: 'proxy', message: 'no acceptable authentication methods' },
    },
    {
      title: 'does not reach the server',
      script: {
        answers: [
          [5, 0],
          [5, 4, 0, 1],
        ],
      },
      error: { kind: 'proxy', message: 'host unreachable' },
    },
    {
      title: 'gives a reason that the standard does not have',
      script: {
        answers: [
          [5, 0],
          [5, 77, 0, 1],
        ],
      },
      error: { kind: 'proxy', message: 'unknown code: 77' },
    },
    {
      title: 'is one for HTTP',
      script: { answers: [[...Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]] },
      error: { kind: 'proxy', message: 'it does not speak SOCKS 5' },
    },
    { title: 'hangs up', script: { answers: [[5]], hangsUp: true }, error: { code: 'ECONNRESET' } },
  ])('because it $title', async ({ login = '', script, error }) => {
    const { port } = await follow(script);
    const opening = openSocks(new URL(`socks5://${login}127.0.0.1:${port}`), target);
    await expect(opening).rejects.toMatchObject(error);
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  test('because the command was interrupted', async () => {
    const { port, heard } = await follow({ answers: [] });
    const interruption = new AbortController();
    const opening = openSocks(new URL(`socks5://127.0.0.1:${port}`), target, interruption.signal);
    const ended = expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    while (heard.length === 0) await new Promise(setImmediate);
    interruption.abort();
    await ended;
  });
});

describe('a proxy is asked for', () => {
  test.each([
    { host: 'a.example', address: [3, 9, ...Buffer.from('a.example')] },
    { host: '10.1.2.3', address: [1, 10, 1, 2, 3] },
    { host: '::1', address: [4, ...Array(15).fill(0), 1] },
    { host: '::', address: [4, ...Array(16).fill(0)] },
    { host: 'fe80::', address: [4, 0xfe, 0x80, ...Array(14).fill(0)] },
    { host: '2001:db8::a:b', address: [4, 0x20, 1, 0xd, 0xb8, ...Array(8).fill(0), 0, 0xa, 0, 0xb] },
    { host: '1:2:3:4:5:6:7:89ab', address: [4, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0x89, 0xab] },
  ])('$host', async ({ host, address }) => {
    const { port, heard } = await follow({ answers: [[5, 0], OPENED] });
    (await openSocks(new URL(`socks5://127.0.0.1:${port}`), { host, port: 443 })).destroy();
    expect(heard).toEqual([
      [5, 1, 0],
      [5, 1, 0, ...address, 1, 0xbb],
    ]);
  });

  test.each([
    { title: 'an address', bound: OPENED },
    { title: 'an IPv6 address', bound: [5, 0, 0, 4, ...Array(16).fill(9), 0, 1] },
    { title: 'a name', bound: [5, 0, 0, 3, 3, 97, 46, 98, 0, 1] },
  ])('a server that speaks first, and answers from $title', async ({ bound }) => {
    const { port } = await follow({
      answers: [
        [5, 0],
        [...bound, ...Buffer.from('hello')],
      ],
    });
    const socket = await openSocks(new URL(`socks5://127.0.0.1:${port}`), target);
    let text = '';
    for await (const bytes of socket) {
      text += bytes;
      if (text.length >= 5) break;
    }
    expect(text).toBe('hello');
  });
});

test.each([
  { title: 'a name', proxy: 'socks5://127.0.0.1:', host: 'a'.repeat(256) },
  { title: 'a password', proxy: `socks5://me:${'a'.repeat(256)}@127.0.0.1:`, host: 'a.example' },
])('$title that SOCKS cannot carry', async ({ proxy, host }) => {
  const { port } = await follow({ answers: [[5, proxy.includes('@') ? 2 : 0]] });
  const opening = openSocks(new URL(`${proxy}${port}`), { host, port: 443 });
  await expect(opening).rejects.toMatchObject({ message: 'a name or a password is too long for SOCKS' });
});
