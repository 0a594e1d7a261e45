/** Asks registries whether they accept a credential, and whether it allows an image to be pulled. */
import { parseDuration } from '../codec/go/duration.ts';
import { UserError } from '../errors.ts';
import { createHttpClient, type HttpClient } from '../http/http-client.ts';
import { NetworkError } from '../http/network-error.ts';
import { proxyFor } from '../http/proxy.ts';
import { trustedRoots } from '../http/trust-store.ts';
import { command, pathWord } from '../line/command.ts';
import type { ImageReference } from '../secret/image.ts';
import { registryOf } from '../secret/server.ts';
import { type OncePerKey, oncePerKey } from '../system/concurrency.ts';
import { systemReason } from '../system/errno.ts';
import { CONFIG_BYTES, type Limit, readFileOrPipe } from '../system/file.ts';
import type { Io } from '../system/io.ts';
import { isOnThisMachine, type Trust } from '../verify/destination.ts';
import type { AssignedLogin, RegistryLogin } from '../verify/login-permission.ts';
import type { Verdict } from '../verify/verdict.ts';
import { VERSION } from '../version.ts';
import { type Exchange, TargetRefused } from './exchange.ts';
import { askAnybody, judgeImage } from './judge-image.ts';
import { judgeLogin } from './judge-login.ts';
import { createLocate, type Locate, type Resolve } from './locate.ts';
import { greet, openRegistry, type Registry } from './ping.ts';
import { unreachable } from './verdicts.ts';

/** The flags of every command that asks registries. */
export interface RegistryFlags {
  /** The time limit of one question with all its requests, such as `10s`. */
  readonly timeout?: string | undefined;
  /** Hosts that may be asked over http when they do not speak https. */
  readonly plainHttp?: readonly string[] | undefined;
  /** A PEM file with authorities to trust in addition to those of the machine. */
  readonly registryCa?: string | undefined;
}

export interface RegistryQuestion {
  /** The key of `auths`, from which the registry is taken. */
  readonly server: string;
  /** Nothing is sent when this is undefined, or has no user name or no password. */
  readonly login: AssignedLogin | undefined;
  /** When left out, only the login is checked. */
  readonly image?: ImageReference | undefined;
}

export interface RegistryClient {
  /** The registry's verdict; the same question is asked only once. Throws only when the signal is aborted. */
  verify(question: RegistryQuestion): Promise<Verdict>;
  close(): void;
}

const DEFAULT_TIMEOUT = '10s';

/** `resolve` replaces the system's name lookup. Throws UserError for a flag that cannot be used. */
export async function createRegistryClient(
  flags: RegistryFlags,
  origin: RegistryOrigin,
  io: Io,
  resolve?: Resolve,
): Promise<RegistryClient> {
  io.listen();
  const { timeout = DEFAULT_TIMEOUT, plainHttp = [], registryCa } = flags;
  const timeoutMs = parseDuration(timeout) ?? 0;
  const locate = createLocate(io.env, resolve);
  const trust = await trustOf(plainHttp, origin, locate);
  const ca = registryCa === undefined ? undefined : await extraAuthorities(registryCa, io);
  const http = createHttpClient({
    userAgent: `regsecret/${VERSION}`,
    env: io.env,
    proxy: (url) => proxyFor(url, io.env),
    tls: { rejectUnauthorized: true, ca },
    log: io,
  });
  const context: Context = { http, io, timeoutMs, locate, trust, registries: oncePerKey(), verdicts: oncePerKey() };
  return { verify: (question) => verify(question, context), close: () => http.close() };
}

interface Context {
  readonly http: HttpClient;
  readonly io: Io;
  readonly timeoutMs: number;
  readonly locate: Locate;
  readonly trust: Trust;
  readonly registries: OncePerKey<Registry>;
  readonly verdicts: OncePerKey<Verdict>;
}

function verify(question: RegistryQuestion, context: Context): Promise<Verdict> {
  const host = registryOf(question.server);
  const problem = host === undefined ? 'the server has no host' : hostProblem(host);
  if (host === undefined || problem !== undefined) {
    return Promise.resolve({ kind: 'not asked', reason: problem ?? '' });
  }
  const { login, image } = question;
  if (login !== undefined && 'refused' in login) {
    return Promise.resolve({ kind: 'unreachable', cause: 'target', reason: login.refused });
  }
  return context.verdicts(JSON.stringify([host, login, image]), () => ask(host, login, image, context));
}

function hostProblem(host: string): string | undefined {
  if (host.includes('*')) return 'it matches many registries; use --image for an image';
  return URL.canParse(`https://${host}/`) ? undefined : 'it is no valid name of a registry';
}

async function ask(
  host: string,
  given: RegistryLogin | undefined,
  image: ImageReference | undefined,
  context: Context,
): Promise<Verdict> {
  const { http, io, timeoutMs, locate, trust, registries } = context;
  const login = isComplete(given) ? given : undefined;
  if (login === undefined && image === undefined) return { kind: 'anonymous', why: 'empty' };
  const shared = {
    http,
    locate,
    trust,
    signal: io.signal,
    clock: io.clock,
    deadline: io.clock.monotonic() + timeoutMs,
  };
  try {
    const registry = await registries(host, () =>
      openRegistry(host, shared, (first, at) =>
        image === undefined ? greet(first, at) : askAnybody(first, at, image),
      ),
    );
    const exchange: Exchange = { ...shared, registry: registry.at };
    if (image !== undefined) return await judgeImage({ exchange, registry, host, login }, image);
    return login === undefined
      ? { kind: 'anonymous', why: 'empty' }
      : await judgeLogin({ exchange, registry, host, login });
  } catch (error) {
    if (error instanceof NetworkError) return unreachable(error, timeoutMs);
    if (error instanceof TargetRefused) return { kind: 'unreachable', cause: 'target', reason: error.message };
    throw error;
  }
}

/** Runtimes send nothing without a user name, and registries treat an empty password as none. */
function isComplete(login: RegistryLogin | undefined): boolean {
  if (login === undefined) return false;
  const { credential } = login;
  if ('identityToken' in credential) return credential.identityToken !== '';
  return credential.username !== '' && credential.password !== '';
}

/**
 * The authorities in `path` and those of the machine, as PEM. The machine's are included because the token server may be a public
 * one. Throws UserError.
 */
async function extraAuthorities(path: string, io: Io): Promise<string> {
  const own = await read(path, io.signal);
  if (!own.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UserError(`there is no certificate in ${path}`, command`openssl x509 -in ${pathWord(path)} -text`);
  }
  return [own, ...(await trustedRoots(io.env))].join('\n');
}

const LIMIT: Limit = {
  bytes: CONFIG_BYTES,
  error: (path) => new UserError(`${path} holds more than ${LIMIT.bytes} bytes`, command`ls -l ${pathWord(path)}`),
};

/** Throws UserError, and the reason of `signal`. */
async function read(path: string, signal: AbortSignal): Promise<string> {
  try {
    return Buffer.from(await readFileOrPipe(path, LIMIT, signal)).toString('utf8');
  } catch (error) {
    if (signal.aborted || error instanceof UserError) throw error;
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`, command`ls -l ${pathWord(path)}`);
  }
}

/** Where the names of the registries come from. */
export type RegistryOrigin =
  | { readonly from: 'person' }
  | {
      readonly from: 'cluster';
      /** The URL of its API server. */
      readonly cluster: string | undefined;
      /** The registries, as HOST[:PORT], that this machine has logins for. */
      readonly ownRegistries?: readonly string[];
      readonly allowLocalRegistries?: boolean | undefined;
    };

/**
 * Which places may be contacted for `origin`. A registry that the user names may be anywhere. One that the cluster names may be on
 * this machine only if the cluster is too, and in a private network only if it is one of `ownRegistries`;
 * `allowLocalRegistries` allows both.
 */
async function trustOf(plainHttp: readonly string[], origin: RegistryOrigin, locate: Locate): Promise<Trust> {
  if (origin.from === 'person') return { from: 'person', loopback: true, inPrivate: 'all', plainHttp };
  const { cluster, ownRegistries = [], allowLocalRegistries = false } = origin;
  if (allowLocalRegistries) return { from: 'cluster', loopback: true, inPrivate: 'all', plainHttp };
  const loopback = cluster !== undefined && (await isLocal(cluster, locate));
  return { from: 'cluster', loopback, inPrivate: ownRegistries, plainHttp };
}

/** Looks the name up, since one such as kubernetes.docker.internal may mean this machine. */
async function isLocal(cluster: string, locate: Locate): Promise<boolean> {
  if (!URL.canParse(cluster)) return false;
  try {
    return isOnThisMachine(await locate(new URL(cluster)));
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}
