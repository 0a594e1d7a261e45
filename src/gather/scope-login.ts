/** A login that the Secrets of a scope hold. */
import { closest } from '../text/closest.ts';

export interface ScopeLogin {
  /** The server as a person types it. */
  readonly server: string;
  readonly username: string;
  /** Its passwords in the namespace of the connection. Empty where only others have the login: anybody may have put it there. */
  readonly atHome: ReadonlySet<string>;
  /** The number of Secrets with this login. */
  readonly count: number;
}

export function isAtHome({ atHome }: ScopeLogin): boolean {
  return atHome.size > 0;
}

/** Finds the server that was meant: the same host with another port. Another host that looks alike may be a trap. */
export function nearServer(typed: string, servers: readonly string[]): string | undefined {
  const [host = ''] = typed.split(/:\d+$/);
  const ofHost = servers.filter((one) => one.startsWith(`${host}:`));
  return ofHost.find((one) => one.startsWith(`${typed}:`)) ?? closest(typed, ofHost);
}
