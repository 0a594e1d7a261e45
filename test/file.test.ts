/** Files that are replaced: whole, with the mode and owner that they had, and through nobody else's links. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { updateTokens } from '../src/cluster/auth/token-store.ts';
import { writeManifestFile } from '../src/manifests/manifest-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'regsecret-replace-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const KUBECONFIG = (token: string): string => `apiVersion: v1
kind: Config
users:
- name: jane
  user: {auth-provider: {name: oidc, config: {id-token: "${token}", refresh-token: "once"}}}
`;

/** Who replaces a file of the user, with the text before and after. */
const WRITERS = [
  {
    who: 'a manifest',
    before: 'kind: Pod\n',
    after: 'kind: Job\n',
    write: async (path: string) => writeManifestFile(path, 'kind: Job\n'),
  },
  {
    who: 'a kubeconfig with renewed tokens',
    before: KUBECONFIG('a.b.old'),
    after: KUBECONFIG('a.b.new'),
    write: async (path: string) => {
      const provider = { name: 'oidc', config: {}, file: path, user: 'jane' };
      await updateTokens(
        provider,
        async (current) => ({ ...current, 'id-token': 'a.b.new' }),
        new AbortController().signal,
      );
    },
  },
];

describe.skipIf(platform() === 'win32').each(WRITERS)('$who', ({ before, after, write }) => {
  test('keeps its mode, and leaves nothing beside it', async () => {
    const path = file('a', before);
    chmodSync(path, 0o640);
    await write(path);
    expect(readFileSync(path, 'utf8')).toBe(after);
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('behind a link stays behind it', async () => {
    const target = file('real/a', before);
    symlinkSync(target, join(folder, 'link'));
    await write(join(folder, 'link'));
    expect(readFileSync(target, 'utf8')).toBe(after);
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, 'real'))).toEqual(['a']);
  });

  test('is not written through a link that somebody has put beside it', async () => {
    const path = file('a', before);
    const victim = file('victim', 'untouched');
    symlinkSync(victim, `${path}.regsecret`);
    await write(path);
    expect(readFileSync(path, 'utf8')).toBe(after);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
  });

  test.runIf(process.getuid?.() === 0)('keeps its owner', async () => {
    const path = file('a', before);
    chownSync(path, 1234, 5678);
    await write(path);
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 5678 });
  });
});
