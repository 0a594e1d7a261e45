/** Whether this machine has a login, as far as that can be seen without asking a store or a helper. */
import { canonicalServer } from '../domain/keyring/server.ts';
import type { Io } from '../io.ts';
import { canPrompt } from '../prompt.ts';
import { authFiles } from './auth-file.ts';
import { dockerStore } from './docker.ts';
import { readDockerSettings } from './docker-settings.ts';
import { podmanLogins } from './podman.ts';
import { machineLogins } from './source.ts';

/** Those of `servers` for which `create` would find no login on this machine, and nobody to ask. No program is started. */
export async function serversWithoutLogin(servers: readonly string[], io: Io): Promise<string[]> {
  if (servers.length === 0 || canPrompt(io)) return [];
  const files = authFiles();
  const settings = readDockerSettings(io, files);
  // With the first login docker writes into its file which store it takes.
  const config = settings.detected ? { ...settings.config, credsStore: undefined } : settings.config;
  const store = machineLogins(dockerStore({ ...settings, config }, io), await podmanLogins(io, files));
  return servers.filter((server) => store.where(canonicalServer(server)) === undefined);
}
