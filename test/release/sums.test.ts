/** SHA256SUMS, and the changes that its check detects. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { checkSums, writeSums } from '../../build/release/sums.ts';
import { execute } from '../support/program.ts';

const parent = mkdtempSync(join(tmpdir(), 'regsecret-sums-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(parent, 'release-'));
  writeFileSync(join(folder, 'b.zip'), 'a zip');
  writeFileSync(join(folder, 'a.tar.gz'), 'an archive');
  writeSums(folder);
});
const sums = (): string => join(folder, 'SHA256SUMS');

test('has a line for each file, in order, and none for itself or its signature', () => {
  writeFileSync(join(folder, 'SHA256SUMS.sigstore.json'), '{}');
  writeSums(folder);
  expect(readFileSync(sums(), 'utf8')).toBe(
    '9e691d5adacf0e102f203100842ffaba4e2a7dfe3dbd536827d3c0db8c7e88f1  a.tar.gz\n' +
      '9a44557465efc644b7117e93eaf13c33cd956f5f4f12ca21bd51ae94ea97169a  b.zip\n',
  );
});

describe('is refused where', () => {
  test.each<[situation: string, change: () => void, message: string]>([
    ['an archive was cut off', () => truncateSync(join(folder, 'a.tar.gz'), 4), 'a.tar.gz is not the file'],
    ['an archive was changed', () => appendFileSync(join(folder, 'b.zip'), '!'), 'b.zip is not the file'],
    ['an archive is missing', () => rmSync(join(folder, 'b.zip')), 'b.zip'],
    [
      'a sum is wrong',
      () =>
        writeFileSync(
          sums(),
          readFileSync(sums(), 'utf8').replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
        ),
      'a.tar.gz is not the file',
    ],
  ])('%s, by us and by sha256sum', async (_, change, message) => {
    checkSums(folder);
    change();
    expect(() => checkSums(folder)).toThrow(message);
    // macOS and Windows have no `sha256sum`.
    if (process.platform !== 'linux') return;
    const ran = await execute(['sha256sum', '--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: folder });
    expect(ran.code).toBe(1);
  });
});
