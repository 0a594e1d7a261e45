/** The public API: reading, checking and building pull secrets without a cluster. */

export { type Finding, type FindingCode, formatFinding } from './findings/finding.ts';
export type { FindingObject, SecretFacts, Severity } from './findings/finding-record.ts';
export { diagnose, type SecretRuleFacts } from './findings/secret-rules.ts';
export { buildPullSecret, type NewPullSecret, type PullSecretOptions } from './secret/build.ts';

export { type ContentEntry, type Contents, readContents } from './secret/contents.ts';

export type { AuthEntry, Credential } from './secret/credential.ts';
export { type DockerConfig, DockerConfigError, decodeDockerConfig } from './secret/docker-config.ts';
export { type ImageReference, ImageReferenceError, parseImage } from './secret/image.ts';
export {
  buildKeyring,
  type Keyring,
  type KeyringEntry,
  KeyringError,
  lookup,
  type SecretSource,
} from './secret/keyring.ts';
export type { ObjectMeta, PullSecretType, Secret as V1Secret, SecretContent } from './secret/secret.ts';
