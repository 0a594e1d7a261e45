/** The manifest of a pod on disk while the pod is gone: written before the pod is deleted, found by the next run. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { prose } from '../line/hint.ts';
import { systemReason } from '../system/errno.ts';
import { readFile } from '../system/file.ts';
import { createFile } from '../system/file-write.ts';
import type { Io } from '../system/io.ts';
import { ownFolder, stateFolder } from '../system/state-folder.ts';
import { type ApiObject, fieldOf, isObject } from '../workloads/api-object.ts';
import { describeRef, type ObjectRef } from '../workloads/object-ref.ts';

export interface ManifestFolders {
  /** The usual folder, where the next run looks for manifests. */
  readonly state: string;
  /** The folder to use where `state` cannot be written. */
  readonly temporary: string;
}

/** Which pod of which cluster, and where its manifests are. */
export interface SavedPlace {
  readonly folders: ManifestFolders;
  readonly server: string;
  readonly ref: ObjectRef;
}

export interface SavedPod {
  readonly file: string;
  readonly manifest: ApiObject;
}

export interface SavedFile {
  readonly file: string;
  /** Writes the file again where somebody else has removed it, but not after `remove`. */
  restore(): void;
  remove(): void;
}

/** Where manifests are kept. */
export function manifestFolders(env: Io['env'], system = platform()): ManifestFolders {
  return { state: stateFolder(env, system), temporary: env.TMPDIR || tmpdir() };
}

/**
 * Keeps the manifest of a pod for `kubectl create -f` and for the next run. It is on disk when this returns, and only its
 * owner can read folder and file. Throws UserError.
 */
export function savePod(place: SavedPlace, manifest: ApiObject): SavedFile {
  const { folders, ref } = place;
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  try {
    const unique = Buffer.from(crypto.getRandomValues(new Uint8Array(4))).toString('hex');
    return saved(join(ownFolder(folders.state), `${prefixOf(place)}${unique}.json`), text);
  } catch {
    try {
      const folder = mkdtempSync(join(folders.temporary, 'regsecret-'));
      return saved(join(folder, `${ref.name.slice(0, MAX_NAME)}.json`), text, folder);
    } catch (error) {
      throw new UserError(
        `the manifest of ${describeRef(ref)} can be saved neither in ${folders.state} nor in ${folders.temporary}: ${systemReason(error)}`,
        prose`set XDG_STATE_HOME to a folder`,
      );
    }
  }
}

function saved(file: string, text: string, folder?: string): SavedFile {
  createFile(file, text);
  let isNeeded = true;
  return {
    file,
    restore() {
      if (!isNeeded || existsSync(file)) return;
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      createFile(file, text);
    },
    remove() {
      isNeeded = false;
      rmSync(folder ?? file, { recursive: true, force: true });
    },
  };
}

/** The manifests that earlier runs left of the pod, the latest first. */
export function savedPods(place: SavedPlace): SavedPod[] {
  const { folders, ref } = place;
  const prefix = prefixOf(place);
  return namesIn(folders.state)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .flatMap((name) => readManifest(join(folders.state, name), ref) ?? [])
    .toSorted((one, other) => other.time - one.time);
}

function namesIn(folder: string): string[] {
  try {
    chmodSync(folder, 0o700);
    return readdirSync(folder);
  } catch {
    // The folder does not exist, or belongs to somebody else.
    return [];
  }
}

export function forgetPods(pods: readonly SavedPod[]): void {
  for (const { file } of pods) rmSync(file, { force: true });
}

/** Returns undefined for a file that is not the manifest of this pod, or that has just been removed. */
function readManifest(file: string, { namespace, name }: ObjectRef): (SavedPod & { time: number }) | undefined {
  try {
    const stat = lstatSync(file);
    if (!stat.isFile()) return undefined;
    const bytes = readFile(file, { bytes: MAX_BYTES, error: (path) => new Error(`${path} is too large`) });
    const manifest: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const isIt =
      fieldOf(manifest, 'kind') === 'Pod' &&
      fieldOf(manifest, 'metadata', 'namespace') === namespace &&
      fieldOf(manifest, 'metadata', 'name') === name;
    return isIt && isObject(manifest) ? { file, manifest, time: stat.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}

/** A file name may have 255 bytes, or 143 in some encrypted folders, but a pod name may have 253. */
const MAX_NAME = 100;
/** More than etcd accepts for one object. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Starts the names of all files for one pod, and of no others. */
function prefixOf({ server, ref: { namespace, name } }: SavedPlace): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([server, namespace, name]))
    .digest('hex');
  return `${name.slice(0, MAX_NAME)}-${digest.slice(0, 16)}-`;
}
