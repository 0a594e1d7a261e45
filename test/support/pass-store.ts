/** A credential store of Debian's docker-credential-pass, with its own key. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PassStore {
  /** HOME, GNUPGHOME, PASSWORD_STORE_DIR and PATH. */
  readonly env: Readonly<Record<string, string>>;
  run(program: string, args: readonly string[], input?: string): string;
  /** Makes the store ready to take logins. */
  init(): void;
  remove(): void;
}

/** The programs that a store needs. */
export const passPrograms = ['docker-credential-pass', 'pass', 'gpg'] as const;

/** Makes a key. The store itself is not initialized yet. */
export function createPassStore(): PassStore {
  // gpg's sockets are in its home folder, and a socket path may have at most 107 characters.
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'rs-')));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GNUPGHOME: join(home, 'g'),
    PASSWORD_STORE_DIR: join(home, 'store'),
  };
  const run = (program: string, args: readonly string[], input = ''): string =>
    execFileSync(program, args, { env, input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
  mkdirSync(env.GNUPGHOME, { mode: 0o700 });
  const key = ['--quick-generate-key', 'regsecret@example.com', 'default', 'default', 'never'];
  run('gpg', ['--batch', '--quiet', '--passphrase', '', ...key]);
  return {
    env,
    run,
    init: () => void run('pass', ['init', 'regsecret@example.com']),
    remove() {
      if (existsSync(env.GNUPGHOME)) run('gpgconf', ['--kill', 'all']);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
