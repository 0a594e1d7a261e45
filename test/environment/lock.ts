/** A lock between processes. The system releases it when its owner dies, however it dies. */
import { DatabaseSync } from 'node:sqlite';
import { waitFor } from './condition.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes the lock of this file, or returns `undefined` when another process has it. Node has no flock. SQLite's file lock works
 * the same everywhere, and unlike a file with a process id it cannot be left behind.
 */
export function tryLock(file: string): Lock | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

/** Takes the lock of this file as soon as it is free. Calls `onWait` once if it has to wait. */
export async function lock(file: string, onWait: () => void): Promise<Lock> {
  const first = tryLock(file);
  if (first) return first;
  onWait();
  return waitFor(() => tryLock(file), { what: `the lock ${file}`, deadlineMs: 60 * 60_000, everyMs: 500 });
}

/** https://www.sqlite.org/rescode.html#busy */
const busy = 5;
