/** The files in which podman looks for logins (containers/image pkg/docker/config/config.go `getAuthFilePaths`). */
import { existsSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../io.ts';
import { displayPath, homeFolder } from './auth-file.ts';

export interface PodmanFile {
  readonly path: string;
  /** The file as shown to the user. */
  readonly from: string;
  /** Whether the file is a legacy `.dockercfg`. */
  readonly legacy: boolean;
}

/** The files in the order in which podman reads them; any may be absent. `system` is the platform whose rules apply. */
export function podmanFiles(env: Io['env'], system = platform()): readonly PodmanFile[] {
  const home = homeFolder(env, system);
  const file = (path: string): PodmanFile => ({ path, from: displayPath(path, home), legacy: false });
  // With either variable, the commands give the library only this file (container-libs common/pkg/auth `GetDefaultAuthFile`).
  if (env.REGISTRY_AUTH_FILE) return [file(env.REGISTRY_AUTH_FILE)];
  if (env.DOCKER_CONFIG) return [file(join(env.DOCKER_CONFIG, 'config.json'))];
  const inHome = (...parts: string[]): string | undefined => (home === undefined ? undefined : join(home, ...parts));
  const first = system === 'linux' ? runtimeFile(env) : inHome('.config', AUTH_JSON);
  const second = env.XDG_CONFIG_HOME ? join(env.XDG_CONFIG_HOME, AUTH_JSON) : inHome('.config', AUTH_JSON);
  const authJsons = [...new Set([first, second])].map((path) => path && { ...file(path), from: 'podman auth.json' });
  const dockerConfig = inHome('.docker', 'config.json');
  const legacy = inHome('.dockercfg');
  return [...authJsons, dockerConfig && file(dockerConfig), legacy && { ...file(legacy), legacy: true }].filter(
    (found) => typeof found === 'object',
  );
}

/** Reasons why podman may have no login where the user expects one. */
export function podmanWarnings(env: Io['env'], system = platform()): readonly string[] {
  const { REGISTRY_AUTH_FILE: only, XDG_RUNTIME_DIR: runtime } = env;
  if (only) {
    return existsSync(only) ? [] : [`podman has no logins: there is no ${only}, which REGISTRY_AUTH_FILE names`];
  }
  if (env.DOCKER_CONFIG || system !== 'linux' || !runtime || existsSync(runtime)) return [];
  return [`podman passes over XDG_RUNTIME_DIR: there is no folder ${runtime}`];
}

const AUTH_JSON = join('containers', 'auth.json');

/** The file that `podman login` writes. It is gone after a restart (`getPathToAuthWithOS`). */
function runtimeFile(env: Io['env']): string | undefined {
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, AUTH_JSON);
  try {
    return `/run/containers/${userInfo().uid}/auth.json`;
  } catch {
    // A container may run as a user that has no name.
    return undefined;
  }
}
