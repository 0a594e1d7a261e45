/**
 * What `sync --watch` says: each message once, who undoes its writes, the setting with which Argo CD leaves them alone, and the
 * answers of `--listen`.
 */

import { ApiError } from '../../cluster/api-error.ts';
import { formatSafeYaml } from '../../codec/yaml.ts';
import type { UserError } from '../../errors.ts';
import type { StatusPage } from '../../http/status-server.ts';
import type { Printer } from '../../output/printer.ts';
import { MANAGED_BY, SOURCE } from '../../secret/copy.ts';
import { EXPIRES_AT } from '../../secret/expiry.ts';
import type { Io } from '../../system/io.ts';
import type { Fight } from './fight.ts';
import type { HealthReport } from './health.ts';

/** Says who undoes the writes. When it may be Argo CD, also writes a part for its Application to stderr. */
export async function sayFight({ object, managers, maker }: Fight, printer: Printer, io: Io): Promise<void> {
  const { kind, namespace, name } = object;
  const who = managers.length === 0 ? '' : `; its other field managers: ${managers.join(', ')}`;
  const what = `${kind.toLowerCase()} ${namespace}/${name}`;
  printer.warn(
    maker === undefined
      ? `someone keeps undoing what sync writes to ${what}, so sync writes it less and less often${who}`
      : `${maker.name} keeps undoing what sync writes to ${what}, so sync writes it less and less often${who}`,
  );
  if (maker !== undefined) printer.hint(maker.where);
  const isArgo = /argo/i.test([maker?.name, ...managers].join(' '));
  if (!isArgo && maker !== undefined) return;
  printer.say('if that is Argo CD, add this to the spec of its Application:');
  io.stderr.write(await formatSafeYaml(ignoreDifferences(object)));
}

/** https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/ and sync-options/#respect-ignore-difference-configs */
function ignoreDifferences({ kind, namespace, name }: Fight['object']): object {
  const jsonPointers =
    kind === 'ServiceAccount'
      ? ['/imagePullSecrets']
      : [
          '/data',
          `/metadata/labels/${escaped(MANAGED_BY)}`,
          ...[SOURCE, EXPIRES_AT].map((key) => `/metadata/annotations/${escaped(key)}`),
        ];
  return {
    ignoreDifferences: [{ kind, namespace, name, jsonPointers }],
    syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
  };
}

/** RFC 6901. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

interface OncePrinter extends Printer {
  /** Begins another look at everything. A message that neither this look nor the last one has is forgotten. */
  turn(): void;
}

/** Results are printed each time. A hint is printed only with the message that it belongs to. */
export function oncePrinter(printer: Printer): OncePrinter {
  let [before, now] = [new Set<string>(), new Set<string>()];
  let isSaid = true;
  const once = (text: string, say: () => void): void => {
    isSaid = !before.has(text) && !now.has(text);
    now.add(text);
    if (isSaid) say();
  };
  return {
    turn() {
      [before, now] = [now, new Set()];
    },
    result: (text) => printer.result(text),
    say: (text) => once(text, () => printer.say(text)),
    warn: (text) => once(text, () => printer.warn(text)),
    error: (error) => once(error.message, () => printer.error(error)),
    hint(hint) {
      if (isSaid) printer.hint(hint);
    },
  };
}

interface SaidProblems {
  /** Begins another look at everything, as {@link OncePrinter.turn}. */
  turn(): void;
  /** Whether no other text was said about such a problem of this namespace. */
  isNews(error: UserError, namespace: string | undefined): boolean;
}

/** Who owns a namespace may change what stands in a message, such as an annotation, ten times a second: one text is enough. */
export function saidProblems(): SaidProblems {
  let [before, now] = [new Map<string, string>(), new Map<string, string>()];
  return {
    turn() {
      [before, now] = [now, new Map()];
    },
    isNews(error, namespace) {
      const status = error.cause instanceof ApiError ? error.cause.status : '';
      const problem = `${namespace} ${error.constructor.name} ${status}`;
      const said = now.get(problem) ?? before.get(problem) ?? error.message;
      now.set(problem, said);
      return said === error.message;
    },
  };
}

/** The page at `path`; undefined when there is none. The status is 503 when a look was missed, or a watch is silent. */
export function statusPage(
  path: string,
  { isWell, lastLook, lastEvent }: HealthReport,
  metrics: string,
): StatusPage | undefined {
  if (path === '/metrics') return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: metrics };
  if (path !== '/healthz') return undefined;
  const body = {
    status: isWell ? 'ok' : 'stale',
    lastLookSeconds: lastLook ?? null,
    lastEventSeconds: lastEvent ?? null,
  };
  return { status: isWell ? 200 : 503, type: 'application/json', body: `${JSON.stringify(body)}\n` };
}
