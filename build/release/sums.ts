/** SHA256SUMS: one line for each file of a release, as `sha256sum --check` reads it. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SUMS = 'SHA256SUMS';

/** The SHA-256 of `content` in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Writes SHA256SUMS for all files in and below `folder`. Signatures of it are made later and are not in it. */
export function writeSums(folder: string): void {
  const lines = filesIn(folder).map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`);
  writeFileSync(join(folder, SUMS), lines.join(''));
}

/** Throws when a file of `folder` was changed or is missing. */
export function checkSums(folder: string): void {
  for (const line of readFileSync(join(folder, SUMS), 'utf8').trimEnd().split('\n')) {
    const [sum, name = ''] = line.split('  ');
    if (sha256(readFileSync(join(folder, name))) !== sum)
      throw new Error(`${name} is not the file that ${SUMS} was made of`);
  }
}

function filesIn(folder: string): string[] {
  const names = globSync('**', { cwd: folder }).map((name) => name.replaceAll('\\', '/'));
  return names.filter((name) => !name.startsWith(SUMS) && statSync(join(folder, name)).isFile()).sort();
}
