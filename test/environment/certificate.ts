/** Certificates of the test cluster: one authority, and the certificates that it issues to servers and users. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import * as der from './der.ts';

export interface Certificate {
  certificate: string;
  key: string;
}

export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

/** A Kubernetes user is the common name, its groups are the organizations. */
export interface Subject {
  commonName: string;
  organizations?: readonly string[];
}

export interface Authority extends Certificate {
  subject: Subject;
}

/**
 * Makes a self-signed certificate authority with RSA, as kubeadm does. An API server checks the authority's signature at every
 * request, and checking RSA takes a third of the time of P-256.
 */
export function createAuthority(commonName: string): Authority {
  const subject = { commonName };
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const extensions = [
    extension('2.5.29.19', der.sequence(der.boolean(true)), 'critical'),
    extension('2.5.29.15', der.bitString(Buffer.from([0b0000_0110]), 7), 'critical'), // keyCertSign, cRLSign
  ];
  const authority = { subject, certificate: '', key: privatePem(keys.privateKey) };
  return { ...authority, certificate: signed(authority, subject, keys.publicKey, extensions) };
}

/** Reads an authority from its files, so that another process can issue certificates too. */
export function readAuthority(files: CertificateFiles): Authority {
  const certificate = readFileSync(files.certFile, 'utf8');
  const commonName = new X509Certificate(certificate).subject.replace(/^CN=/, '');
  return { certificate, key: readFileSync(files.keyFile, 'utf8'), subject: { commonName } };
}

/** Issues a certificate that is good for clients and, for the given host names and addresses, for servers. */
export function issueCertificate(
  authority: Authority,
  subject: Subject,
  hosts: readonly string[] = [],
  days: Days = DAYS,
): Certificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const usages = hosts.length > 0 ? [serverAuth, clientAuth] : [clientAuth];
  const extensions = [
    extension('2.5.29.15', der.bitString(Buffer.from([0b1000_0000]), 1), 'critical'), // digitalSignature
    extension('2.5.29.37', der.sequence(...usages.map(der.objectIdentifier))),
    ...(hosts.length > 0 ? [extension('2.5.29.17', der.sequence(...hosts.map(alternativeName)))] : []),
  ];
  const certificate = signed(authority, subject, keys.publicKey, extensions, days);
  return { certificate, key: privatePem(keys.privateKey) };
}

/** Writes `path.crt` and `path.key`. */
export function writeCertificate(certificate: Certificate, path: string): CertificateFiles {
  const files = { certFile: `${path}.crt`, keyFile: `${path}.key` };
  writeFileSync(files.certFile, certificate.certificate);
  writeFileSync(files.keyFile, certificate.key, { mode: 0o600 });
  return files;
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';
const day = 24 * 60 * 60 * 1000;

/** The validity of a certificate, in days from now. */
export interface Days {
  readonly from: number;
  readonly to: number;
}

const DAYS: Days = { from: -1, to: 30 };

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function signed(
  issuer: Authority,
  subject: Subject,
  publicKey: KeyObject,
  extensions: readonly Buffer[],
  { from, to }: Days = DAYS,
): string {
  const algorithm = der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), der.nothing); // sha256WithRSAEncryption
  const issuerKey = createPublicKey(issuer.key);
  const keyIdentifiers = [
    extension('2.5.29.14', der.octetString(keyIdentifier(publicKey))),
    extension('2.5.29.35', der.sequence(der.context(0, keyIdentifier(issuerKey), 'primitive'))),
  ];
  const now = Date.now();
  const content = der.sequence(
    der.context(0, der.integer(Buffer.from([2])), 'constructed'), // version 3
    der.integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name(issuer.subject),
    der.sequence(der.utcTime(new Date(now + from * day)), der.utcTime(new Date(now + to * day))),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.context(3, der.sequence(...extensions, ...keyIdentifiers), 'constructed'),
  );
  const signature = sign('sha256', content, createPrivateKey(issuer.key));
  return pem('CERTIFICATE', der.sequence(content, algorithm, der.bitString(signature)));
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function name(subject: Subject): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    der.set(der.sequence(der.objectIdentifier(type), der.utf8String(value)));
  const organizations = (subject.organizations ?? []).map((value) => attribute('2.5.4.10', value));
  return der.sequence(...organizations, attribute('2.5.4.3', subject.commonName));
}

function extension(type: string, value: Buffer, critical?: 'critical'): Buffer {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(type), ...flag, der.octetString(value));
}

function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return der.context(7, Buffer.from(host.split('.').map(Number)), 'primitive');
  return der.context(2, Buffer.from(host), 'primitive');
}

function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
