/** The metrics of a running `sync --watch`, as Prometheus reads them. Pure. */
import type { ListResult } from '../../changes/list-write.ts';
import { displayServer } from '../../secret/display-server.ts';
import type { SyncOutcome } from './sync-request.ts';

/** What went wrong: a write to a Secret, a list, a Secret that others made, a look, a watch, or the renewal of a login. */
export type ErrorReason = 'write' | 'list' | 'left alone' | 'look' | 'watch' | 'login';

const REASONS: readonly ErrorReason[] = ['write', 'list', 'left alone', 'look', 'watch', 'login'];
/** The most servers in the metrics: a Secret may name any number of them. */
const MAX_SERVERS = 100;

export interface Metrics {
  outcome(outcome: SyncOutcome): void;
  list(result: ListResult): void;
  failed(reason: ErrorReason): void;
  /**
   * A look was completed at `now`, in milliseconds since 1970. After a look at all namespaces, only the copies that it saw count.
   */
  looked(isFull: boolean, now: number): void;
  /** When each login ends, by server, in milliseconds since 1970. */
  ends(ends: ReadonlyMap<string, number>): void;
  /** https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(now: number): string;
}

/** Counts from zero again after a restart, which Prometheus recognizes. */
export function createMetrics(): Metrics {
  const writes = new Map<string, number>();
  const errors = new Map<string, number>(REASONS.map((reason) => [reason, 0]));
  let copies = new Set<string>();
  let seen = new Set<string>();
  let lastSuccess: number | undefined;
  let known: ReadonlyMap<string, number> = new Map();
  const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  const countWrite = (kind: string, action: string): void => count(writes, `kind="${kind}",action="${action}"`);
  return {
    outcome(outcome) {
      const { namespace, action } = outcome;
      if (outcome.action === 'failed') count(errors, outcome.isDecided ? 'left alone' : 'write');
      else if (action !== 'unchanged') countWrite('Secret', action);
      const isThere = action !== 'failed' && action !== 'deleted';
      for (const set of [copies, seen]) isThere ? set.add(namespace) : set.delete(namespace);
    },
    list({ ref, action }) {
      if (action !== 'unchanged') countWrite(ref.kind, action);
    },
    failed: (reason) => count(errors, reason),
    looked(isFull, now) {
      lastSuccess = now;
      if (!isFull) return;
      copies = seen;
      seen = new Set();
    },
    ends(ends) {
      known = ends;
    },
    text: (now) =>
      [
        ...family('copies', 'gauge', 'Namespaces whose copy is the same as the source.', [['', `${copies.size}`]]),
        ...family(
          'writes_total',
          'counter',
          'Objects that were written.',
          [...writes].map(([key, n]) => [key, `${n}`]),
        ),
        ...family(
          'errors_total',
          'counter',
          'Failures, each attempt counted.',
          [...errors].map(([reason, n]) => [`reason="${reason}"`, `${n}`]),
        ),
        ...family(
          'last_success_timestamp_seconds',
          'gauge',
          'When sync last finished a check.',
          lastSuccess === undefined ? [] : [['', seconds(lastSuccess)]],
        ),
        ...family(
          'credential_ends_in_seconds',
          'gauge',
          'Seconds until a login of the source expires; negative once it has.',
          [...known].slice(0, MAX_SERVERS).map(([server, end]) => [`server="${escaped(server)}"`, seconds(end - now)]),
        ),
        '',
      ].join('\n'),
  };
}

function seconds(time: number): string {
  return `${Math.floor(time / 1000)}`;
}

function family(name: string, type: string, help: string, samples: readonly (readonly [string, string])[]): string[] {
  const full = `regsecret_${name}`;
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} ${type}`,
    ...samples.map(([labels, value]) => `${full}${labels === '' ? '' : `{${labels}}`} ${value}`),
  ];
}

/** The server without user info, and with the three escapes of a label. */
function escaped(server: string): string {
  return displayServer(server).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
