/** The logins of podman, skopeo and buildah, found as they look (containers/image pkg/docker/config/config.go). */

import { type AuthConfig, type AuthFields, podmanAuthConfig } from '../domain/docker-config/auth-fields.ts';
import {
  type DockerConfig,
  DockerConfigError,
  decodeLegacyConfig,
  decodePodmanConfig,
} from '../domain/docker-config/docker-config.ts';
import { isWebLoginToken } from '../domain/docker-config/docker-lookup.ts';
import { podmanEntry, podmanHost, podmanRegistry } from '../domain/docker-config/podman-lookup.ts';
import { Base64Error } from '../domain/go/base64.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { printable } from '../domain/text/printable.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { readAuthFile, shellWord } from './auth-file.ts';
import { getFromHelper } from './helper.ts';
import { type PodmanFile, podmanFiles, podmanWarnings } from './podman-files.ts';
import { type ListedLogin, type Listing, lookupName, type Source, type StoredLogin, toLookupResult } from './source.ts';

export const podman: Source = {
  list: listPodman,
  lookup: async (server, io) => {
    const { kept, warnings } = await podmanLogin(server, io);
    return toLookupResult(kept, warnings);
  },
};

/** What podman would send for `server`: the first file with a login for it decides (`GetCredentials`). */
export async function podmanLogin(
  server: string,
  io: Io,
): Promise<{ readonly kept: StoredLogin | undefined; readonly warnings: readonly string[] }> {
  const { name } = lookupName(server);
  const warnings: string[] = [];
  for (const file of podmanFiles(io.env)) {
    const config = readConfig(file);
    const kept = config && (await loginIn(config, file, name, warnings, io));
    if (kept !== undefined) return { kept, warnings };
  }
  return { kept: undefined, warnings: [...podmanWarnings(io.env), ...warnings] };
}

/** The login in one file (`findCredentialsInFile`): that of the registry's helper, else of an entry. */
async function loginIn(
  config: DockerConfig,
  file: PodmanFile,
  name: string,
  warnings: string[],
  io: Io,
): Promise<StoredLogin | undefined> {
  const registry = podmanRegistry(name);
  const helper = config.credHelpers.get(registry);
  if (helper !== undefined) return keptByHelper(registry, helper, io);
  const entry = podmanEntry(config, name, file.legacy);
  return entry && keptInFile(entry.server, entry.fields, file, warnings);
}

/** Every login in every file; one that an earlier file or a helper hides is left out (`GetAllCredentials`). */
async function listPodman(io: Io): Promise<Listing> {
  const logins = new Map<string, ListedLogin>();
  for (const file of podmanFiles(io.env)) {
    const config = readConfig(file);
    for (const login of config === undefined ? [] : loginsIn(config, file, io)) {
      if (!logins.has(login.server)) logins.set(login.server, login);
    }
  }
  return { logins: [...logins.values()], warnings: logins.size === 0 ? podmanWarnings(io.env) : [] };
}

function loginsIn({ auths, credHelpers }: DockerConfig, file: PodmanFile, io: Io): ListedLogin[] {
  const helped = new Set([...credHelpers.keys()].map((registry) => podmanHost(registry, false)));
  const hidden = (server: string): boolean =>
    helped.has(podmanHost(podmanRegistry(server.replace(/^https?:\/\//, '')), false));
  return [
    ...[...credHelpers].map(([server, helper]) => ({
      server,
      from: helperPhrase(helper),
      open: async () => toLookupResult(await keptByHelper(server, helper, io)),
    })),
    ...[...auths]
      .filter(([server, { auth = '' }]) => auth !== '' && !isWebLoginToken(server) && !hidden(server))
      .map(([server, fields]) => ({
        server,
        from: file.from,
        open: async () => {
          const warnings: string[] = [];
          return toLookupResult(keptInFile(server, fields, file, warnings), warnings);
        },
      })),
  ];
}

async function keptByHelper(registry: string, helper: string, io: Io): Promise<StoredLogin | undefined> {
  const config = await getFromHelper(helper, registry, io);
  return config && { server: registry, from: helperPhrase(helper), config };
}

function keptInFile(server: string, fields: AuthFields, file: PodmanFile, warnings: string[]): StoredLogin | undefined {
  const config = decode(server, fields, file);
  if (config === undefined && (fields.auth ?? '') !== '') {
    warnings.push(`podman ignores ${printable(server)} in ${printable(file.path)}: its auth has no colon`);
  }
  return config === undefined || isEmpty(config) ? undefined : { server, from: file.from, config };
}

function decode(server: string, fields: AuthFields, { path }: PodmanFile): AuthConfig | undefined {
  try {
    return podmanAuthConfig(fields);
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error;
    const message = `reading JSON file "${printable(path)}": ${error.message} (entry ${printable(displayServer(server))})`;
    throw new UserError(message, `vi ${shellWord(path)}`);
  }
}

function isEmpty({ username, password, identityToken = '' }: AuthConfig): boolean {
  return username === '' && password === '' && identityToken === '';
}

function readConfig({ path, legacy }: PodmanFile): DockerConfig | undefined {
  const bytes = readAuthFile(path);
  try {
    return bytes && (legacy ? decodeLegacyConfig(bytes) : decodePodmanConfig(bytes));
  } catch (error) {
    if (!(error instanceof DockerConfigError)) throw error;
    throw new UserError(`reading JSON file "${printable(path)}": ${error.message}`, `vi ${shellWord(path)}`);
  }
}

function helperPhrase(helper: string): string {
  return `credential helper "${helper}"`;
}
