/** Users with a legacy `auth-provider` (client-go rest/plugin.go, plugin/pkg/client/auth). */
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Authenticator } from './auth.ts';
import type { AuthProvider } from './kube-file.ts';
import { createOidc } from './oidc.ts';

/** What took the place of the providers that Kubernetes 1.26 removed. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  gcp: 'gke-gcloud-auth-plugin: https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke',
  azure: 'kubelogin: https://github.com/Azure/kubelogin',
};

export function createAuthProvider(provider: AuthProvider, io: Io): Authenticator {
  if (provider.name === 'oidc') return createOidc(provider, io);
  const successor = SUCCESSORS[provider.name];
  if (successor !== undefined) {
    throw new UserError(`the ${provider.name} auth plugin has been removed`, `use the credential plugin ${successor}`);
  }
  throw new UserError(`no Auth Provider found for name "${provider.name}"`, 'kubectl config view --minify');
}
