/** The certificate authorities that are trusted by default: the machine's, found as Go finds them. */
import { readdirSync, statSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { CONFIG_BYTES, type Limit, readFile } from '../system/file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** As Go crypto/x509 `certFiles` (root_linux.go, root_bsd.go). The first file that can be read is used. */
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
/** As Go crypto/x509 `certDirectories`. */
const DIRECTORIES = ['/etc/ssl/certs', '/etc/pki/tls/certs', '/usr/local/share/certs'];

/**
 * PEM texts of the trusted authorities (crypto/x509 `loadSystemRoots`, with SSL_CERT_FILE and SSL_CERT_DIR). Windows and macOS
 * keep theirs in a store, which Go uses as well, without regard to the two variables.
 *
 * By default, Node and Bun trust the authorities they were built with, and would refuse a company's proxy.
 */
export async function trustedRoots(env: Environment): Promise<readonly string[]> {
  if (['darwin', 'win32'].includes(platform())) {
    const { getCACertificates } = await import('node:tls');
    return getCACertificates('system');
  }
  const bundle = firstReadable(env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : FILES);
  // The directories hold the bundle's certificates one by one, so their 300 files are read only when there is a reason to.
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
    // A pipe or a device would block.
    return statSync(file).isFile() ? Buffer.from(readFile(file, LIMIT)).toString('utf8') : undefined;
  } catch {
    return undefined;
  }
}
