/**
 * What regsecret knows about image-pull secrets, as functions over plain data: nothing here reads a file, asks a cluster
 * or looks at the clock.
 *
 * @packageDocumentation
 */
export { type ContentEntry, type Contents, readContents } from './domain/contents.ts';
export type { AuthEntry, Credential } from './domain/credential.ts';
export { diagnose, type Facts, type SecretFacts } from './domain/diagnose.ts';
export { type DockerConfig, DockerConfigError, decodeDockerConfig } from './domain/docker-config.ts';
export type { Finding, FindingCode, FindingObject, Severity } from './domain/finding.ts';
export { formatFinding } from './domain/finding-text.ts';
export { type ImageReference, ImageReferenceError, parseImage } from './domain/image.ts';
export {
  buildKeyring,
  type Ignored,
  type Keyring,
  type KeyringEntry,
  KeyringError,
  lookup,
  type SecretSource,
} from './domain/keyring.ts';
export { buildPullSecret, type NewPullSecret, type PullSecretOptions } from './domain/pull-secret.ts';
export type { ObjectMeta, PullSecretType, Secret as V1Secret, SecretContent } from './domain/secret.ts';
