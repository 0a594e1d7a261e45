/** Words for the user on why the API server could not be reached. */

import { UserError } from '../errors.ts';
import type { NetworkError } from '../http/network-error.ts';
import type { Connection } from '../kubeconfig/connection.ts';
import { clusterCommand, command } from '../line/command.ts';
import { prose } from '../line/hint.ts';

const VIEW = clusterCommand`kubectl config view --minify`;

/** `proxy` is the one in use. It may hold a password, which is not shown. */
export function networkTrouble(error: NetworkError, connection: Connection, proxy: string | undefined): UserError {
  const server = connection.server.href.replace(/\/$/, '');
  const unable = `unable to connect to the server ${server}`;
  switch (error.kind) {
    case 'refused':
      return new UserError(`the connection to the server ${server} was refused`, prose`check the address: ${VIEW}`);
    case 'dns':
      return new UserError(`${unable}: no such host ${connection.server.hostname}`, VIEW);
    case 'unreachable':
      return new UserError(`${unable}: there is no route to it from here (${error.code})`, VIEW);
    case 'reset':
      return new UserError(
        `the server ${server} closed the connection before it had answered`,
        clusterCommand`kubectl cluster-info`,
      );
    case 'timeout':
      return timedOut(error, connection, server);
    case 'proxy':
      return new UserError(`${unable}: the proxy ${hostOf(proxy)} refused the connection (${error.message})`, VIEW);
    case 'tls':
      return tlsTrouble(error, unable, connection.cluster.tlsServerName ?? connection.server.hostname);
    case 'too-large':
      return new UserError(`the answer of the server ${server} is too large`, prose`ask for less`);
    case 'protocol':
      return new UserError(`the server ${server} does not speak HTTP as expected (${error.message})`, VIEW);
  }
}

function timedOut(error: NetworkError, { timeoutMs }: Connection, server: string): UserError {
  const within = timeoutMs > 0 ? ` within ${timeoutMs / 1000} s` : '';
  return error.sent
    ? new UserError(`the server ${server} did not answer${within}`, prose`allow more with --request-timeout`)
    : new UserError(`unable to connect to the server ${server}: it did not react${within || ' within 30 s'}`, VIEW);
}

/** Codes of OpenSSL and BoringSSL, with messages in the words of Go's crypto/x509. */
function tlsTrouble({ code, message }: NetworkError, unable: string, name: string): UserError {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = /in the cert's (?:altnames|list): (.*)$/.exec(message)?.[1]?.replace(/(DNS|IP Address):/g, '');
    return new UserError(
      `${unable}: its certificate is ${names ? `valid for ${names}, not ${name}` : `not valid for ${name}`}`,
      prose`if it is the correct server, give its name with --tls-server-name`,
    );
  }
  if (/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_UNTRUSTED|INVALID_CA)/.test(code)) {
    return new UserError(
      `${unable}: its certificate is signed by an unknown authority`,
      prose`trust its CA with --certificate-authority, or in the kubeconfig`,
    );
  }
  if (code === 'CERT_HAS_EXPIRED') return new UserError(`${unable}: its certificate has expired`, VIEW);
  if (code === 'CERT_NOT_YET_VALID') return new UserError(`${unable}: its certificate is not valid yet`, command`date`);
  if (/wrong.version.number/i.test(message)) {
    return new UserError(`${unable}: it speaks http, not https`, VIEW);
  }
  if (code.startsWith('ERR_OSSL_')) {
    const reason = message.replace(/^.*:/, '').replaceAll('_', ' ').toLowerCase();
    return new UserError(`the client certificate and its key cannot be used: ${reason}`, VIEW);
  }
  if (/alert/i.test(code + message)) {
    return new UserError(`${unable}: it refused the TLS connection (${code})`, VIEW);
  }
  return new UserError(`${unable}: ${code}`, VIEW);
}

function hostOf(proxy: string | undefined): string {
  return proxy !== undefined && URL.canParse(proxy) ? new URL(proxy).host : '';
}
