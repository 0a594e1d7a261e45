/** A program that imports the package, compiled and run by package.test.ts where it is installed. */
import {
  buildKeyring,
  buildPullSecret,
  type DockerConfig,
  decodeDockerConfig,
  type ImageReference,
  type Keyring,
  type KeyringEntry,
  KeyringError,
  lookup,
  type PullSecretOptions,
  parseImage,
  type V1Secret,
} from 'regsecret';

const image: ImageReference = parseImage('ghcr.io/acme/app:v1');
const config: DockerConfig = decodeDockerConfig('{"auths":{"ghcr.io/acme":{"auth":"amFuZTpzZWNyZXQ="}}}');
const [server = ''] = config.auths.keys();
const options: PullSecretOptions = {
  name: 'regsecret',
  entries: [{ server, credential: { username: 'jane', password: 'secret' } }],
};
const secret: V1Secret = buildPullSecret(options);
const keyring: Keyring = buildKeyring([secret]);
const [entry]: readonly KeyringEntry[] = lookup(keyring, `${image.domain}/${image.path}`);
if (entry?.username !== 'jane' || entry.source.name !== 'regsecret') throw new KeyringError('no entry', { name: '' });
// @ts-expect-error a Secret has no field of this name
secret.spec;

declare const process: { stdout: { write(text: string): void } };
process.stdout.write(`${entry.key}\n`);
