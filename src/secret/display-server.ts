/** How a server is shown. It may carry a user name and a password (`https://user:password@host`), which must not be shown. */

/** The only key of Docker Hub that docker, podman and the kubelet all understand. */
export const DOCKER_HUB = 'https://index.docker.io/v1/';

/** A server without user info. Findings, views and printers take no other, so that none is shown by mistake. */
export type ShownServer = string & { readonly isShown: true };

/** `server` with `…` for its user info, as results and JSON have it. */
export function shownServer(server: string): ShownServer {
  if (!server.includes('@')) return server as ShownServer;
  const { scheme, userInfo, rest } = splitUserInfo(server);
  return (userInfo === undefined ? server : `${scheme}…@${rest}`) as ShownServer;
}

/** `server` for people: without user info, and Docker Hub by its name. */
export function displayServer(server: string): string {
  return server === DOCKER_HUB ? 'Docker Hub' : shownServer(server);
}

/** `server` with its user info, for `--reveal`. */
export function revealServer(server: string): string {
  return server === DOCKER_HUB ? 'Docker Hub' : server;
}

/** `server` without scheme and user info, which may be the name of a registry. */
export function bareServer(server: string): string {
  return splitUserInfo(server).rest;
}

/** An `@` before a digest belongs to an image. After any other `@`, a name and a number are a host and its port. */
const DIGEST = /@sha(?:256|384|512):[0-9a-fA-F]*$/;

/**
 * User info ends at the last `@`, whatever is in it. Go ends it at the first slash, but people put passwords with slashes there.
 */
function splitUserInfo(server: string): { scheme: string; userInfo: string | undefined; rest: string } {
  const scheme = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/*/.exec(server)?.[0] ?? '';
  const isScheme = scheme.includes('/') || scheme === '';
  const start = isScheme ? scheme.length : 0;
  const digest = DIGEST.exec(server)?.index ?? server.length;
  const at = server.slice(0, digest).lastIndexOf('@');
  if (at < start) return { scheme: server.slice(0, start), userInfo: undefined, rest: server.slice(start) };
  return { scheme: server.slice(0, start), userInfo: server.slice(start, at), rest: server.slice(at + 1) };
}
