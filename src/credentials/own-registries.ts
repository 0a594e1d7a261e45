/** The registries that this machine has logins for, as far as its files name them. No store or helper is asked. */
import { UserError } from '../errors.ts';
import type { DockerConfig } from '../secret/docker-config.ts';
import { registryOf } from '../secret/server.ts';
import type { Io } from '../system/io.ts';
import { authFiles } from './auth-file.ts';
import { readDockerSettings } from './docker.ts';
import { readPodman } from './podman.ts';

/**
 * The registries, as HOST[:PORT], that the login files of this machine name. A store for all registries names none of its own, but
 * docker writes each of its logins into the file, without the password. A file that cannot be read names none.
 */
export async function ownRegistries(io: Io): Promise<string[]> {
  const files = authFiles();
  const { config, variable } = readDockerSettings(io, files);
  const podman = (await readPodman(io, files)).files.flatMap(({ open }) => serversOf(readable(open)?.config));
  const servers = [...serversOf(config), ...variable.keys(), ...podman];
  return [...new Set(servers.flatMap((server) => registryOf(server) ?? []))];
}

function serversOf(config: DockerConfig | undefined): string[] {
  return config === undefined ? [] : [...config.auths.keys(), ...config.credHelpers.keys()];
}

/** What `open` returns; undefined where it cannot read its file. */
function readable<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
