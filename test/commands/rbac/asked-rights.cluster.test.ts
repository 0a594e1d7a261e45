/**
 * Who may do everything asks the API server for nothing else than what the rules of `rbac` grant, and at least once for each
 * right that they grant.
 */
import { beforeAll, expect, test } from 'vitest';
import type { AskedRight } from '../../../src/cluster/api-request.ts';
import { PULL_KINDS } from '../../../src/workloads/kind.ts';
import { cluster } from '../../environment/use.ts';
import { recorded } from '../../support/asked-rights.ts';
import { contextsFile } from '../../support/context-world.ts';
import { here } from '../../support/here.ts';
import { LINES, openWorlds, placeFor, run, wordsOf } from '../../support/rights-world.ts';
import type { Rule } from '../../support/user.ts';

interface Role {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

/**
 * Requests that only improve a message are in no role. They are for Secrets in other namespaces, for the namespace, for policies
 * that add to lists, and for the settings of a kubelet: `get nodes/proxy` is as good as a shell on the node.
 */
const IMPROVING = ['list secrets', 'get namespaces', 'get nodes/proxy', 'list mutatingadmissionpolicies'];

/** Rights for what these lines do not meet: an account that is not there, a copy that is, and a pod in a dry run of the server. */
const UNMET: Readonly<Record<string, readonly string[]>> = {
  doctor: ['get serviceaccounts'],
  sync: [
    // A policy is created with the patch that also changes one.
    'create mutatingadmissionpolicies',
    'create mutatingadmissionpolicybindings',
    'create pods',
    'delete secrets',
    'get serviceaccounts',
    'patch secrets',
  ],
};

/** Lines that are needed only here. */
const LOGIN = '--username x --password-env PASSWORD --server x.example --no-verify';
const MORE = [
  `rotate ${LOGIN}`,
  // No pod is made for a node that is not ready.
  'verify regsecret --image r.example/app:2 --on-node=NODE',
  'verify regsecret --image r.example/app:2 --on-node=all --timeout 300ms',
  'sync fleet -l here=NS -n SOURCE --to-context east',
  `rotate ${LOGIN} --to-context hub --to-context east`,
];

const COMMANDS = Map.groupBy([...LINES.flat(), ...MORE], (line) => line.slice(0, line.search(/ |$/)));

let kubeconfig: string;
beforeAll(async () => {
  await openWorlds();
  kubeconfig = contextsFile({ hub: {}, east: { server: cluster().server.replace('127.0.0.1', 'localhost') } });
}, 120_000);

test.each([...COMMANDS])('%s', { timeout: 300_000 }, async (name, lines) => {
  const unasked = new Set<string>();
  const asked = new Set<string>();
  for (const line of lines) {
    const namespace = await placeFor(line);
    const printed = await here(['rbac', '--for', 'user/jane', '-o', 'json', ...(await wordsOf(line, namespace))], {});
    const roles: readonly Role[] = JSON.parse(printed.stdout).items;
    const { asked: rights } = await recorded(() => run(line, namespace, kubeconfig));
    const beyond = rights.filter((right) => !roles.some((role) => grants(role, right)) && !improves(right));
    expect(beyond, line).toEqual([]);
    for (const { verb, plural } of rights) asked.add(oneOf(verb, plural));
    for (const { verbs, resources } of roles.flatMap(({ rules = [] }) => rules)) {
      for (const verb of verbs) for (const resource of resources) unasked.add(oneOf(verb, resource));
    }
  }
  expect([...unasked].filter((right) => !asked.has(right)).sort()).toEqual(UNMET[name] ?? []);
});

function grants({ kind, metadata: { namespace }, rules = [] }: Role, right: AskedRight): boolean {
  return rules.some(
    ({ apiGroups, resources, verbs, resourceNames }) =>
      (kind === 'ClusterRole' || namespace === right.namespace) &&
      apiGroups.includes(right.group) &&
      resources.includes(right.plural) &&
      verbs.some((verb) => verb === right.verb) &&
      (resourceNames === undefined || (right.name !== undefined && resourceNames.includes(right.name))),
  );
}

function improves({ verb, plural, name }: AskedRight): boolean {
  return name !== 'kube-system' && IMPROVING.includes(`${verb} ${plural}`);
}

/** Which kind of workload a pod belongs to is known only from the pod, so rights for all of these kinds count as one. */
function oneOf(verb: string, plural: string): string {
  return `${verb} ${PULL_KINDS.some((kind) => kind.plural === plural && kind.specPath.length > 1) ? 'workloads' : plural}`;
}
