/** `sync` says which logins its own copies lose, before it writes: short, without a question, and with no further request. */
import { expect, test } from 'vitest';
import type { ApiRequest } from '../../../src/cluster/api-request.ts';
import { syncSecret } from '../../../src/commands/sync/bring-copies.ts';
import { withSyncPrinter } from '../../../src/commands/sync/sync-printer.ts';
import type { SyncRequest } from '../../../src/commands/sync/sync-request.ts';
import { command } from '../../../src/line/command.ts';
import { printerFor } from '../../../src/output/printer.ts';
import type { Intent } from '../../../src/system/prompt.ts';
import { fakeIo } from '../../support/io.ts';
import { answering, SYNC_REQUEST } from '../../support/sync-request.ts';

const payloadOf = (...hosts: string[]): string =>
  Buffer.from(JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth: 'eDp5' }])) })).toString(
    'base64',
  );
const secretIn = (namespace: string, hosts: string[], metadata: object) => ({
  metadata: { name: 'pull', namespace, uid: namespace, resourceVersion: '1', ...metadata },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': payloadOf(...hosts) },
});
const source = secretIn('home', ['r.example'], {});

/** A cluster with `count` copies that hold one more login than their source. */
function clusterOf(count: number) {
  const names = Array.from({ length: count }, (_, index) => `team-${index}`);
  const asked: string[] = [];
  const marks = {
    labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
    annotations: { 'regsecret/source': 'home/pull' },
  };
  const copies = names.map((name) => secretIn(name, ['r.example', 'b.example'], marks));
  const answer = ({ method, path }: ApiRequest): unknown => {
    asked.push(`${method} ${path.replace(/\?.*/, '')}`);
    if (path.startsWith('/api/v1/namespaces?') || path === '/api/v1/namespaces') {
      return { items: names.map((name) => ({ metadata: { name, uid: name, resourceVersion: '1' } })) };
    }
    if (path.startsWith('/api/v1/secrets')) return { items: [source, ...copies] };
    const [, , , , namespace = ''] = path.split('/');
    return namespace === 'home' ? source : secretIn(namespace, ['r.example'], marks);
  };
  return { names, asked, transport: answering(answer) };
}

test.each<[situation: string, count: number, dryRun: SyncRequest['dryRun'], foreign: SyncRequest['foreign']]>([
  ['one copy', 1, 'none', 'leave'],
  ['one copy, in a dry run', 1, 'client', 'leave'],
  ['one copy, with --merge, which is for Secrets of others', 1, 'none', 'merge'],
  ['one copy, with --adopt', 1, 'client', 'adopt'],
  ['hundreds of copies', 300, 'none', 'leave'],
])('%s', async (_, count, dryRun, foreign) => {
  const { names, asked, transport } = clusterOf(count);
  const io = fakeIo();
  const printer = await printerFor(io);
  const shown = { name: 'pull', dryRun, output: 'json', command: command`regsecret sync pull -A` } as const;
  const answers: unknown[] = [];
  const run = { printer, io, answer: (value: unknown) => void answers.push(value), counted: () => undefined };
  const intents: Intent[] = [];
  const agree = async (intent: Intent) => {
    // Said before the question, and so before anything is written.
    expect(io.written.stderr).toMatch(/^warning: /);
    intents.push(intent);
  };
  const code = await withSyncPrinter(shown, run, (told) =>
    syncSecret(transport, { ...SYNC_REQUEST, name: 'pull', dryRun, foreign, agree }, told),
  );
  expect(code).toBe(0);
  const listed = [...names].sort();
  const places = `${listed.slice(0, 10).join(', ')}${count > 10 ? ` and ${count - 10} more` : ''}`;
  const lines = io.written.stderr.split('\n');
  expect(lines[0]).toBe(`warning: sync drops b.example (x) from secret pull in ${places}; the source does not have it`);
  expect(lines.filter((line) => line.includes('drops'))).toHaveLength(1);
  expect(answers).toMatchObject([{ namespaces: names.map(() => ({ action: 'updated', lost: ['b.example'] })) }]);
  expect(intents).toMatchObject([{ changes: count, deletes: false }]);
  expect(asked.filter((line) => line.startsWith('GET'))).toHaveLength(3);
  expect(asked).toHaveLength(3 + (dryRun === 'client' ? 0 : count));
});
