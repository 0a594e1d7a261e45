/** Users with few rights. */
import { api, kubeconfigFor, waitFor } from '../environment/use.ts';
import { created, freshName } from './attach-world.ts';

/** A rule of a Role for API objects. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Creates a user with only these rights in `namespace`, and `everywhere`, and returns its kubeconfig. */
export async function userWith(
  namespace: string,
  rules: readonly Rule[],
  everywhere: readonly Rule[] = [],
): Promise<string> {
  const user = freshName('user');
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: user } };
  await created(`${rbac}/roles`, { ...role, kind: 'Role', rules });
  await created(`${rbac}/rolebindings`, {
    ...role,
    kind: 'RoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  if (everywhere.length > 0) {
    const all = '/apis/rbac.authorization.k8s.io/v1';
    await created(`${all}/clusterroles`, { ...role, kind: 'ClusterRole', rules: everywhere });
    await created(`${all}/clusterrolebindings`, {
      ...role,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
  }
  const [rule] = [...everywhere, ...rules];
  if (rule !== undefined)
    await waitFor(() => mayDo(user, namespace, rule), { what: `the rights of ${user}`, everyMs: 5 });
  return kubeconfigFor({ user });
}

/** Whether a user has the first right of `rule`. The API server applies roles and bindings a moment after it has stored them. */
export async function mayDo(user: string, namespace: string, rule: Rule): Promise<boolean> {
  const [group = ''] = rule.apiGroups;
  const [resource = ''] = rule.resources;
  const [verb = ''] = rule.verbs;
  const [name = ''] = rule.resourceNames ?? [];
  const { body } = await api('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: { user, resourceAttributes: { namespace, group, resource, verb, name } },
  });
  return body.status.allowed;
}
