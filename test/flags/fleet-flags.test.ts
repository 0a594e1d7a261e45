/** What the commands over many namespaces take, and what they refuse. Nothing is contacted. */
import { describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';

/** No kubeconfig is there, so this is as far as a command line that is understood can come. */
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
