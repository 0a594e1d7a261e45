/** Where docker looks for the login of a registry (docker/cli cli/config/configfile/file.go, credentials/file_store.go). */
import { GoUrlError, parseGoUrl, splitHostPort } from '../go/url.ts';
import { DOCKER_HUB } from '../keyring/display-server.ts';
import type { AuthFields } from './auth-fields.ts';
import type { DockerConfig } from './docker-config.ts';

/** The key under which docker keeps the login of `registry` (`getAuthConfigKey`). */
export function dockerKey(registry: string): string {
  return registry === 'docker.io' || registry === 'index.docker.io' ? DOCKER_HUB : registry;
}

/**
 * The suffix of the credential helper that is asked about `key`, undefined where the file itself answers
 * (`getConfiguredCredentialStore`). An empty suffix in `credHelpers` turns the helper of all others off.
 */
export function dockerHelper({ credHelpers, credsStore }: DockerConfig, key: string): string | undefined {
  const suffix = credHelpers.get(key) ?? credsStore;
  return suffix === '' ? undefined : suffix;
}

/** The entry of the file for `key`, by its name or else by its host (`fileStore.Get`; docker takes any of several). */
export function dockerEntry(
  { auths }: DockerConfig,
  key: string,
): { readonly server: string; readonly fields: AuthFields } | undefined {
  const exact = auths.get(key);
  if (exact !== undefined) return { server: key, fields: exact };
  for (const [server, fields] of auths) {
    if (convertToHostname(server) === key) return { server, fields };
  }
  return undefined;
}

/** What a login in the browser keeps beside the login itself (docker/cli internal/oauth/manager `storeTokensInStore`). */
export function isWebLoginToken(server: string): boolean {
  return server === `${DOCKER_HUB}access-token` || server === `${DOCKER_HUB}refresh-token`;
}

/** Host and port of a server that may be a URL (credentials/file_store.go `ConvertToHostname`). */
export function convertToHostname(server: string): string {
  const isUrl = server.includes('://') && /^([A-Za-z][A-Za-z0-9+.-]*:)?\/\//.test(server);
  const fromUrl = isUrl ? urlHost(server) : '';
  return fromUrl === '' ? (server.split('/', 1)[0] ?? '') : fromUrl;
}

/** url.URL `Hostname` and `Port`, joined again as net.JoinHostPort does; empty for no URL. */
function urlHost(url: string): string {
  try {
    const { name, port } = splitHostPort(parseGoUrl(url).host);
    if (name === '') return '';
    if (port === '') return name.replace(/^\[(.*)\]$/, '$1');
    return name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
  } catch (error) {
    if (error instanceof GoUrlError) return '';
    throw error;
  }
}
