/** The answers of `sync --watch --listen`: whether it is well, and what it has done. */
import type { StatusPage } from '../../http/status-server.ts';
import type { HealthReport } from '../../operations/watch/health.ts';

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
