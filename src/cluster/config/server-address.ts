/** Parses the address of an API server as client-go does (rest/url_utils.go `DefaultServerURL`). */

import { type WebUrl, webUrl } from '../../domain/go/web-url.ts';
import { clusterCommand } from '../../domain/text/command.ts';
import { UserError } from '../../errors.ts';

export interface Server {
  /** Without user info, query and final slash; its path is a prefix of every request. */
  readonly url: URL;
  /** From `https://name:password@host`. Go sends these in every request, in preference to any other credentials. */
  readonly user: WebUrl['user'];
  /** The address as passed to credential plugins. It may hold a password. */
  readonly text: string;
}

/** Matches a fragment after a path. */
const IN_PATH = /^[^:]*:\/\/[^/?#]*\/[^?]*#/;

/**
 * Parses an address; one without a scheme means http. Refuses the addresses that Go refuses, and those that can only fail later
 * in Go: another scheme, a port above 65535, no host, an IPv6 zone. A fragment after a path is refused because kubectl makes it
 * part of the path. Throws UserError.
 */
export function parseServer(address: string): Server {
  const schemed = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(address);
  const parsed = webUrl(schemed ? address : `http://${address}`);
  const isPrefix = schemed || parsed?.text.replace(/^http:\/\/[^/]*/, '').replace(/^\/$/, '') === '';
  if (parsed === undefined || !isPrefix || !/^https?:$/.test(parsed.url.protocol) || IN_PATH.test(address)) {
    throw new UserError(
      `the server must be a URL or a host:port pair: "${address.replace(/^([^/]*\/\/)?.*@/s, '$1')}"`,
      clusterCommand`kubectl config view --minify`,
    );
  }
  // client_config.go `ClientConfig` rewrites only an address with a path.
  const hasPath = /^[^:]*:\/\/[^/?]*\/[^?]/.test(address);
  return { url: parsed.url, user: parsed.user, text: schemed && hasPath ? parsed.text : address };
}
