/** Flags that the commands for many namespaces accept or refuse. Nothing is contacted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';

/** The message of a command line that is accepted: it fails only because there is no kubeconfig. */
const UNDERSTOOD = 'error: no kubeconfig: /nowhere/.kube/config does not exist';
const COMMANDS = [
  'sync --to team-a',
  'rotate --server ghcr.io --username ci --password-stdin --no-verify',
  'remove --server ghcr.io',
  'delete --yes',
];

async function firstLine(line: string): Promise<string> {
  const { stderr } = await here(line.split(' '), { env: { HOME: '/nowhere' }, stdin: 'secret' });
  return stderr.split('\n')[0] ?? '';
}

describe.each(COMMANDS)('%s', (line) => {
  test.each(['1', '16', '200'])('sends %s requests at once', async (number) => {
    expect(await firstLine(`${line} --concurrency ${number}`)).toBe(UNDERSTOOD);
  });

  test.each(['0', 'x', '1e9', '-4', '1.5', '201', '99999999999999999999'])(
    'does not send %s at once',
    async (number) => {
      const text = "error: option '--concurrency <number>' got an invalid value. It must be a number from 1 to 200.";
      expect(await firstLine(`${line} --concurrency=${number}`)).toBe(text);
    },
  );
});

test.each([
  ['sync -A', 'regsecret sync -A'],
  [
    'rotate --server ghcr.io --username ci --password-stdin --no-verify',
    'regsecret rotate --server ghcr.io --username ci --password-stdin --no-verify',
  ],
])('%s --assume-different, which says nothing about one cluster', async (line, hint) => {
  const { code, stderr } = await here([...line.split(' '), '--assume-different'], {
    env: { HOME: '/nowhere' },
    stdin: 'x',
  });
  const error = 'error: --assume-different needs --to-context';
  expect([code, stderr.split('\n').slice(0, 2)]).toEqual([2, [error, `hint: ${hint}`]]);
});

describe('several clusters', () => {
  const CONTEXTS = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    contexts: ['hub', 'east', 'west'].map((name) => ({ name, context: { cluster: 'c' } })),
    'current-context': 'hub',
  };
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-contexts-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(CONTEXTS));
  /** The exit code and messages of a run. Nothing is contacted: the server refuses every connection. */
  const said = async (line: string) => {
    const { code, stderr } = await here(line.split(' '), { env: { KUBECONFIG: kubeconfig }, stdin: 'secret' });
    return `${code} ${stderr.trimEnd().split('\n').slice(0, 2).join('\n')}`;
  };
  const clusters = 'the kubeconfig has the cluster and the user of each context';

  describe.each(COMMANDS)('%s', (line) => {
    test.each([
      ['--cluster', '--cluster c'],
      ['--user', '--user jane'],
      ['--api-server', '--api-server https://127.0.0.1:1'],
      ['--token', '--token abc'],
      ['--insecure-skip-tls-verify', '--insecure-skip-tls-verify'],
      ['--certificate-authority', '--certificate-authority ca.crt'],
      ['--client-certificate', '--client-certificate me.crt'],
      ['--client-key', '--client-key me.key'],
      ['--tls-server-name', '--tls-server-name other'],
    ])('%s is about one cluster', async (flag, given) => {
      const text = `--to-context and ${flag} cannot be used together, because ${flag} is for one cluster`;
      expect(await said(`${line} --to-context east ${given}`)).toBe(`2 error: ${text}\nhint: ${clusters}`);
    });

    test.each([
      ['eats', '2 error: context "eats" does not exist; did you mean east?\nhint: --to-context east'],
      ['north', `2 error: context "north" does not exist\nhint: kubectl config get-contexts`],
    ])('context %s is not there, and none of the others is contacted', async (name, text) => {
      expect(await said(`${line} --to-context west --to-context ${name}`)).toBe(text);
    });
  });

  test.each(COMMANDS.slice(1))('%s: there is no source, so --context says nothing', async (line) => {
    const text = '--to-context and --context cannot be used together';
    expect(await said(`${line} --to-context east --context hub`)).toBe(`2 error: ${text}\nhint: --to-context hub`);
  });

  test('a watch is of one cluster', async () => {
    const text = await said('sync --to team-a --to-context east --watch');
    expect(text).toMatch(/^2 error: --to-context and --watch cannot be used together\nhint: /);
  });

  test('deleting in several clusters needs a confirmation', async () => {
    expect(await said('delete pull -n team --to-context east --to-context west')).toBe(
      '2 error: deleting needs a confirmation, and there is no terminal to ask on\nhint: regsecret delete pull -n team --to-context east --to-context west --yes',
    );
    expect(await said('sync pull --to team-a --prune --to-context east')).toBe(
      '2 error: --prune deletes, which needs --yes where there is no terminal to ask on\nhint: regsecret sync pull --to team-a --prune --to-context east --yes',
    );
  });
});
