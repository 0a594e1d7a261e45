/** Who proves to the API server who the user is, and what is sent for it. */
export interface Credentials {
  /** The value of the Authorization header. */
  readonly authorization?: string | undefined;
  /** PEM. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

export interface Authenticator {
  current(): Promise<Credentials>;
  /** Looks for other credentials than the ones the server has just rejected; false when there are none. */
  renew(rejected: Credentials): Promise<boolean>;
}
