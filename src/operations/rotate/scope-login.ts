/** A login that the Secrets of a scope hold. */
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
