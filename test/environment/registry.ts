/** A real registry (distribution) without auth, with Basic auth from htpasswd, or with Bearer tokens of our token server. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { startDaemon } from './daemon.ts';
import type { PortBlock } from './port-block.ts';
import { ensurePrograms } from './programs.ts';
import type { RegistryUser } from './registry-user.ts';
import { report } from './report.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

export interface RegistryOptions {
  auth: 'none' | 'basic' | 'bearer';
  users?: readonly RegistryUser[];
  /** Repositories that anyone may pull, only with Bearer auth. */
  publicRepositories?: readonly string[];
  /** A token server of the caller, which the registry trusts instead of one started for it. */
  tokenServer?: TrustedTokenServer;
}

/** The data that a registry needs about its token server. */
export type TrustedTokenServer = Pick<TokenServer, 'url' | 'service' | 'issuer' | 'jwks'>;

/** Plain data, because it is sent between processes. */
export interface RegistryInfo {
  /** The host as images name it, `127.0.0.1:PORT`. It speaks plain HTTP. */
  host: string;
  auth: RegistryOptions['auth'];
  users: readonly RegistryUser[];
  /** The token server URL in the challenge of a Bearer registry. */
  tokenUrl?: string;
}

export interface Registry extends RegistryInfo {
  stop(): Promise<void>;
}

/** Starts a registry and resolves when it answers. It stores images in the run's state folder, which is in memory. */
export async function startRegistry(folder: string, ports: PortBlock, options: RegistryOptions): Promise<Registry> {
  const { registry: command } = await ensurePrograms(['registry'], report);
  const { auth, users = [] } = options;
  const host = `127.0.0.1:${await ports.next()}`;
  const name = `registry-${host.split(':')[1]}`;
  const own = join(folder, 'registries', name);
  mkdirSync(own, { recursive: true });
  const access = await accessControl[auth](own, ports, options);
  const config = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: false } },
    // distribution's in-memory driver copies a layer for each chunk that arrives, which takes minutes for 120 MB.
    storage: { filesystem: { rootdirectory: join(folder, 'state', name) }, delete: { enabled: true } },
    http: { addr: host, secret: 'one-server-needs-no-shared-secret' },
    ...(access.config ? { auth: access.config } : {}),
  };
  const configFile = join(own, 'config.json'); // JSON is YAML
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));
  const env = { OTEL_TRACES_EXPORTER: 'none' }; // otherwise it looks for a collector on this machine
  const daemon = startDaemon({ name, command, folder, env, args: ['serve', configFile] });
  await daemon.ready(async () => [200, 401].includes((await fetch(`http://${host}/v2/`)).status));
  const stop = async (): Promise<void> => {
    await Promise.all([daemon.stop(), access.close?.()]);
  };
  return { host, auth, users, stop, ...(access.tokenUrl ? { tokenUrl: access.tokenUrl } : {}) };
}

interface AccessControl {
  config?: object;
  tokenUrl?: string;
  close?(): Promise<void>;
}

/** https://distribution.github.io/distribution/about/configuration/#auth */
const accessControl: Record<
  RegistryOptions['auth'],
  (folder: string, ports: PortBlock, options: RegistryOptions) => Promise<AccessControl>
> = {
  none: async () => ({}),
  basic: async (folder, _ports, { users = [] }) => {
    const line = async (user: RegistryUser): Promise<string> => `${user.username}:${await hash(user.password, 4)}\n`;
    const path = join(folder, 'htpasswd');
    writeFileSync(path, (await Promise.all(users.map(line))).join(''));
    return { config: { htpasswd: { realm: 'regsecret test', path } } };
  },
  bearer: async (folder, ports, { users = [], publicRepositories = [], tokenServer }) => {
    const own = async (): Promise<TokenServer> =>
      startTokenServer({ users, publicRepositories, port: await ports.next() });
    const server: TrustedTokenServer & { close?(): Promise<void> } = tokenServer ?? (await own());
    const { url, service, issuer, jwks, close } = server;
    const jwksFile = join(folder, 'jwks.json');
    writeFileSync(jwksFile, jwks);
    const token = { realm: url, service, issuer, jwks: jwksFile, signingalgorithms: ['ES256'] };
    return { config: { token }, tokenUrl: url, ...(close ? { close } : {}) };
  },
};
