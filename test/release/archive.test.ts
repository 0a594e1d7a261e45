/** The archives of a release: their contents, and that they have the same bytes whenever and wherever they are made. */
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { extract, type Header } from 'tar-stream';
import { afterEach, describe, expect, test } from 'vitest';
import { type ArchiveFile, tarGz, zip } from '../../build/release/archive.ts';

const TIME = Date.UTC(2026, 10, 26, 17, 44, 10) / 1000;
const program = { path: 'regsecret', content: Buffer.from('program'), executable: true };
const page = { path: 'man/regsecret.1', content: Buffer.from('.TH') };
const licence = { path: 'LICENSE', content: Buffer.from('Apache-2.0') };
const FILES: readonly ArchiveFile[] = [program, page, licence];

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

async function entriesOf(archive: Buffer): Promise<[Header, string][]> {
  const entries: [Header, string][] = [];
  const reader = extract();
  reader.end(gunzipSync(archive));
  for await (const entry of reader) entries.push([entry.header, (await buffer(entry)).toString()]);
  return entries;
}

test('a tar has its files in order, with the time of the release, and of no user', async () => {
  const common = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(TIME * 1000), type: 'file' };
  expect(await entriesOf(await tarGz(FILES, TIME))).toMatchObject([
    [{ ...common, name: 'LICENSE', mode: 0o644 }, 'Apache-2.0'],
    [{ ...common, name: 'man/regsecret.1', mode: 0o644 }, '.TH'],
    [{ ...common, name: 'regsecret', mode: 0o755 }, 'program'],
  ]);
});

test('a zip has the same files', () => {
  const files = Object.entries(unzipSync(zip(FILES, TIME)));
  expect(files.map(([name, content]) => [name, Buffer.from(content).toString()])).toEqual([
    ['LICENSE', 'Apache-2.0'],
    ['man/regsecret.1', '.TH'],
    ['regsecret', 'program'],
  ]);
});

const FORMATS: [string, (files: readonly ArchiveFile[]) => Buffer | Promise<Buffer>][] = [
  ['a tar', (files) => tarGz(files, TIME)],
  ['a zip', (files) => zip(files, TIME)],
];

describe.each(FORMATS)('%s is the same, byte for byte,', (_, make) => {
  test('in whatever order its files are given', async () => {
    expect(await make(FILES.toReversed())).toEqual(await make(FILES));
  });

  test.each(['America/St_Johns', 'Pacific/Kiritimati'])('in the time zone %s', async (other) => {
    process.env.TZ = 'UTC';
    const here = await make(FILES);
    process.env.TZ = other;
    expect(await make(FILES)).toEqual(here);
  });
});
