/** Shows on a pod in a dry run whether the API server already adds a pull secret to new pods. */
import { ApiError } from '../../cluster/api-error.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UserError } from '../../errors.ts';
import { clusterCommand, command } from '../../line/command.ts';
import { scope } from '../../line/object-name.ts';
import { ADMISSION } from '../../workloads/admission-policy.ts';
import { type ApiObject, fieldOf, itemsOf } from '../../workloads/api-object.ts';
import { listedNames } from '../../workloads/pull-spec.ts';

const PATIENCE_MS = 10_000;
const POLL_MS = 200;
/** Of more namespaces than these, one surely accepts the pod. */
const FEW = 3;

/** Why it is in doubt that new pods get the name. */
interface Doubt {
  readonly error: UserError;
  /** Whether a pod was accepted without the name. */
  readonly isKnown: boolean;
}

/**
 * Waits until a new pod in one of `namespaces` gets the name: the API server sees a policy a moment after it is written
 * (apiserver pkg/admission/plugin/policy/generic `policySource`). Returns the doubt that is left where none gets it in time.
 */
export async function doubtAboutPods(
  transport: Transport,
  name: string,
  namespaces: readonly string[],
): Promise<Doubt | undefined> {
  const { clock, signal } = transport;
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const doubts: Doubt[] = [];
    for (const namespace of namespaces.slice(0, FEW)) {
      const doubt = await doubtAbout(transport, namespace, name);
      if (doubt === undefined) return undefined;
      doubts.push(doubt);
    }
    if (clock.monotonic() > deadline) return doubts.find(({ isKnown }) => isKnown) ?? doubts[0];
    await clock.pause(POLL_MS, signal);
  }
}

async function doubtAbout(transport: Transport, namespace: string, name: string): Promise<Doubt | undefined> {
  try {
    if (listedNames(await listOfPod(transport, namespace, name)).includes(name)) return undefined;
    const policies = clusterCommand`kubectl get mutatingadmissionpolicies -l ${`${ADMISSION}=true`} -o yaml`;
    const text = `after ${PATIENCE_MS / 1000} s, a new pod in namespace ${namespace} does not get ${name}`;
    return { error: new UserError(text, policies), isKnown: true };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const next = command`kubectl auth can-i create pods ${scope(namespace)}`;
    return { error: new UserError(`not known whether new pods get ${name}: ${error.message}`, next), isKnown: false };
  }
}

/**
 * The list that a pod would have. Its own entry keeps the list of the service account off, and nothing in it offends a quota or
 * Pod Security. Throws ApiError and UserError.
 */
async function listOfPod(transport: Transport, namespace: string, name: string): Promise<readonly unknown[]> {
  const amounts = { cpu: '1m', memory: '4Mi' };
  const container = {
    name: 'regsecret',
    image: 'regsecret.invalid/none',
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    resources: { requests: amounts, limits: amounts },
  };
  const spec = { containers: [container], imagePullSecrets: [{ name: `not-${name}` }] };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'regsecret-' }, spec };
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const query = { dryRun: 'All' };
  const pod = await transport.request<ApiObject>({ method: 'POST', path, query, body, guarded: true });
  return itemsOf(fieldOf(pod, 'spec', 'imagePullSecrets'));
}
