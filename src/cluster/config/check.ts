/**
 * Checks whether a cluster or a user of a kubeconfig is usable, with errors in kubectl's words (client-go
 * tools/clientcmd/validation.go).
 */
import { accessSync, constants } from 'node:fs';
import { webUrl } from '../../domain/go/web-url.ts';
import { clusterCommand } from '../../domain/text/command.ts';
import { systemReason } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import type { Cluster, ExecConfig, User } from './kube-file.ts';

/** `validateClusterInfo`; throws UserError. */
export function checkCluster(cluster: Cluster, name: string): void {
  const { certificateAuthority, certificateAuthorityData, proxyUrl } = cluster;
  const problems: string[] = [];
  if (proxyUrl !== undefined) problems.push(...proxyProblems(proxyUrl, name));
  if (certificateAuthority && certificateAuthorityData) {
    problems.push(`certificate-authority-data and certificate-authority are both specified for ${name}`);
  }
  problems.push(...unreadable('certificate-authority', certificateAuthority, name));
  report(problems);
}

/** As clientcmd/helpers.go `parseProxyURL`. The address is not repeated, because it may hold a password. */
function proxyProblems(proxyUrl: string, name: string): string[] {
  const proxy = webUrl(proxyUrl);
  if (proxy === undefined) return [`invalid 'proxy-url' for cluster "${name}": could not parse`];
  const scheme = proxy.url.protocol.slice(0, -1);
  if (['http', 'https', 'socks5'].includes(scheme)) return [];
  return [`invalid 'proxy-url' for cluster "${name}": unsupported scheme "${scheme}", must be http, https, or socks5`];
}

/** `validateAuthInfo`; throws UserError. */
export function checkUser(user: User, name: string): void {
  const problems: string[] = [];
  const basic = user.username !== undefined || user.password !== undefined;
  if (user.token !== undefined && basic) {
    problems.push(
      `more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    );
  }
  if (user.clientCertificate !== undefined || user.clientCertificateData !== undefined) {
    problems.push(...certificateProblems(user, name));
  }
  if (user.exec !== undefined) {
    if (user.authProvider)
      problems.push(`authProvider cannot be provided in combination with an exec plugin for ${name}`);
    problems.push(...execProblems(user.exec, name));
  }
  const impersonates = user.asUid || user.asGroups?.length || Object.keys(user.asUserExtra ?? {}).length > 0;
  if (impersonates && !user.as) {
    problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  }
  report(problems);
}

function certificateProblems(user: User, name: string): string[] {
  const problems: string[] = [];
  if (user.clientCertificate && user.clientCertificateData) {
    problems.push(`client-cert-data and client-cert are both specified for ${name}`);
  }
  if (user.clientKey && user.clientKeyData)
    problems.push(`client-key-data and client-key are both specified for ${name}`);
  if (!user.clientKey && !user.clientKeyData) {
    problems.push(
      `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method`,
    );
  }
  return [
    ...problems,
    ...unreadable('client-cert', user.clientCertificate, name),
    ...unreadable('client-key', user.clientKey, name),
  ];
}

function execProblems(exec: ExecConfig, name: string): string[] {
  const purpose = `must be specified for ${name} to use exec authentication plugin`;
  const problems: string[] = [];
  if (!exec.command) problems.push(`command ${purpose}`);
  if (!exec.apiVersion) problems.push(`apiVersion ${purpose}`);
  if (exec.env.some((variable) => variable.name === '')) problems.push(`env variable name ${purpose}`);
  if (exec.interactiveMode === undefined) problems.push(`interactiveMode ${purpose}`);
  else if (!['Never', 'IfAvailable', 'Always'].includes(exec.interactiveMode)) {
    problems.push(`invalid interactiveMode for ${name}: ${JSON.stringify(exec.interactiveMode)}`);
  }
  return problems;
}

function unreadable(what: string, file: string | undefined, name: string): string[] {
  if (file === undefined) return [];
  try {
    accessSync(file, constants.R_OK);
    return [];
  } catch (error) {
    return [`unable to read ${what} ${file} for ${name} due to open ${file}: ${systemReason(error)}`];
  }
}

function report(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new UserError(`invalid configuration: ${problems.join('; ')}`, clusterCommand`kubectl config view --minify`);
}
