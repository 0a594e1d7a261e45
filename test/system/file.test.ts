/** Files that regsecret replaces: in one step, with the mode and owner that they had, and not through other users' links. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
import { updateTokens } from '../../src/kubeconfig/oidc.ts';
import { replaceFile } from '../../src/system/file-write.ts';

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

/** The code that replaces a user's file, with the text before and after. */
const WRITERS = [
  {
    who: 'a manifest',
    before: 'kind: Pod\n',
    after: 'kind: Job\n',
    write: async (path: string) => {
      const replacement = { before: 'kind: Pod\n', after: 'kind: Job\n' };
      expect(await replaceFile(path, replacement, new AbortController().signal)).toBe(true);
    },
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

describe('tokens that are renewed', () => {
  const renewals = (path: string, renew: (token: number) => Promise<number>): Promise<unknown> => {
    const provider = { name: 'oidc', config: {}, file: path, user: 'jane' };
    return updateTokens(
      provider,
      async (current) => ({ ...current, 'id-token': `a.b.${await renew(Number(current['id-token']?.slice(4)))}` }),
      new AbortController().signal,
    );
  };

  test('five times at once: each begins with what the one before has written', async () => {
    const path = file('config', KUBECONFIG('a.b.0'));
    await Promise.all(Array.from({ length: 5 }, () => renewals(path, async (token) => token + 1)));
    expect(readFileSync(path, 'utf8')).toBe(KUBECONFIG('a.b.5'));
    expect(readdirSync(folder)).toEqual(['config']);
  });

  test('while an editor saves the file: both changes are there', async () => {
    const path = file('config', KUBECONFIG('a.b.0'));
    await renewals(path, async () => {
      writeFileSync(path, `# edited\n${KUBECONFIG('a.b.0')}`);
      return 1;
    });
    expect(readFileSync(path, 'utf8')).toBe(`# edited\n${KUBECONFIG('a.b.1')}`);
  });

  test.skipIf(platform() === 'win32')('after a process that was killed while it held the lock', async () => {
    const path = file('config', KUBECONFIG('a.b.0'));
    const lock = join(dirname(path), 'config.lock');
    const script = `import(${JSON.stringify(new URL('../../src/system/file-lock.ts', import.meta.url).href)})
      .then(({ withLock }) => withLock(${JSON.stringify(lock)}, AbortSignal.any([]), () => process.kill(process.pid, 'SIGKILL')))`;
    await once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'close');
    expect(lstatSync(lock).isSymbolicLink()).toBe(true);
    await renewals(path, async (token) => token + 1);
    expect(readFileSync(path, 'utf8')).toBe(KUBECONFIG('a.b.1'));
    expect(readdirSync(folder)).toEqual(['config']);
  });
});
