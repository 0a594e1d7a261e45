/** Flags that say where credentials come from. */

export interface CredentialOptions {
  readonly server?: readonly string[];
  readonly username?: string;
  /** Of the kubeconfig, where perhaps the user name of the login is meant. */
  readonly user?: string | undefined;
  readonly email?: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly fromFile?: readonly string[];
  /** Runs the helpers that such a file names, for the servers that it names. */
  readonly allowHelpers?: boolean;
  readonly all?: boolean;
  readonly prompt?: boolean;
  /** Of the command, for one that is proposed in its place. */
  readonly dryRun?: 'none' | 'client' | 'server';
  readonly dockerServer?: string;
  readonly dockerUsername?: string;
  readonly dockerPassword?: string;
  readonly dockerEmail?: string;
}
