/** `sync --watch`: follows the changes, and syncs what has changed, for as long as the process lives. */

import { NAMESPACES } from '../../cluster/object-request.ts';
import { SECRETS } from '../../cluster/read-secrets.ts';
import { createRequestLimiter, type RequestLimiter, type Transport } from '../../cluster/transport.ts';
import { type ChangeListener, followChanges, type WatchQuery } from '../../cluster/watch-reconnection.ts';
import { UserError } from '../../errors.ts';
import type { Secret } from '../../secret/secret.ts';
import { choiceOf } from '../../secret/selected-namespace.ts';
import type { Clock } from '../../system/clock.ts';
import { pullKind } from '../../workloads/kind.ts';
import { type Agenda, createAgenda, type Look, RESYNC_MS } from './agenda.ts';
import { syncSecret } from './bring-copies.ts';
import { type Fight, findFight } from './fight.ts';
import type { Health } from './health.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { ErrorReason, Metrics } from './metrics.ts';
import { accountSelectors, type SyncListener, type SyncRequest } from './sync-request.ts';

/** The caller of the watch: it is told what happens, and says when to stop. */
export interface WatchHost {
  /** A clock in milliseconds that only goes forward. */
  now(): number;
  /** Once aborted, nothing new is begun. */
  readonly stop: AbortSignal;
  readonly health: Health;
  readonly metrics: Metrics;
  /** The current login of this machine. Undefined where the source is a Secret of the cluster. */
  login(): Secret | undefined;
  /** Keeps the login renewed until `signal` is aborted. */
  keepLogin(changed: () => void, signal: AbortSignal): Promise<void>;
  /** Runs one look with a listener. */
  look(isFull: boolean, work: (listener: SyncListener) => Promise<void>): Promise<void>;
  /** Is told what goes wrong and is tried again. */
  trouble(error: UserError, reason: ErrorReason): void;
  fight(fight: Fight): void;
  /** A namespace with a copy no longer has the labels, and keeps the copy. */
  left(namespace: string): void;
}

/** The resources to watch for `request`. */
export function watchedFor({ name, accounts, selection: { labelSelector } }: SyncRequest): WatchQuery[] {
  return [
    { resource: NAMESPACES, labelSelector },
    { resource: SECRETS, fieldSelector: `metadata.name=${name}` },
    ...accountSelectors(accounts).map((selector) => ({ resource: pullKind('ServiceAccount'), ...selector })),
  ];
}

/** What tells one watch from the others of the same request. */
export function watchName({ resource: { plural }, fieldSelector }: WatchQuery): string {
  return fieldSelector === undefined ? plural : `${plural} ${fieldSelector}`;
}

/** All that the watch of one request works with. */
interface SyncWatch {
  readonly transport: Transport;
  readonly request: SyncRequest;
  readonly host: WatchHost;
  readonly agenda: Agenda;
  readonly bell: Bell;
  readonly lanes: Lanes;
  /** Limits the writes that go on at once. */
  readonly writers: RequestLimiter;
  /** Namespaces that have the copy, over all looks. */
  readonly served: Set<string>;
}

/**
 * Returns once `host.stop` is aborted and pending writes are done. Throws UserError where the first look fails, and when nothing
 * has worked for a quarter of an hour.
 */
export async function watchSync(transport: Transport, request: SyncRequest, host: WatchHost): Promise<void> {
  const [agenda, bell] = [createAgenda(host.now()), createBell(transport.clock)];
  const writers = createRequestLimiter(transport.concurrency, transport.clock);
  const lanes = createLanes();
  const watch: SyncWatch = { transport, request, host, agenda, bell, lanes, writers, served: new Set() };
  const end = new AbortController();
  const troubles = heldBack(host);
  const all = watchedFor(request).map((watched) => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const listener = changeListener(watched, watch, begin, troubles.tell);
    return { begun, over: followChanges(transport, watched, listener, end.signal) };
  });
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const halt = (): void => {
    resolve();
    bell.ring();
  };
  host.stop.addEventListener('abort', halt, { once: true });
  if (host.stop.aborted) halt();
  try {
    // From here on, the watches report every change, so that the first look misses nothing.
    await Promise.race([Promise.all(all.map(({ begun }) => begun)), ...all.map(({ over }) => over), stopped]);
    if (host.stop.aborted) return;
    const { promise: agreed, resolve: agree } = Promise.withResolvers<void>();
    const first = lookOnce(agenda.next(host.now()) ?? { except: new Set() }, watch, agree).then(troubles.release);
    // Whoever may be asked has agreed once something is written. From then on, a namespace does not wait for the others.
    await Promise.race([first, agreed]);
    const changed = (): void => {
      agenda.sourceChanged(host.now());
      bell.ring();
    };
    const kept = host.keepLogin(changed, end.signal);
    await Promise.race([lookOn(watch, first), kept, ...all.map(({ over }) => over)]);
  } finally {
    end.abort();
    host.stop.removeEventListener('abort', halt);
    await Promise.allSettled(all.map(({ over }) => over));
  }
}

/** Wakes a loop that waits. */
interface Bell {
  ring(): void;
  /** Waits until the bell is rung, or for that many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

function createBell(clock: Pick<Clock, 'pause'>): Bell {
  let next = Promise.withResolvers<void>();
  return {
    ring() {
      next.resolve();
      next = Promise.withResolvers();
    },
    async wait(milliseconds) {
      const rung = new AbortController();
      const late = clock.pause(milliseconds, rung.signal).catch(() => undefined);
      await Promise.race([next.promise, late]);
      rung.abort();
    },
  };
}

/** Holds back errors of the watches until the first look is done. If that look fails, its error is the one that counts. */
function heldBack(host: WatchHost) {
  let early: UserError[] | undefined = [];
  return {
    tell: (error: UserError): void => void (early === undefined ? host.trouble(error, 'watch') : early.push(error)),
    release(): void {
      for (const error of early ?? []) host.trouble(error, 'watch');
      early = undefined;
    },
  };
}

/** Looks that go on at the same time. Most of them wait for an answer, or for another writer. */
const WIDTH = 50;

/** Begins each look when it is due, beside the `first`. Returns when all are over. Throws UserError. */
async function lookOn({ request, ...watch }: SyncWatch, first: Promise<void>): Promise<void> {
  const { host, agenda, bell } = watch;
  const later = { ...watch, request: { ...request, yes: true, agree: undefined } };
  const looks = new Set<Promise<void>>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const follow = (look: Promise<void>): void => {
    looks.add(look);
    const over = look.catch(broken.reject).finally(() => looks.delete(look));
    void over.then(bell.ring);
  };
  follow(first);
  while (!host.stop.aborted) {
    const [now, isFree] = [host.now(), looks.size < WIDTH];
    const look = isFree ? agenda.next(now) : undefined;
    if (look !== undefined) follow(lookOnce(look, later));
    else
      await Promise.race([
        bell.wait(Math.min(isFree ? agenda.wait(now) : RESYNC_MS, host.health.hope(now))),
        broken.promise,
      ]);
    if (host.health.hope(host.now()) === 0) {
      throw new UserError(
        'nothing has worked for 15 minutes, so --watch stopped; start it again when the API server answers',
      );
    }
  }
  await Promise.all(looks);
}

/** `agreed` is given for the first look, which throws what goes wrong, and is called before anything is written. */
async function lookOnce(look: Look, watch: SyncWatch, agreed?: () => void): Promise<void> {
  const { transport, request, host, agenda, lanes } = watch;
  const notes: LookNotes = { written: new Map(), failed: [], attached: new Set() };
  const isFull = look.only === undefined;
  let ended = false;
  try {
    await host.look(isFull, (given) => {
      const inLane = isFull ? lanes : noLanes;
      const listener = noting({ ...given, writing: writingOf(given, inLane, watch, agreed) }, notes, watch);
      const sync = () => syncSecret(transport, { ...request, login: host.login(), part: look }, listener);
      const [only] = look.only ?? [];
      return only === undefined ? sync() : lanes(only, sync);
    });
    ended = true;
    host.health.looked(isFull, host.now());
    host.metrics.looked(isFull, transport.clock.now());
  } catch (error) {
    if (host.stop.aborted) return;
    if (!(error instanceof UserError) || agreed !== undefined) throw error;
    host.health.failed(host.now());
    host.trouble(error, 'look');
  }
  const { written, failed, attached } = notes;
  const unsettled = request.restart ? [...attached] : [];
  const result = { ended, written: [...written.keys()], failed, unsettled };
  for (const namespace of agenda.done(look, result, host.now())) {
    const object = written.get(namespace);
    if (object !== undefined) tellFight(object, watch);
  }
}

/** For a look at one namespace, which is in its lane as a whole. */
const noLanes: Lanes = (_, work) => work();

/** Writes in lanes. What has not begun when the watch stops does not begin, so no more writes are begun than can be sent. */
function writingOf(
  { writing }: SyncListener,
  lanes: Lanes,
  { writers, host }: SyncWatch,
  agreed: () => void = () => undefined,
): SyncListener['writing'] {
  return (work, namespace) => {
    agreed();
    const write = () => writers.run(() => writing(work), host.stop);
    return namespace === undefined ? write() : lanes(namespace, write);
  };
}

/** What a look has done. */
interface LookNotes {
  /** The object that was written last in each namespace. */
  readonly written: Map<string, Fight['object']>;
  /** Namespaces where another attempt may succeed. */
  readonly failed: string[];
  /** Namespaces with a service account whose list was written: pods that were created before do not have it. */
  readonly attached: Set<string>;
}

/** `listener`, which also records what was written and what failed, for the agenda and for the metrics. */
function noting(
  listener: SyncListener,
  { written, failed, attached }: LookNotes,
  { request: { name }, host: { metrics }, served }: SyncWatch,
): SyncListener {
  return {
    ...listener,
    outcome(outcome) {
      const { namespace, action } = outcome;
      if (outcome.action === 'failed') {
        if (!outcome.isDecided) failed.push(namespace);
      } else if (action === 'deleted') served.delete(namespace);
      else served.add(namespace);
      const isWritten = outcome.action === 'failed' ? outcome.isWritten : action !== 'unchanged';
      if (isWritten) written.set(namespace, { kind: 'Secret', namespace, name });
      metrics.outcome(outcome);
      listener.outcome(outcome);
    },
    list(result) {
      const { kind, namespace, name: account } = result.ref;
      if (kind === 'ServiceAccount' && result.action === 'patched') {
        written.set(namespace, { kind, namespace, name: account });
        attached.add(namespace);
      }
      metrics.list(result);
      listener.list(result);
    },
    problem(error, namespace) {
      if (namespace !== undefined) failed.push(namespace);
      metrics.failed('list');
      listener.problem(error, namespace);
    },
    ends: (ends) => metrics.ends(ends),
  };
}

/** Reports a fight without waiting for the answer, so that other namespaces are served meanwhile. */
function tellFight(object: Fight['object'], { transport, request, host }: SyncWatch): void {
  findFight(transport, object, request.fieldManager, host.stop).then(host.fight, (error: unknown) => {
    if (!host.stop.aborted) throw error;
  });
}

/** Turns the changes of one resource into namespaces to look at. */
function changeListener(
  watched: WatchQuery,
  { transport, request, host, agenda, bell, served }: SyncWatch,
  begin: () => void,
  trouble: (error: UserError) => void,
): ChangeListener {
  const { selection, prune, name: secret } = request;
  const { plural } = watched.resource;
  const watch = watchName(watched);
  const isOfCluster = host.login() === undefined;
  const isMeant = (name: string): boolean =>
    prune || choiceOf({ name, isEnding: false, isLeftAlone: false }, selection, transport.namespace) === 'chosen';
  return {
    changed(type, place, name, isEnding) {
      const namespace = place ?? name;
      const isSource = plural === 'secrets' && namespace === transport.namespace && name === secret;
      if (isSource && isOfCluster) agenda.sourceChanged(host.now());
      else if (plural === 'namespaces' && type === 'DELETED' && !prune) {
        agenda.gone(namespace);
        if (served.delete(namespace) && !isEnding) host.left(namespace);
      } else if (isMeant(namespace)) agenda.changed(namespace, host.now());
      else return;
      bell.ring();
    },
    opened: () => host.health.opened(watch),
    heard: () => host.health.heard(watch, host.now()),
    missed() {
      agenda.missed(host.now());
      begin();
      bell.ring();
    },
    trouble(error) {
      host.health.lost(watch, host.now());
      trouble(error);
      begin();
    },
  };
}
