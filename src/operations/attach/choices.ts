/** Lists what a pull secret can be attached to or detached from in a namespace, and who uses it, for a person to choose from. */
import type { Transport } from '../../cluster/client/transport.ts';
import { eachPullSpec } from '../../cluster/each-object.ts';
import { objectPath } from '../../cluster/object-request.ts';
import { exists } from '../../cluster/other-places.ts';
import { pullSpecFields } from '../../cluster/pull-spec-fields.ts';
import { createReader } from '../../cluster/reader.ts';
import { many, plural } from '../../domain/text/enumerate.ts';
import { isObjectName } from '../../domain/text/object-name.ts';
import { type PullKindName, pullKind, pullKindByName, WORKLOAD_KINDS } from '../../domain/workloads/kind.ts';
import { changedList, type Verb } from '../../domain/workloads/list-change.ts';
import { type ObjectRef, resultName, targetName } from '../../domain/workloads/object-ref.ts';
import { hasEnded } from '../../domain/workloads/pod-group.ts';
import { listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { retargeted, TARGET } from '../../domain/workloads/target.ts';
import { UsageError, UserError } from '../../errors.ts';
import { accountKey, type FailingFacts, gatherFacts } from '../pods/failing.ts';
import { isHelpedByLogin } from '../pods/pod-remedy.ts';
import type { AttachRequest, NamedTarget } from './request.ts';

export interface Choice {
  readonly target: NamedTarget;
  readonly label: string;
}

const POD = pullKind('Pod');

/**
 * Returns the usage error with a corrected command line where `--to worker` lacks the kind and exactly one workload has that
 * name. Otherwise returns `error` unchanged.
 */
export async function withWorkload(
  error: unknown,
  { verb, to }: { readonly verb: Verb; readonly to: readonly string[] },
  ask: (work: (transport: Transport) => Promise<PullKindName[]>) => Promise<PullKindName[]>,
): Promise<unknown> {
  const [name, ...others] = to.filter((word) => isObjectName(word) && pullKindByName(word) === undefined);
  const isMeant = error instanceof UsageError && error.message === TARGET;
  if (!isMeant || name === undefined || others.length > 0) return error;
  const [kind, ...more] = await ask((transport) => kindsNamed(name, transport)).catch((refused: unknown) => {
    if (refused instanceof UserError) return [];
    throw refused;
  });
  if (kind === undefined || more.length > 0) return error;
  const flag = verb === 'attach' ? '--to' : '--from';
  return new UsageError(TARGET, retargeted(flag, to, name, targetName({ kind, name })));
}

async function kindsNamed(name: string, transport: Transport): Promise<PullKindName[]> {
  const { namespace } = transport;
  const found = WORKLOAD_KINDS.map(async (kind) =>
    (await exists(transport, objectPath(pullKind(kind), namespace, name))) ? [kind] : [],
  );
  return (await Promise.all(found)).flat();
}

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
    ...own.map(({ ref, list }) => choice(ref, `has a list of its own: ${list.join(', ')}`)),
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
