/** Flags that say where credentials come from. */

export interface CredentialOptions {
  readonly server?: readonly string[];
  readonly username?: string;
  /** The user of the kubeconfig. The user name of the login may be meant instead. */
  readonly user?: string | undefined;
  readonly email?: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly fromFile?: readonly string[];
  /** Runs the credential helpers that such a file names, for the servers that it names. */
  readonly allowHelpers?: boolean;
  readonly all?: boolean;
  readonly prompt?: boolean;
  /** The flag of the command itself, for a command that is proposed in its place. */
  readonly dryRun?: 'none' | 'client' | 'server';
  readonly dockerServer?: string;
  readonly dockerUsername?: string;
  readonly dockerPassword?: string;
  readonly dockerEmail?: string;
}
