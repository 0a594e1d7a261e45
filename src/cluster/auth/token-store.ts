/** Stores the renewed tokens of an auth-provider in the kubeconfig they came from, and changes nothing else there. */
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { clusterCommand, command, pathWord } from '../../domain/text/command.ts';
import { errnoOf } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import { Locked, withLock } from '../../files/file-lock.ts';
import { replaceFile } from '../../files/file-write.ts';
import { readConfigFile } from '../config/config-file.ts';
import { parseDocument } from '../config/fields.ts';
import { type AuthProvider, parseKubeFile } from '../config/kube-file.ts';

type Config = Readonly<Record<string, string>>;

const TOKENS = ['id-token', 'refresh-token'] as const;

/**
 * Passes the configuration that is in the file now to `renew`, and writes the tokens it returns in place of the old ones. The
 * lock is client-go's (tools/clientcmd/loader.go `lockFile`), which rewrites the whole file. Another program that holds the lock
 * is probably renewing the same tokens; `renew` then finds them in the file.
 *
 * Before `renew` is called, a trial replacement checks that the tokens can be replaced, because a refresh-token may work only
 * once.
 */
export async function updateTokens(
  provider: AuthProvider,
  renew: (current: Config) => Promise<Config>,
  signal: AbortSignal,
): Promise<Config> {
  // A pipe can be read only once.
  if (statSync(provider.file, { throwIfNoEntry: false })?.isFile() === false) throw stuck(provider.file);
  try {
    return await withLock(`${provider.file}.lock`, signal, () => updateLocked(provider, renew, signal));
  } catch (error) {
    if (error instanceof Locked) {
      const { lock } = error;
      throw new UserError(`${lock} exists: another program is writing the kubeconfig`, command`rm ${pathWord(lock)}`);
    }
    if (signal.aborted || errnoOf(error) === undefined) throw error;
    throw stuck(provider.file);
  }
}

async function updateLocked(
  provider: AuthProvider,
  renew: (current: Config) => Promise<Config>,
  signal: AbortSignal,
): Promise<Config> {
  const content = read(provider.file);
  const current = (await parseKubeFile(content, provider.file)).users.get(provider.user)?.authProvider?.config;
  const probe = { 'id-token': 'a.b.c', 'refresh-token': 'd' };
  if (current === undefined || (await replaceTokens(content, current, probe)) === undefined) throw stuck(provider.file);
  const renewed = await renew(current);
  if (TOKENS.every((name) => renewed[name] === current[name])) return renewed;
  // An editor may have saved the file in the meantime, and the old refresh-token no longer works.
  for (let attempt = 1, before = content; attempt <= MAX_ATTEMPTS; attempt += 1, before = read(provider.file)) {
    const after = await replaceTokens(before, current, renewed);
    if (after === undefined) break;
    if (await replaceFile(provider.file, { before, after }, signal)) return renewed;
  }
  throw stuck(provider.file);
}

const MAX_ATTEMPTS = 10;

function read(file: string): string {
  return Buffer.from(readConfigFile(file)).toString('utf8');
}

/** The hint is a kubectl command: kubectl rewrites the whole file, so it can store tokens that cannot be replaced in place. */
function stuck(file: string): UserError {
  return new UserError(
    `the id-token in ${file} has expired and cannot be replaced there`,
    clusterCommand`kubectl auth whoami`,
  );
}

/** `content` with the new tokens; undefined when anything but the tokens would change. */
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
