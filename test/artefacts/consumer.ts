/** A program that imports the package, compiled and run by package.test.ts where it is installed. */
import {
  buildKeyring,
  buildPullSecret,
  type DockerConfig,
  decodeDockerConfig,
  diagnose,
  type Finding,
  formatFinding,
  type ImageReference,
  type Keyring,
  type KeyringEntry,
  KeyringError,
  lookup,
  type PullSecretOptions,
  parseImage,
  readContents,
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

const broken: V1Secret = { ...secret, type: 'Opaque' };
const findings: readonly Finding[] = diagnose({
  now: 0,
  secrets: [{ secret: broken, contents: readContents(broken) }],
});
if (findings[0]?.code !== 'wrong-type' || formatFinding(findings[0]) === '') throw new Error('the type is wrong');

declare const process: { stdout: { write(text: string): void } };
process.stdout.write(`${entry.key} opened, ${findings.length} finding\n`);
