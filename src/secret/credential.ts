/** A credential for a registry, and the server that it is for. */

export interface PasswordLogin {
  readonly username: string;
  readonly password: string;
}

/** A login, or an identity (refresh) token, which no field of a pull secret can carry. */
export type Credential = PasswordLogin | { readonly identityToken: string };

/** One entry of a docker config: `server` is the key of `auths`. */
export interface AuthEntry {
  readonly server: string;
  readonly credential: Credential;
  readonly email?: string | undefined;
}
