/** The messages between kubectl and a credential plugin (client-go pkg/apis/clientauthentication/v1/types.go). */
import { encodeBase64 } from '../../domain/go/base64.ts';
import { escapeJson } from '../../domain/go/json.ts';
import { byKey } from '../../domain/go/utf8.ts';
import { webUrl } from '../../domain/go/web-url.ts';
import type { Connection } from '../config/connection.ts';
import { FieldError, member, parseDocument, text } from '../config/fields.ts';
import type { ExecConfig } from '../config/kube-file.ts';
import { pem } from '../config/pem.ts';
import type { Credentials } from './credentials.ts';

export interface ExecCredential {
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly expires?: number | undefined;
}

/** An apiVersion of ExecCredential. */
const VERSION = /^client\.authentication\.k8s\.io\/v\d{1,3}((alpha|beta)\d{1,3})?$/;

/** The content of KUBERNETES_EXEC_INFO, byte for byte as kubectl writes it. */
export async function execInfo(
  exec: ExecConfig,
  connection: Connection,
  interactive: boolean,
  signal: AbortSignal,
): Promise<string> {
  const cluster = exec.provideClusterInfo ? { cluster: await clusterInfo(connection, signal) } : {};
  const info = { kind: 'ExecCredential', apiVersion: exec.apiVersion, spec: { ...cluster, interactive } };
  return `${escapeJson(JSON.stringify(info))}\n`;
}

/** As client-go rest/exec.go `ConfigToExecCluster`. Empty fields are left out. */
async function clusterInfo({ cluster }: Connection, signal: AbortSignal): Promise<object> {
  const ca = cluster.certificateAuthorityData ?? (await pem(undefined, cluster.certificateAuthority, signal));
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.insecureSkipTlsVerify || undefined,
    'certificate-authority-data': ca === undefined ? undefined : encodeBase64(Buffer.from(ca)),
    'proxy-url': cluster.proxyUrl && webUrl(cluster.proxyUrl)?.text,
    'disable-compression': cluster.disableCompression || undefined,
    config: sorted(cluster.execConfig ?? null),
  };
}

/** Go writes the keys of a map in sorted order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(byKey);
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}

/** Reads the credentials from the plugin's output. Throws an Error in kubectl's words, which never quotes the output. */
export async function readExecCredential(output: string, exec: ExecConfig): Promise<ExecCredential> {
  const document = { value: await parse(output), path: '' };
  const apiVersion = text(document, 'apiVersion');
  if (text(document, 'kind') !== 'ExecCredential') throw new FieldError('decoding stdout: not an ExecCredential');
  if (apiVersion !== exec.apiVersion) {
    // A value that is not a version could be a token printed in the wrong field, so it is not quoted.
    const returned = VERSION.test(apiVersion ?? '') ? `version ${apiVersion}` : 'another version';
    throw new FieldError(
      `exec plugin is configured to use API version ${exec.apiVersion}, plugin returned ${returned}`,
    );
  }
  const status = member(document, 'status');
  if (status.value === undefined) throw new FieldError("exec plugin didn't return a status field");
  const token = text(status, 'token');
  const certificate = text(status, 'clientCertificateData');
  const key = text(status, 'clientKeyData');
  if (!token && !certificate && !key) throw new FieldError("exec plugin didn't return a token or cert/key pair");
  if (!certificate !== !key) throw new FieldError('exec plugin returned only certificate or key, not both');
  const expiration = text(status, 'expirationTimestamp');
  const expires = expiration === undefined ? undefined : Date.parse(expiration);
  if (Number.isNaN(expires)) throw new FieldError('decoding stdout: expirationTimestamp is not a time');
  return { credentials: { authorization: token && `Bearer ${token}`, certificate, key }, expires };
}

async function parse(output: string): Promise<unknown> {
  try {
    return await parseDocument(output);
  } catch {
    // The parser's message may quote a token, so it is not passed on.
    throw new FieldError('decoding stdout: neither JSON nor YAML');
  }
}
