/** The credentials sent to the API server, and the object that supplies them. */
export interface Credentials {
  /** The value of the Authorization header. */
  readonly authorization?: string | undefined;
  /** PEM. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface Authenticator {
  current(): Promise<Credentials>;
  /** Looks for credentials other than those the server has just rejected; false when there are none. */
  renew(rejected: Credentials): Promise<boolean>;
}
