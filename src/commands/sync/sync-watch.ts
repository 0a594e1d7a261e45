/** `regsecret sync --watch`: syncs for days, whenever it becomes necessary. */
import { loginSource } from '../../changes/login-source.ts';
import { connect } from '../../cluster/transport.ts';
import { parseDuration } from '../../codec/go/duration.ts';
import { saidLosses } from '../../copies/lost-logins.ts';
import { usesLogin } from '../../credentials/credential-flags.ts';
import { EXIT, Interrupted, UsageError, UserError } from '../../errors.ts';
import { serveStatus } from '../../http/status-server.ts';
import { words } from '../../line/command.ts';
import { prose } from '../../line/hint.ts';
import { type Printer, printerFor } from '../../output/printer.ts';
import type { Secret } from '../../secret/secret.ts';
import { gentleStop } from '../../system/concurrency.ts';
import type { Io } from '../../system/io.ts';
import { agreeOn } from '../../system/prompt.ts';
import { createHealth } from './health.ts';
import { createMetrics } from './metrics.ts';
import { keepRenewed, type Renewal } from './renewal.ts';
import { type SyncOptions, syncRequest } from './sync-options.ts';
import { withSyncPrinter } from './sync-printer.ts';
import type { SyncListener } from './sync-request.ts';
import { oncePrinter, saidProblems, sayFight, statusPage } from './watch-printer.ts';
import { type WatchHost, watchedFor, watchName, watchSync } from './watch-sync.ts';

/**
 * The limit for one request. A request on a connection that the network has dropped waits this long, and a new namespace with it.
 */
const REQUEST_TIMEOUT = '20s';

/** Returns the exit code: 0 after SIGTERM. Throws UserError. */
export async function syncWatch(options: SyncOptions & { readonly output?: 'name' | 'json' }, io: Io): Promise<number> {
  const request = syncRequest(options, io);
  const { listen, refreshMs } = watchOptions(options);
  const printer = oncePrinter(await printerFor(io));
  const login = usesLogin(options) ? await loginSource(options, printer, io) : undefined;
  const agree = agreeOn(options, io);
  io.listen();
  const {
    signal: stop,
    clock: { monotonic, now },
  } = io;
  const { signal, writing, isCut } = gentleStop(stop);
  // A credential plugin of the kubeconfig inherits the environment, and has no use for this password.
  const { passwordEnv, requestTimeout = REQUEST_TIMEOUT } = options;
  const env = passwordEnv === undefined ? io.env : { ...io.env, [passwordEnv]: undefined };
  const inside: Io = { ...io, env, signal };
  const transport = await connect({ ...options, requestTimeout, lasting: true }, inside);
  const [health, metrics] = [createHealth(watchedFor(request).map(watchName), monotonic()), createMetrics()];
  const shown = { ...options, isCut };
  const trouble: WatchHost['trouble'] = (error, reason) => {
    metrics.failed(reason);
    printer.error(error);
  };
  const renew = () => loginSource(options, silent(printer), io);
  const host: WatchHost = {
    now: monotonic,
    stop,
    health,
    metrics,
    ...renewed(login, refreshMs, { renew, trouble, clock: io.clock }),
    look: looks(shown, { printer, io: inside, writing }),
    trouble,
    fight: (fight) => void sayFight(fight, printer, io),
    left: (namespace) =>
      printer.say(
        `namespace ${namespace} no longer matches ${request.selection.labelSelector}: secret ${request.name} stays there, and is no longer updated`,
      ),
  };
  const page = (path: string) => statusPage(path, health.report(monotonic()), metrics.text(now()));
  const server = listen === undefined ? undefined : await serveStatus(listen, page);
  try {
    await watchSync(transport, { ...request, agree }, host);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    server?.close();
    transport.close();
  }
  return stop.reason instanceof Interrupted && stop.reason.by === 'SIGTERM' ? EXIT.ok : EXIT.interrupted;
}

type LookOptions = Parameters<typeof withSyncPrinter>[0];

/** Runs each look and prints its messages. Only the first look prints the counts. */
function looks(
  options: LookOptions,
  { printer, io, writing }: { printer: ReturnType<typeof oncePrinter>; io: Io } & Pick<SyncListener, 'writing'>,
): WatchHost['look'] {
  let isFirst = true;
  const said = saidLosses();
  const problems = saidProblems();
  return async (isFull, work) => {
    const isLater = !isFirst;
    isFirst = false;
    if (isFull) for (const one of [printer, problems]) one.turn();
    // The watch hears of a service account that is made later.
    const quiet = isLater ? { absent: () => undefined } : {};
    const run = { printer, io, answer: () => undefined, counted: () => undefined };
    await withSyncPrinter({ ...options, isOneOfMany: isLater }, run, (listener) =>
      work({
        ...listener,
        ...quiet,
        writing,
        losses: (losses) => listener.losses(said.unsaid(losses)),
        outcome(outcome) {
          if (outcome.action !== 'failed') said.over(outcome.namespace);
          else if (!problems.isNews(outcome.error, outcome.namespace)) return;
          listener.outcome(outcome);
        },
        problem(error, namespace) {
          if (problems.isNews(error, namespace)) listener.problem(error, namespace);
        },
      }),
    );
  };
}

/** The login of this machine as it is now; `renew` reads it again. Without `everyMs`, it stays as it is. */
function renewed(
  login: Secret | undefined,
  everyMs: number | undefined,
  { renew, trouble, clock }: Pick<Renewal, 'renew'> & Pick<WatchHost, 'trouble'> & Pick<Io, 'clock'>,
): Pick<WatchHost, 'login' | 'keepLogin'> {
  let current = login;
  return {
    login: () => current,
    async keepLogin(changed, signal) {
      // Without a login to renew, this promise must not resolve, because that would end the watch.
      if (login === undefined || everyMs === undefined) return new Promise(() => undefined);
      const take = (next: Secret): void => {
        current = next;
        changed();
      };
      const old = (error: UserError): void =>
        trouble(
          new UserError(`the login cannot be renewed, so the old one stays: ${error.message}`, error.hint),
          'login',
        );
      return keepRenewed(login, { renew, everyMs, changed: take, trouble: old }, signal, clock);
    },
  };
}

/** A renewal prints no messages. What is wrong with the login is thrown. */
function silent(printer: Printer): Printer {
  return { ...printer, say: () => undefined, warn: () => undefined, hint: () => undefined };
}

interface WatchOptions {
  /** The address to answer on. Undefined where nothing answers. */
  readonly listen: { readonly host: string | undefined; readonly port: number } | undefined;
  /**
   * The longest time between renewals of the login. Undefined where it can be read only once, or where the source is a Secret.
   */
  readonly refreshMs: number | undefined;
}

const REFRESH_MS = 6 * 3_600_000;
const SHORTEST_MS = 1000;
const LONGEST_MS = 365 * 24 * 3_600_000;

/** Throws UsageError. */
function watchOptions(options: SyncOptions): WatchOptions {
  const { listen, refresh } = options;
  const isOnce = options.passwordStdin === true || (options.fromFile ?? []).includes('-');
  if (refresh !== undefined && !usesLogin(options)) {
    throw new UsageError(
      '--refresh is for a login of this machine, and the source is a Secret',
      words`--server ghcr.io`,
    );
  }
  if (refresh !== undefined && isOnce) {
    throw new UsageError(
      'stdin cannot be read again, so --refresh cannot be used with it',
      words`--password-file token`,
    );
  }
  return {
    listen: listen === undefined ? undefined : address(listen),
    refreshMs: usesLogin(options) && !isOnce ? duration(refresh) : undefined,
  };
}

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080`, as Go's net.Listen takes it. */
function address(text: string): { host: string | undefined; port: number } {
  const [, bracketed, host = bracketed, digits = ''] =
    /^(?:\[([0-9a-f:.]+)\]|([^:[\]/\s]*)):([0-9]{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) {
    throw new UsageError(
      '--listen takes an address with a port',
      prose`${words`--listen :8080`} or ${words`--listen 127.0.0.1:8080`}`,
    );
  }
  return { host: host || undefined, port };
}

function duration(text: string | undefined): number {
  if (text === undefined) return REFRESH_MS;
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds >= SHORTEST_MS && milliseconds <= LONGEST_MS) return milliseconds;
  throw new UsageError(
    '--refresh takes a duration of a second or more',
    prose`${words`--refresh 6h`} or ${words`--refresh 30m`}`,
  );
}
