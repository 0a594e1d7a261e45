/** A credential for a registry, and the server that it is for. */

/** A user name with a password, or an identity (refresh) token, which no field of a pull secret can carry. */
export type Credential = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** One entry of a docker config: `server` is the key of `auths`. */
export interface AuthEntry {
  readonly server: string;
  readonly credential: Credential;
  readonly email?: string | undefined;
}
