/** Which tool manages a Secret and would undo what others write into it, by its metadata alone. */

import { ALL_NAMESPACES, type Command, clusterCommand, command, words } from '../line/command.ts';
import { isNamespaceName, isObjectName, nameWord, scope } from '../line/object-name.ts';
import type { OwnerReference, Secret } from './secret.ts';

export interface Maker {
  /** For people: `Helm release web`. */
  readonly name: string;
  /** The command that shows where to change it instead. */
  readonly where: Command;
}

/**
 * The tool that manages `secret`, undefined if none is known. The owner of the namespace may write any of the marks, so they
 * decide about this Secret and about no other.
 */
export function makerOf(secret: Pick<Secret, 'metadata'>): Maker | undefined {
  const { ownerReferences = [], namespace } = secret.metadata;
  const [owner] = ownerReferences;
  if (owner !== undefined) return makerByOwner(owner, namespace);
  for (const mark of MARKS) {
    const maker = mark(secret);
    if (maker !== undefined) return maker;
  }
  return undefined;
}

/** As kubectl takes it: `externalsecret.external-secrets.io`. */
function makerByOwner({ apiVersion, kind, name }: OwnerReference, namespace: string | undefined): Maker {
  const [group = '', version] = apiVersion.split('/', 2);
  const resource = `${kind.toLowerCase()}${version === undefined ? '' : `.${group}`}`;
  return {
    name: `${resource}/${bounded(name)}`,
    where: command`kubectl get ${nameWord(resource)} ${nameWord(name)} ${scope(namespace)} -o yaml`,
  };
}

type Mark = (secret: Pick<Secret, 'metadata'>) => Maker | undefined;

/** The more specific marks come first: Flux installs charts with Helm, and Argo CD syncs External Secrets. */
const MARKS: readonly Mark[] = [
  // external-secrets pkg/controllers/externalsecret: what it merges into a Secret that it does not own.
  ({ metadata: { labels, annotations, namespace } }) =>
    labels?.['reconcile.external-secrets.io/managed'] === 'true' ||
    annotations?.['reconcile.external-secrets.io/data-hash'] !== undefined
      ? {
          name: 'External Secrets',
          where: command`kubectl get externalsecrets.external-secrets.io ${scope(namespace)}`,
        }
      : undefined,
  // https://github.com/emberstack/kubernetes-reflector, https://github.com/mittwald/kubernetes-replicator
  ({ metadata: { annotations } }) => copier('Reflector', annotations?.['reflector.v1.k8s.emberstack.com/reflects']),
  ({ metadata: { annotations } }) => copier('Replicator', annotations?.['replicator.v1.mittwald.de/replicate-from']),
  ({ metadata: { annotations, namespace } }) =>
    annotations?.['replicator.v1.mittwald.de/replicated-from-version'] === undefined
      ? undefined
      : { name: 'Replicator', where: command`kubectl get secrets ${scope(namespace)} -o yaml` },
  // https://kyverno.io/docs/policy-types/cluster-policy/generate/
  ({ metadata: { labels } }) =>
    named(labels?.['generate.kyverno.io/policy-name'], (policy) => ({
      name: `Kyverno policy ${policy}`,
      where: clusterCommand`kubectl get clusterpolicy ${nameWord(policy)} -o yaml`,
    })),
  // https://github.com/titansoft-pte-ltd/imagepullsecret-patcher secret.go
  ({ metadata: { annotations } }) =>
    annotations?.['app.kubernetes.io/managed-by'] === 'imagepullsecret-patcher'
      ? { name: 'imagepullsecret-patcher', where: clusterCommand`kubectl get deployments ${ALL_NAMESPACES}` }
      : undefined,
  // openshift-controller-manager pkg/serviceaccounts/controllers: the login of a service account for the internal registry.
  ({ metadata: { annotations = {}, namespace } }) =>
    Object.keys(annotations).some((name) =>
      /^openshift\.io\/(internal-registry-auth-token\.|token-secret\.)/.test(name),
    )
      ? { name: 'OpenShift', where: command`kubectl get serviceaccounts ${scope(namespace)}` }
      : undefined,
  // https://fluxcd.io/flux/components/kustomize/, /helm/
  ({ metadata: { labels } }) => flux('kustomization', 'kustomize.toolkit.fluxcd.io', labels),
  ({ metadata: { labels } }) => flux('helmrelease', 'helm.toolkit.fluxcd.io', labels),
  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
  ({ metadata: { labels, annotations } }) =>
    named(
      annotations?.['argocd.argoproj.io/tracking-id']?.split(':', 1)[0] ?? labels?.['argocd.argoproj.io/instance'],
      (application) => ({
        name: `Argo CD application ${application}`,
        where: words`argocd app get ${nameWord(application)}`,
      }),
    ),
  // helm pkg/action/validate.go
  ({ metadata: { labels, annotations } }) =>
    labels?.['app.kubernetes.io/managed-by'] === 'Helm'
      ? named(annotations?.['meta.helm.sh/release-name'], (release) => ({
          name: `Helm release ${release}`,
          where: command`helm get values ${nameWord(release)} ${scope(annotations?.['meta.helm.sh/release-namespace'])}`,
        }))
      : undefined,
  // https://kubernetes.io/docs/reference/labels-annotations-taints/#applyset-kubernetes-io-part-of: kubectl apply --prune --applyset
  ({ metadata: { labels } }) =>
    named(labels?.['applyset.kubernetes.io/part-of'], (set) => ({
      name: 'an ApplySet of kubectl',
      where: clusterCommand`kubectl get secrets,configmaps ${ALL_NAMESPACES} -l ${`applyset.kubernetes.io/id=${set}`}`,
    })),
];

/** `from` is the `NAMESPACE/NAME` of the Secret that the tool copies. */
function copier(tool: string, from: string | undefined): Maker | undefined {
  if (from === undefined || from === '') return undefined;
  const [namespace = '', name = ''] = from.split('/', 2);
  if (!isNamespaceName(namespace) || !isObjectName(name))
    return { name: tool, where: clusterCommand`kubectl get secrets ${ALL_NAMESPACES}` };
  return { name: `${tool}, from ${from}`, where: command`kubectl get secret ${name} ${scope(namespace)}` };
}

function flux(kind: string, group: string, labels: Secret['metadata']['labels']): Maker | undefined {
  return named(labels?.[`${group}/name`], (name) => ({
    name: `Flux ${kind} ${name}`,
    where: command`kubectl get ${kind} ${nameWord(name)} ${scope(labels?.[`${group}/namespace`])} -o yaml`,
  }));
}

function named(name: string | undefined, maker: (name: string) => Maker): Maker | undefined {
  return name === undefined || name === '' ? undefined : maker(bounded(name));
}

/** An annotation may hold a quarter of a megabyte. */
function bounded(name: string): string {
  return name.length <= 253 ? name : `${name.slice(0, 60)}…`;
}
