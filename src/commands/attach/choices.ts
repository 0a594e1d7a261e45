/** Lists what a pull secret can be attached to or detached from in a namespace, and who uses it, for a person to choose from. */

import type { AttachRequest, NamedTarget } from '../../attaching/request.ts';
import { isHelpedByLogin } from '../../changes/pod-remedy.ts';
import { eachPullSpec } from '../../cluster/each-object.ts';
import { pullSpecFields } from '../../cluster/pull-spec-fields.ts';
import { createReader } from '../../cluster/reader.ts';
import type { Transport } from '../../cluster/transport.ts';
import { accountKey, type FailingFacts, gatherFacts } from '../../gather/failing.ts';
import { many, plural } from '../../text/enumerate.ts';
import { pullKind } from '../../workloads/kind.ts';
import { changedList } from '../../workloads/list-change.ts';
import { type ObjectRef, resultName } from '../../workloads/object-ref.ts';
import { hasEnded } from '../../workloads/pod-group.ts';
import { listedNames, type PullSpec } from '../../workloads/pull-spec.ts';

export interface Choice {
  readonly target: NamedTarget;
  readonly label: string;
}

const POD = pullKind('Pod');

/** Lists the objects that would change, service accounts first. */
export async function listChoices(
  transport: Transport,
  { verb, secret }: Pick<AttachRequest, 'verb' | 'secret'>,
): Promise<Choice[]> {
  const { namespace } = transport;
  const reader = createReader(transport);
  const facts = await gatherFacts(reader, { namespace, cached: false });
  const accounts: Choice[] = [];
  const kind = pullKind('ServiceAccount');
  await eachPullSpec(reader, kind, { namespace, shape: pullSpecFields(kind) }, (account) => {
    if (changedList(verb, account.imagePullSecrets, [secret]) === undefined) return;
    accounts.push(choice(account.ref, use(account, facts)));
  });
  const own = facts.workloads.filter(
    ({ ref, list }) => ref.kind !== 'Job' && list.includes(secret) === (verb === 'detach'),
  );
  const bare = facts.failing.filter(
    (pod) => pod.controller === undefined && !pod.list.includes(secret) && isHelpedByLogin(pod),
  );
  const pods: Choice[] = [];
  if (verb === 'detach') {
    await eachPullSpec(reader, POD, { namespace, shape: pullSpecFields(POD, { status: { phase: true } }) }, (pod) => {
      if (pod.controller !== undefined || hasEnded(pod.object)) return;
      if (listedNames(pod.imagePullSecrets).includes(secret)) pods.push(choice(pod.ref, 'has no controller'));
    });
  }
  return [
    ...accounts,
    ...own.map(({ ref, list }) => choice(ref, `has its own imagePullSecrets: ${list.join(', ')}`)),
    ...(verb === 'detach'
      ? pods
      : bare.map(({ ref, failures }) => choice(ref, `fails (${failures[0]?.reason}), has no controller`))),
  ];
}

function choice(ref: ObjectRef, what: string): Choice {
  return { target: { kind: ref.kind, name: ref.name }, label: `${resultName(ref)}  ${what}` };
}

function use({ ref }: PullSpec, facts: FailingFacts): string {
  const user = facts.users.get(accountKey(ref.namespace, ref.name));
  if (user === undefined) return 'used by nothing';
  const failing = facts.failing.filter(({ account }) => account === ref.name).length;
  const pods = `${plural(user.pods, 'pod')}${failing > 0 ? ` (${failing} cannot pull)` : ''}`;
  const workloads = many(user.examples.map(resultName), { total: user.workloads });
  return `used by ${[pods, workloads].filter(Boolean).join(': ')}`;
}
