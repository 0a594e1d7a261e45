/** The public API: reading, checking and building pull secrets without a cluster. */

export { type DockerConfig, DockerConfigError, decodeDockerConfig } from './domain/docker-config/docker-config.ts';

export { type Finding, type FindingCode, formatFinding } from './domain/findings/finding.ts';
export type { FindingObject, SecretFacts, Severity } from './domain/findings/finding-record.ts';
export { diagnose, type SecretRuleFacts } from './domain/findings/secret-rules.ts';

export { type ContentEntry, type Contents, readContents } from './domain/keyring/contents.ts';

export type { AuthEntry, Credential } from './domain/keyring/credential.ts';

export { type ImageReference, ImageReferenceError, parseImage } from './domain/keyring/image.ts';

export {
  buildKeyring,
  type Keyring,
  type KeyringEntry,
  KeyringError,
  lookup,
  type SecretSource,
} from './domain/keyring/keyring.ts';

export type { ObjectMeta, PullSecretType, Secret as V1Secret, SecretContent } from './domain/keyring/secret.ts';

export { buildPullSecret, type NewPullSecret, type PullSecretOptions } from './domain/pull-secret/build.ts';
