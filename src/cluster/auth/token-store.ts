/** Keeping the renewed tokens of an auth-provider in the kubeconfig they came from, without touching anything else. */
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { pause } from '../../concurrency.ts';
import { clusterCommand, command, pathWord } from '../../domain/text/command.ts';
import { errnoOf } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import { replaceFile } from '../../file.ts';
import { parseDocument } from '../config/fields.ts';
import { type AuthProvider, parseKubeFile } from '../config/kube-file.ts';

type Config = Readonly<Record<string, string>>;

const TOKENS = ['id-token', 'refresh-token'] as const;

/**
 * Gives the configuration as it is in the file now to `renew`, and puts the tokens that come back into their places. The
 * lock is the one of client-go (tools/clientcmd/loader.go `lockFile`), which writes the whole file anew.
 *
 * Whether the tokens can be replaced is tried out before `renew`, because a refresh-token may work only once.
 */
export async function updateTokens(
  provider: AuthProvider,
  renew: (current: Config) => Promise<Config>,
  signal: AbortSignal,
): Promise<Config> {
  const lock = await lockFile(provider.file, signal);
  try {
    const content = readFileSync(provider.file, 'utf8');
    const current = (await parseKubeFile(content, provider.file)).users.get(provider.user)?.authProvider?.config;
    const probe = { 'id-token': 'a.b.c', 'refresh-token': 'd' };
    if (current === undefined || (await replaceTokens(content, current, probe)) === undefined)
      throw stuck(provider.file);
    const renewed = await renew(current);
    if (TOKENS.some((name) => renewed[name] !== current[name])) {
      const replaced = await replaceTokens(content, current, renewed);
      if (replaced === undefined) throw stuck(provider.file);
      replaceFile(provider.file, replaced);
    }
    return renewed;
  } finally {
    rmSync(lock, { force: true });
  }
}

const LOCK_WAIT_MS = 10_000;

/** Another program that holds the lock is probably renewing the same tokens: wait, and find them in the file. */
async function lockFile(file: string, signal: AbortSignal): Promise<string> {
  const lock = `${file}.lock`;
  for (const started = Date.now(); ; await pause(50, signal)) {
    try {
      closeSync(openSync(lock, 'wx'));
      return lock;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw stuck(file);
      if (Date.now() - started > LOCK_WAIT_MS) {
        throw new UserError(`${lock} exists: another program is writing the kubeconfig`, command`rm ${pathWord(lock)}`);
      }
    }
  }
}

/** kubectl writes the whole file anew, so it can renew what cannot be replaced in place. */
function stuck(file: string): UserError {
  return new UserError(
    `the id-token in ${file} has expired and cannot be replaced there`,
    clusterCommand`kubectl auth whoami`,
  );
}

/** `content` with other tokens, undefined when anything but the tokens would change. */
async function replaceTokens(content: string, current: Config, renewed: Config): Promise<string | undefined> {
  const replacements = TOKENS.map((name) => [current[name] ?? '', renewed[name] ?? ''] as const);
  if (replacements.some(([old, next]) => old === '' && next !== '')) return undefined;
  let replaced = content;
  for (const [old, next] of replacements.filter(([old]) => old !== '')) {
    const literal = old.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    replaced = replaced.replaceAll(new RegExp(`(["']?)(?<![\\w.~+/=-])${literal}(?![\\w.~+/=-])\\1`, 'g'), () =>
      JSON.stringify(next),
    );
  }
  const expected = substitute(await parseDocument(content), new Map(replacements));
  const actual = await parseDocument(replaced).catch(() => undefined);
  return isDeepStrictEqual(actual, expected) ? replaced : undefined;
}

function substitute(value: unknown, replacements: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return replacements.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => substitute(item, replacements));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, replacements)]));
}
