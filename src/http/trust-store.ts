/** The certificate authorities a program trusts when it is given none: the machine's, found as Go finds them. */
import { readdirSync, statSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { CONFIG_BYTES, type Limit, readFile } from '../files/file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Go crypto/x509 `certFiles` (root_linux.go, root_bsd.go): the first that can be read counts. */
const FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/etc/ssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
];
/** Go crypto/x509 `certDirectories`. */
const DIRECTORIES = ['/etc/ssl/certs', '/etc/pki/tls/certs', '/usr/local/share/certs'];

/**
 * PEM texts of the trusted authorities (crypto/x509 `loadSystemRoots`, with SSL_CERT_FILE and SSL_CERT_DIR). Windows and
 * macOS keep theirs in a store that Go asks too, without regard to the two variables.
 *
 * Node trusts the authorities it was built with instead, and Bun its own: a company's proxy would be refused.
 */
export async function trustedRoots(env: Environment): Promise<readonly string[]> {
  if (['darwin', 'win32'].includes(platform())) {
    const { getCACertificates } = await import('node:tls');
    return getCACertificates('system');
  }
  const bundle = firstReadable(env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : FILES);
  // The directories hold the certificates of the bundle one by one: 300 files are read only when there is a reason to.
  if (bundle !== undefined && !env.SSL_CERT_DIR) return [bundle];
  const directories = env.SSL_CERT_DIR?.split(':') ?? DIRECTORIES;
  return [...new Set([...(bundle === undefined ? [] : [bundle]), ...directories.flatMap(filesOf)])];
}

function firstReadable(files: readonly string[]): string | undefined {
  for (const file of files) {
    const text = read(file);
    if (text !== undefined) return text;
  }
  return undefined;
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory)
      .map((name) => read(join(directory, name)))
      .filter((text) => text?.includes('-----BEGIN CERTIFICATE-----') ?? false) as string[];
  } catch {
    return [];
  }
}

const LIMIT: Limit = { bytes: CONFIG_BYTES, error: (file) => new Error(`${file} is too large`) };

function read(file: string): string | undefined {
  try {
    // A pipe or a device would hold us up.
    return statSync(file).isFile() ? Buffer.from(readFile(file, LIMIT)).toString('utf8') : undefined;
  } catch {
    return undefined;
  }
}
