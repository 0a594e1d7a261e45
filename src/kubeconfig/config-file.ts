/** Reads the kubeconfig files and the certificates, keys and tokens that they hold or name, up to a size limit. */

import { UserError } from '../errors.ts';
import { clusterCommand, command, pathWord } from '../line/command.ts';
import { systemReason } from '../system/errno.ts';
import { CONFIG_BYTES, type Limit, readFile, readFileOrPipe } from '../system/file.ts';

const LIMIT: Limit = {
  bytes: CONFIG_BYTES,
  error: (path) => new UserError(`${path} holds more than 16 MiB: it is too large`, command`ls -l ${pathWord(path)}`),
};

/** The bytes of `path`. Throws what node:fs throws, and UserError for a file that is too large. */
export function readConfigFile(path: string): Uint8Array {
  return readFile(path, LIMIT);
}

/** As {@link readConfigFile}, but waits for a pipe without blocking the program. Also throws the reason of `signal`. */
export function readConfigFileOrPipe(path: string, signal: AbortSignal): Promise<Uint8Array> {
  return readFileOrPipe(path, LIMIT, signal);
}

/**
 * The inline bytes, or the content of the file (client-go rest/config.go `dataFromSliceOrFile`). Throws UserError for a file that
 * cannot be read.
 */
export async function pem(
  data: Uint8Array | undefined,
  file: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data).toString('utf8');
  return file === undefined
    ? undefined
    : readText(file, signal, (reason) => {
        throw new UserError(`open ${file}: ${reason}`, clusterCommand`kubectl config view --minify`);
      });
}

/**
 * Throws UserError for a key of another type than its certificate, as Go does (crypto/tls `X509KeyPair`). OpenSSL would accept
 * such a pair and send no certificate at all, so the user would be anonymous.
 */
export function checkKeyPair(certificate: string | undefined, key: string | undefined): void {
  const [one, other] = [kindOf(certificate, 'CERTIFICATE'), kindOf(key, '[A-Z ]*PRIVATE KEY')];
  if (one === undefined || other === undefined || one === other) return;
  throw new UserError(
    `the client certificate and its key cannot be used: the certificate is for ${one}, the key is ${other}`,
    clusterCommand`kubectl config view --minify`,
  );
}

/** The object identifiers of public keys (RFC 3279 2.3.1, RFC 5480 2.1.1), with tag and length. */
const KINDS = { RSA: '06092a864886f70d010101', EC: '06072a8648ce3d0201' } as const;

/** The key type of the first block with that label; undefined when it is neither RSA nor EC, or cannot be told. */
function kindOf(text: string | undefined, label: string): keyof typeof KINDS | undefined {
  const [, name = '', content = ''] = new RegExp(`-----BEGIN (${label})-----([^-]*)`).exec(text ?? '') ?? [];
  const named = /^(RSA|EC) /.exec(name)?.[1];
  if (named === 'RSA' || named === 'EC') return named;
  const bytes = Buffer.from(content, 'base64');
  const [found] = (['RSA', 'EC'] as const).filter((kind) => bytes.includes(Buffer.from(KINDS[kind], 'hex')));
  return found;
}

/** Reads a file, and waits when it is a pipe. Throws the reason of `signal`, and whatever `failed` throws. */
export async function readText(file: string, signal: AbortSignal, failed: (reason: string) => string): Promise<string> {
  try {
    return Buffer.from(await readConfigFileOrPipe(file, signal)).toString('utf8');
  } catch (error) {
    if (error instanceof UserError || signal.aborted) throw error;
    return failed(systemReason(error));
  }
}
