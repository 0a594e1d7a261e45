/** A login that the Secrets of a scope hold. */
import { closest } from '../../domain/text/closest.ts';

export interface ScopeLogin {
  /** As it is typed. */
  readonly server: string;
  readonly username: string;
  /** The passwords that the namespace of the connection has for it; none where only others have it: there, anybody may have put it. */
  readonly atHome: ReadonlySet<string>;
  /** In how many Secrets. */
  readonly count: number;
}

export function isAtHome({ atHome }: ScopeLogin): boolean {
  return atHome.size > 0;
}

/** The server that was meant: the same host with another port. Of another host somebody may have made one that reads alike. */
export function nearServer(typed: string, servers: readonly string[]): string | undefined {
  const [host = ''] = typed.split(/:\d+$/);
  const ofHost = servers.filter((one) => one.startsWith(`${host}:`));
  return ofHost.find((one) => one.startsWith(`${typed}:`)) ?? closest(typed, ofHost);
}
