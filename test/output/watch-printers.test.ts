/** A watch prints each message once, names the one who undoes its writes, and answers requests for its status. */
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { oncePrinter, sayFight, statusPage } from '../../src/commands/sync/watch-printer.ts';
import { UserError } from '../../src/errors.ts';
import type { Printer } from '../../src/output/printer.ts';
import { fakeIo } from '../support/io.ts';

function recorded() {
  const said: string[] = [];
  const printer: Printer = {
    result: (text) => void said.push(`result ${text}`),
    say: (text) => void said.push(`say ${text}`),
    warn: (text) => void said.push(`warn ${text}`),
    hint: () => void said.push('hint'),
    error: ({ message }) => void said.push(`error ${message}`),
  };
  return { said, printer: oncePrinter(printer) };
}

test('what stays as it is is said once, with its hint, and again when it has been away for a whole look', () => {
  const { said, printer } = recorded();
  const look = (isWrong: boolean): void => {
    printer.turn();
    if (isWrong) printer.warn('w');
    if (isWrong) printer.hint({ prose: [] });
    if (isWrong) printer.error(new UserError('e'));
    printer.result('r');
  };
  for (const isWrong of [true, true, false, true]) look(isWrong);
  const wrong = ['warn w', 'hint', 'error e'];
  expect(said).toEqual([...wrong, 'result r', 'result r', 'result r', ...wrong, 'result r']);
});

test('the part of an Application of Argo CD: pointers as RFC 6901 has them', async () => {
  const io = fakeIo();
  const object = { kind: 'Secret', namespace: 'a', name: 'pull' } as const;
  await sayFight({ object, managers: ['argocd-controller'], maker: undefined }, recorded().printer, io);
  expect(load(io.written.stderr)).toEqual({
    ignoreDifferences: [
      {
        kind: 'Secret',
        namespace: 'a',
        name: 'pull',
        jsonPointers: [
          '/data',
          '/metadata/labels/app.kubernetes.io~1managed-by',
          '/metadata/annotations/regsecret~1source',
          '/metadata/annotations/regsecret~1expires-at',
        ],
      },
    ],
    syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
  });
});

test.each<[path: string, isWell: boolean, status: number | undefined, body: string | undefined]>([
  ['/healthz', true, 200, '{"status":"ok","lastLookSeconds":3,"lastEventSeconds":4}\n'],
  ['/healthz', false, 503, '{"status":"stale","lastLookSeconds":3,"lastEventSeconds":4}\n'],
  ['/metrics', false, 200, 'm'],
  ['/', true, undefined, undefined],
])('%s, well: %s', (path, isWell, status, body) => {
  const page = statusPage(path, { isWell, lastLook: 3, lastEvent: 4 }, 'm');
  expect([page?.status, page?.body]).toEqual([status, body]);
});
