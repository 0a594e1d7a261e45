/** With two thousand namespaces, of which one in twenty fails for one of a few reasons, the output stays short enough to read. */
import { expect, test } from 'vitest';
import { ApiError } from '../../../src/cluster/api-error.ts';
import type { ApiRequest } from '../../../src/cluster/api-request.ts';
import type { Transport } from '../../../src/cluster/transport.ts';
import { syncSecret } from '../../../src/commands/sync/bring-copies.ts';
import { withSyncPrinter } from '../../../src/commands/sync/sync-printer.ts';
import { command } from '../../../src/line/command.ts';
import { printerFor } from '../../../src/output/printer.ts';
import { fakeIo } from '../../support/io.ts';
import { answering, SYNC_REQUEST } from '../../support/sync-request.ts';

const COUNT = 2000;
const FAILING = COUNT / 20;
const payload = Buffer.from('{"auths":{"r.example":{"auth":"eDp5"}}}').toString('base64');
const source = {
  metadata: { name: 'regsecret', namespace: 'home', uid: 'u', resourceVersion: '1' },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': payload },
};
const names = Array.from({ length: COUNT }, (_, index) => `team-${index}`);

/** The API server's error in a namespace; undefined if its requests succeed. */
type Refusal = (index: number) => ApiError | undefined;

const quota = (index: number): ApiError => {
  const used = `requested: count/secrets=1, used: count/secrets=${index}, limited: count/secrets=${index}`;
  return new ApiError(403, 'Forbidden', `secrets "regsecret" is forbidden: exceeded quota: few, ${used}`);
};
const denied = (index: number): ApiError =>
  new ApiError(
    403,
    'Forbidden',
    `admission webhook "guard.example" denied the request: ticket ${index} in team-${index}`,
  );
const broken = (): ApiError => new ApiError(500, 'InternalError', 'etcdserver: request timed out');
/** A message that differs in each namespace, as a webhook's may. */
const odd = (index: number): ApiError => {
  const words = [...`${index}`].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  return new ApiError(403, 'Forbidden', `admission webhook "guard.example" denied the request: ask ${words}`);
};

function transport(refusal: Refusal, written: string[]): Transport {
  const answer = ({ method, path, body }: ApiRequest): unknown => {
    const metadata = (name: string) => ({ name, uid: 'u', resourceVersion: '1' });
    if (path === '/api/v1/namespaces') return { items: names.map((name) => ({ metadata: metadata(name) })) };
    if (path === '/api/v1/secrets') return { items: [source] };
    if (path === '/api/v1/namespaces/home/secrets/regsecret') return source;
    const [, , , , namespace = ''] = path.split('/');
    const error = method === 'POST' ? refusal(names.indexOf(namespace)) : new ApiError(404, 'NotFound', 'not found');
    if (error !== undefined) throw error;
    written.push(namespace);
    const secret = body as { metadata: object };
    return { ...secret, metadata: { ...secret.metadata, ...metadata('regsecret') } };
  };
  return answering(answer);
}

test.each<[situation: string, refusal: (index: number) => ApiError, reasons: number]>([
  ['one quota, used differently everywhere', quota, 1],
  ['three reasons', (index) => [quota, denied, broken][(index / 20) % 3]?.(index) ?? broken(), 3],
  ['a reason of its own in each', odd, 10],
])('%s', async (_, refusal, reasons) => {
  const written: string[] = [];
  const io = fakeIo();
  const options = { name: 'regsecret', dryRun: 'none', command: command`regsecret sync -A` } as const;
  const server = transport((index) => (index % 20 === 0 ? refusal(index) : undefined), written);
  const printer = await printerFor(io);
  const run = { printer, io, answer: () => undefined, counted: () => undefined };
  const code = await withSyncPrinter(options, run, (listener) => syncSecret(server, SYNC_REQUEST, listener));
  expect(code).toBe(1);
  expect(written).toHaveLength(COUNT - FAILING);
  const { stdout, stderr } = io.written;
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`2000 namespaces: ${COUNT - FAILING} created, ${FAILING} failed`);
  const said = stderr.trimEnd().split('\n');
  expect(said.length).toBeLessThanOrEqual(40);
  expect(said.filter((line) => line.startsWith('error: '))).toHaveLength(reasons);
  // Every failure is counted, either with its reason or in the last line.
  const more = [...stderr.matchAll(/ and (\d+) more$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  const shown = [...stderr.matchAll(/^ {2}the same in (.*)$/gm)].reduce(
    (sum, [, list = '']) => sum + list.split(', ').length,
    0,
  );
  const rest = Number(/^and (\d+) more errors; -o json has them all$/m.exec(stderr)?.[1] ?? 0);
  expect(reasons + more + shown + rest).toBe(FAILING);
});
