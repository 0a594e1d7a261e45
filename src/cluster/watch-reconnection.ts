/** Follows changes in the cluster for days: a watch that ends, for any reason, is reopened where it ended. */

import { UserError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import { type ApiObject, fieldOf } from '../workloads/api-object.ts';
import { ApiError } from './api-error.ts';
import { listRefusal, METADATA, METADATA_OF_ONE, objectPath, type Resource } from './object-request.ts';
import { grantFor } from './right.ts';
import type { Transport } from './transport.ts';
import type { WatchEnd } from './watch-connection.ts';

export interface WatchQuery {
  readonly resource: Resource;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ChangeListener {
  /** An object was created, changed or removed. DELETED without `isEnding` means that it no longer matches the label selector. */
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', namespace: string | undefined, name: string, isEnding: boolean): void;
  /** The API server has accepted the watch. */
  opened(): void;
  /** An event has arrived: a change, or a bookmark. */
  heard(): void;
  /** Changes before this call may have been missed; those after it will be reported. */
  missed(): void;
  trouble(error: UserError): void;
}

/**
 * The API server ends a watch after this time, and sends a bookmark 2 s before (apiserver cacher `nextBookmarkTime`). So a
 * healthy watch is never silent for long, even when the connection itself gives no sign of life.
 */
const SHORT_LIFE_S = 25;
/**
 * Lifetime of a watch on a connection that is pinged, at one request per lifetime. It is varied between half an hour and an hour,
 * so that watches do not all end at once.
 */
const LONG_LIFE_S = 3600;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
const KINDS = ['ADDED', 'MODIFIED', 'DELETED'] as const;

/**
 * Tells `listener` of every change until `signal` is aborted, and never throws. Only metadata is requested, so no Secret contents
 * are sent.
 */
export async function followChanges(
  transport: Transport,
  watched: WatchQuery,
  listener: ChangeListener,
  signal: AbortSignal,
): Promise<void> {
  let version: string | undefined;
  let isPinged = false;
  for (let failures = 0; !signal.aborted; ) {
    const seconds = isPinged ? Math.round(LONG_LIFE_S * (0.5 + Math.random() / 2)) : SHORT_LIFE_S;
    const ended = await followOnce(transport, { ...watched, version, seconds }, listener, signal);
    if (signal.aborted) return;
    isPinged = ended.isPinged;
    version = ended.version;
    failures = ended.isWell ? 0 : failures + 1;
    if (ended.error !== undefined) listener.trouble(ended.error);
    if (failures === 0) continue;
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
    await transport.clock.pause(longest * (0.5 + Math.random() / 2), signal).catch(() => undefined);
  }
}

/** How one watch went. */
interface OneWatch {
  /** The version to resume from; undefined when the watch has to start over. */
  readonly version: string | undefined;
  /** Whether an event and no error arrived. */
  readonly isWell: boolean;
  readonly isPinged: boolean;
  readonly error?: UserError | undefined;
}

/** Runs one watch, from `version` on, which ends after `seconds`. */
async function followOnce(
  transport: Transport,
  { version, seconds, ...watched }: WatchQuery & { readonly version: string | undefined; readonly seconds: number },
  listener: ChangeListener,
  signal: AbortSignal,
): Promise<OneWatch> {
  let last = version;
  let isWell = false;
  let isLost = false;
  const hear = (type: string, object: unknown): void => {
    if (type === 'OPENED') {
      listener.opened();
      return;
    }
    if (type === 'ERROR') {
      isLost = true;
      return;
    }
    isWell = true;
    const { name, namespace, resourceVersion, deletionTimestamp } = metadataOf(object);
    last = resourceVersion ?? last;
    listener.heard();
    const kind = KINDS.find((one) => one === type);
    if (kind !== undefined && name !== undefined) {
      listener.changed(kind, namespace, name, deletionTimestamp !== undefined);
    }
  };
  try {
    if (last === undefined) {
      last = await currentVersion(transport, watched);
      listener.missed();
    }
    const { resource, labelSelector, fieldSelector } = watched;
    const query = {
      labelSelector,
      fieldSelector,
      resourceVersion: last,
      allowWatchBookmarks: 'true',
      timeoutSeconds: `${seconds}`,
    };
    const request = { path: objectPath(resource), query, accept: METADATA_OF_ONE };
    const end = await transport.watch(request, hear, signal);
    // 410: the server no longer knows the changes since that version.
    const isOver = isLost || (end.why === 'refused' && end.status === 410);
    return {
      version: isOver ? undefined : last,
      isWell: isWell && !isLost,
      isPinged: end.isPinged ?? false,
      error: troubleOf(end, resource, transport),
    };
  } catch (error) {
    const end = { version: last, isWell: false, isPinged: false };
    if (error instanceof UserError) return { ...end, error };
    if (signal.aborted) return end;
    throw error;
  }
}

/** The resourceVersion of these objects' list at this moment. Throws UserError. */
async function currentVersion(
  transport: Transport,
  { resource, labelSelector, fieldSelector }: WatchQuery,
): Promise<string> {
  const query = { labelSelector, fieldSelector, limit: '1' };
  const request = { method: 'GET', path: objectPath(resource), query, accept: METADATA } as const;
  const list = await transport.request<ApiObject>(request).catch((error: unknown) => {
    throw error instanceof ApiError ? listRefusal(error, resource, undefined) : error;
  });
  return `${fieldOf(list, 'metadata', 'resourceVersion') ?? ''}`;
}

type MetadataField = 'name' | 'namespace' | 'resourceVersion' | 'deletionTimestamp';

function metadataOf(object: unknown): Record<MetadataField, string | undefined> {
  const textOf = (field: MetadataField): string | undefined => {
    const value = fieldOf(object, 'metadata', field);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name: textOf('name'),
    namespace: textOf('namespace'),
    resourceVersion: textOf('resourceVersion'),
    deletionTimestamp: textOf('deletionTimestamp'),
  };
}

/** The error to report when a watch ends; undefined for the ends that are normal. */
function troubleOf(end: WatchEnd, { plural }: Resource, { server }: Transport): UserError | undefined {
  switch (end.why) {
    case 'closed':
      return undefined;
    case 'silent':
      return new UserError(`the watch of ${plural} has been silent for ${end.seconds} s, so it is started again`);
    case 'refused':
      if (end.status === 410) return undefined;
      return new UserError(
        `the API server refuses the watch of ${plural} with ${end.status}`,
        end.status === 403 ? grantFor() : clusterCommand`kubectl cluster-info`,
      );
    case 'unreachable':
      return new UserError(
        `the watch of ${plural} cannot be started at ${server}: ${end.code}`,
        clusterCommand`kubectl cluster-info`,
      );
  }
}
