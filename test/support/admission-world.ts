/** Policies of `sync --admission` and the pods that the API server makes of them, for tests on the shared cluster. */
import type { ApiAnswer } from '../environment/api-client.ts';
import { atFileEnd } from '../environment/file-end.ts';
import { api } from '../environment/use.ts';
import { regsecretIn } from './attach-world.ts';
import { OURS } from './sync-world.ts';

export const POLICIES = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies';
export const BINDINGS = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings';

const applied = new Set<string>();
// A policy is in no namespace, so it would stay.
atFileEnd(async () => {
  for (const name of applied) await removePolicy(name);
});

/** The name of the policy for the copies of a source, which is removed when the test file ends. */
export function policyName(home: string, name = 'regsecret'): string {
  const policy = `regsecret.${home}.${name}`;
  applied.add(policy);
  return policy;
}

export async function removePolicy(name: string): Promise<void> {
  await api('DELETE', `${BINDINGS}/${name}`);
  await api('DELETE', `${POLICIES}/${name}`);
}

/** Which of the two objects are there. */
export async function policyIn(home: string, name = 'regsecret'): Promise<readonly string[]> {
  const policy = policyName(home, name);
  const found: string[] = [];
  for (const [kind, path] of Object.entries({ policy: POLICIES, binding: BINDINGS })) {
    const { status, body } = await api('GET', `${path}/${policy}`);
    if (status === 200 && body.metadata.labels['app.kubernetes.io/managed-by'] === Object.values(OURS)[0])
      found.push(kind);
  }
  return found;
}

/** Syncs from `home` with a policy, and returns once it works. */
export async function withPolicy(home: string, line: readonly string[], name = 'regsecret'): Promise<string> {
  policyName(home, name);
  const ran = await regsecretIn(home, ['sync', name, ...line, '--admission', '--yes']);
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}

/** The pod as the API server would create it. */
export async function rehearsed(namespace: string, pod: { metadata?: object; spec?: object } = {}): Promise<ApiAnswer> {
  const spec = { containers: [{ name: 'app', image: 'r.example/app:1' }], ...pod.spec };
  const metadata = { generateName: 'pod-', ...pod.metadata };
  return api('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, { metadata, spec });
}
