/** Starts Kubernetes' own keyring code (test/environment/go/kubernetes/oracle) as a program that answers line by line. */
import type { Secret } from '../../src/secret/secret.ts';
import { type LineProgram, startLineProgram } from './line-program.ts';

export interface KeyringCase {
  readonly secrets: readonly Secret[];
  /** As written in a pod. */
  readonly image: string;
}

/** Fields that need not be UTF-8 are base64. */
export interface OracleCredential {
  readonly username: string;
  readonly password: string;
  readonly email: string;
  /** The name of the Secret that the credential comes from. */
  readonly secret: string;
}

export interface OracleAnswer {
  readonly keyringError?: string;
  readonly imageError?: string;
  readonly name?: string;
  readonly credentials?: readonly OracleCredential[];
}

export type Oracle = LineProgram<KeyringCase, OracleAnswer>;

export function startOracle(): Promise<Oracle> {
  return startLineProgram('oracle');
}
