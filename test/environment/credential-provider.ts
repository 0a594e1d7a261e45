/** A credential provider plugin of a kubelet: https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/ */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RegistryUser } from './registry-user.ts';

/** Writes a credential provider below `state` that returns this login for images of `hosts`. Returns the kubelet's flags. */
export function writeProvider(
  state: string,
  hosts: readonly string[],
  { username, password }: Pick<RegistryUser, 'username' | 'password'>,
): string[] {
  const folder = join(state, 'credential-providers');
  const config = join(state, 'credential-providers.json');
  const apiVersion = 'credentialprovider.kubelet.k8s.io/v1';
  const answer = {
    apiVersion,
    kind: 'CredentialProviderResponse',
    cacheKeyType: 'Registry',
    auth: Object.fromEntries(hosts.map((host) => [host, { username, password }])),
  };
  const provider = { name: 'provider', apiVersion, matchImages: hosts, defaultCacheDuration: '0s' };
  mkdirSync(folder);
  writeFileSync(join(folder, 'provider'), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`, { mode: 0o755 });
  const whole = { apiVersion: 'kubelet.config.k8s.io/v1', kind: 'CredentialProviderConfig', providers: [provider] };
  writeFileSync(config, JSON.stringify(whole));
  return [`--image-credential-provider-config=${config}`, `--image-credential-provider-bin-dir=${folder}`];
}
