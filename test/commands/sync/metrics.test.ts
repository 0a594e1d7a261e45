/** The metrics of a watch for Prometheus, and the times when a login is renewed. */
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../../src/commands/sync/metrics.ts';
import { keepRenewed, renewalDelay, renewalTime } from '../../../src/commands/sync/renewal.ts';
import { UserError } from '../../../src/errors.ts';
import { buildPullSecret } from '../../../src/secret/build.ts';
import { EXPIRES_AT } from '../../../src/secret/expiry.ts';
import { machineClock } from '../../../src/system/clock.ts';

const error = new UserError('no');

test('what was written, what failed, and when logins end', () => {
  const metrics = createMetrics();
  metrics.outcome({ namespace: 'a', action: 'created' });
  metrics.outcome({ namespace: 'b', action: 'unchanged' });
  metrics.outcome({ namespace: 'c', action: 'failed', error });
  metrics.outcome({ namespace: 'd', action: 'failed', error, isDecided: true });
  metrics.list({ ref: { kind: 'ServiceAccount', namespace: 'a', name: 'default' }, action: 'patched' });
  metrics.failed('watch');
  metrics.ends(new Map([['https://jane:secret@r.example/"x"', 70_500]]));
  metrics.looked(true, 9500);
  const lines = metrics.text(10_000).split('\n');
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
    'regsecret_copies 2',
    'regsecret_writes_total{kind="Secret",action="created"} 1',
    'regsecret_writes_total{kind="ServiceAccount",action="patched"} 1',
    'regsecret_errors_total{reason="write"} 1',
    'regsecret_errors_total{reason="list"} 0',
    'regsecret_errors_total{reason="left alone"} 1',
    'regsecret_errors_total{reason="look"} 0',
    'regsecret_errors_total{reason="watch"} 1',
    'regsecret_errors_total{reason="login"} 0',
    'regsecret_last_success_timestamp_seconds 9',
    expect.stringMatching(/^regsecret_credential_ends_in_seconds\{server="[^"]*r\.example\/\\"x\\""\} 60$/),
    '',
  ]);
  expect(lines.join('')).not.toContain('secret@');
});

test('copies of namespaces that are gone are forgotten with the next look at everything', () => {
  const metrics = createMetrics();
  for (const namespace of ['a', 'b']) metrics.outcome({ namespace, action: 'created' });
  metrics.looked(true, 0);
  metrics.outcome({ namespace: 'c', action: 'created' });
  metrics.looked(false, 0);
  expect(metrics.text(0)).toContain('\nregsecret_copies 3\n');
  metrics.outcome({ namespace: 'a', action: 'unchanged' });
  metrics.looked(true, 0);
  expect(metrics.text(0)).not.toContain('regsecret_copies 3');
});

const HOUR = 3_600_000;

test.each<[situation: string, ends: number[], due: number]>([
  ['nothing is known of its end', [], 6 * HOUR],
  ['it lives for 12 hours, but may be asked for more often', [12 * HOUR], 6 * HOUR],
  ['it lives for an hour', [HOUR], (HOUR * 2) / 3],
  ['of several the one that ends first counts', [3 * HOUR, HOUR], (HOUR * 2) / 3],
  ['one has ended already', [-HOUR], 6 * HOUR],
])('when a login is asked for again: %s', (_, ends, due) => {
  expect(renewalTime(ends, 0, 6 * HOUR)).toBe(due);
});

test('after failures less and less often', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map(renewalDelay)).toEqual([
    30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000,
  ]);
});

describe('keepRenewed', () => {
  const login = (password: string, end?: string) =>
    buildPullSecret({
      name: 'x',
      entries: [{ server: 'r.example', credential: { username: 'u', password } }],
      annotations: end === undefined ? undefined : { [EXPIRES_AT]: JSON.stringify({ 'r.example': end }) },
    });

  /** Renews a login with `answers`, one after the other, while the clock advances on its own. Returns what was reported. */
  async function told(answers: (ReturnType<typeof login> | UserError)[]): Promise<string[]> {
    const stop = new AbortController();
    const found: string[] = [];
    let now = 0;
    const left = [...answers];
    await keepRenewed(
      login('first'),
      {
        everyMs: 1000,
        async renew() {
          const next = left.shift();
          if (left.length === 0) stop.abort();
          if (next === undefined || next instanceof UserError) throw next ?? error;
          return next;
        },
        changed: ({ data }) => found.push(Buffer.from(data?.['.dockerconfigjson'] ?? '', 'base64').toString()),
        trouble: ({ message }) => found.push(message),
      },
      stop.signal,
      {
        ...machineClock,
        now: () => {
          now += 2000;
          return now;
        },
      },
    );
    return found;
  }

  test('another password is told, the same is not, and a failure keeps the old one', async () => {
    const found = await told([login('first'), new UserError('the helper fails'), login('second'), login('second')]);
    expect(found).toEqual(['the helper fails', expect.stringContaining('second')]);
  });

  test('the same password with another end is told', async () => {
    expect(await told([login('first', '2030-01-01T00:00:00Z')])).toHaveLength(1);
  });
});
