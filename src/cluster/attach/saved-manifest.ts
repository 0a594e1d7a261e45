/** A manifest on disk for as long as the object itself may be gone. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.ts';

export interface SavedManifest {
  readonly file: string;
  remove(): void;
}

/**
 * Written to the end before this returns, into a new folder in `parent` or where temporary files go; only its owner can
 * read folder and file. Throws UserError.
 */
export function saveManifest(name: string, object: unknown, parent = tmpdir()): SavedManifest {
  try {
    const file = join(mkdtempSync(join(parent, 'regsecret-')), `${name}.json`);
    const descriptor = openSync(file, 'wx', 0o600);
    writeSync(descriptor, `${JSON.stringify(object, undefined, 2)}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    return { file, remove: () => rmSync(dirname(file), { recursive: true, force: true }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`cannot keep the manifest of ${name} in ${parent}: ${code}`, 'name a folder with TMPDIR');
  }
}
