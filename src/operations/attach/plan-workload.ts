/** Why a Job stays as it is, and what helps its pods all the same. */
import { controllerName } from '../../cluster/owners.ts';
import type { Planner } from '../../cluster/write-list.ts';
import { opensImage } from '../../domain/keyring/keyring.ts';
import { command, words } from '../../domain/text/command.ts';
import { prose } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { pullKindOf } from '../../domain/workloads/kind.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { isEnforced, listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { describeRef, type ObjectRef, targetName } from '../../domain/workloads/ref.ts';
import { UserError } from '../../errors.ts';
import type { AttachContext } from './context.ts';
import type { Note } from './notes.ts';

/** core/validation `ValidateJobSpecUpdate`: also while it is suspended. */
export function jobProblem(
  { ref, imagePullSecrets: list, serviceAccountName }: PullSpec,
  { request }: AttachContext,
): UserError {
  const { verb, secret } = request;
  const text = `the template of ${describeRef(ref)} cannot be changed (a job's is immutable)`;
  const change = words`regsecret ${verb} ${secret} -f FILE --write`;
  if (verb === 'detach' || (list ?? []).length > 0) {
    return new UserError(text, change);
  }
  // Its template has no list, so the next pod gets that of the service account.
  return new UserError(
    text,
    command`regsecret attach ${secret} ${scope(ref.namespace)} --serviceaccount ${serviceAccountName}`,
    [
      'the next pod that it makes takes the list of its service account',
      prose`or change its manifest and create the job again: ${change}`,
    ],
  );
}

export type PlanItem =
  | { readonly way: 'write'; readonly pullSpec: PullSpec; readonly planner: Planner; readonly notes: readonly Note[] }
  /** Deleted, and created again with this list. */
  | { readonly way: 'recreate'; readonly pullSpec: PullSpec; readonly list: readonly unknown[] }
  | { readonly way: 'nothing'; readonly pullSpec: PullSpec };

/** A workload that was named, or is what a named pod belongs to. */
export async function planWorkload(pullSpec: PullSpec, context: AttachContext): Promise<PlanItem> {
  const { ref, controller } = pullSpec;
  const { verb, secret } = context.request;
  const owner = controller === undefined ? undefined : ownerRef(ref, controller);
  if (changedList(verb, pullSpec.imagePullSecrets, [secret]) === undefined && verb === 'attach')
    return { way: 'nothing', pullSpec };
  if (owner !== undefined) {
    const text = `${describeRef(ref)} belongs to ${describeRef(owner)}, whose template counts`;
    throw new UserError(text, command`regsecret ${verb} ${secret} ${scope(ref.namespace)} --to ${targetName(owner)}`);
  }
  const notes: Note[] = controller === undefined ? [] : [{ code: 'owned', ref, owner: controllerName(controller) }];
  const account = await context.accountOf(ref.namespace, pullSpec.serviceAccountName);
  if (verb === 'detach') {
    const stays =
      account !== undefined &&
      listedNames(account.imagePullSecrets).includes(secret) &&
      afterDetach(pullSpec, secret) === 0;
    if (stays) notes.push({ code: 'account-has-it', ref, account: account.ref.name });
    if (changedList(verb, pullSpec.imagePullSecrets, [secret]) !== undefined && ref.kind === 'Job')
      throw jobProblem(pullSpec, context);
    return {
      way: 'write',
      pullSpec,
      planner: ({ imagePullSecrets: list }) => changedList(verb, list, [secret]),
      notes,
    };
  }
  if (ref.kind === 'Job') throw jobProblem(pullSpec, context);
  if (account !== undefined) checkAllowed(account, pullSpec, context);
  await noteImages(pullSpec, context, notes);
  return { way: 'write', pullSpec, ...keepingInherited(pullSpec, account, secret, notes) };
}

/** How many entries would be left. */
function afterDetach({ imagePullSecrets: list }: PullSpec, secret: string): number {
  return (changedList('detach', list, [secret]) ?? list ?? []).length;
}

/**
 * A first list of its own hides that of the service account (admission copies it only into pods without one), so what
 * the pods had from there goes into the template, too.
 */
function keepingInherited(
  pullSpec: PullSpec,
  account: PullSpec | undefined,
  secret: string,
  notes: readonly Note[],
): { readonly planner: Planner; readonly notes: readonly Note[] } {
  const names = listedNames(account?.imagePullSecrets).filter((name) => name !== secret);
  const planner: Planner = ({ imagePullSecrets: list }) =>
    changedList('attach', list, (list ?? []).length === 0 ? [...names, secret] : [secret]);
  if (account === undefined || names.length === 0 || (pullSpec.imagePullSecrets ?? []).length > 0)
    return { planner, notes };
  return { planner, notes: [...notes, { code: 'kept', ref: pullSpec.ref, account: account.ref.name, names }] };
}

/** plugin/pkg/admission/serviceaccount `limitSecretReferences`; throws UserError. */
function checkAllowed(account: PullSpec, { ref }: Pick<PullSpec, 'ref'>, { request }: AttachContext): void {
  const { secret, targets } = request;
  const { namespace, name } = account.ref;
  if (!isEnforced(account) || listedNames(account.imagePullSecrets).includes(secret)) return;
  if (targets.some((target) => target.kind === 'ServiceAccount' && target.name === name)) return;
  throw new UserError(
    `serviceaccount ${namespace}/${name} enforces its list (enforce-mountable-secrets), so pods of ${describeRef(ref)} that name ${secret} would be refused`,
    command`regsecret attach ${secret} ${scope(namespace)} --serviceaccount ${name}`,
  );
}

/** Says so when none of the images is one that the Secret opens. */
export async function noteImages({ ref, images }: PullSpec, context: AttachContext, notes: Note[]): Promise<void> {
  const secret = await context.secretIn(ref.namespace);
  if (secret === undefined || images.length === 0 || images.some((image) => opensImage(secret, image))) return;
  notes.push({ code: 'opens-none', ref, images });
}

function ownerRef(ref: ObjectRef, controller: NonNullable<PullSpec['controller']>): ObjectRef | undefined {
  const kind = pullKindOf(controller.apiVersion, controller.kind)?.kind;
  return kind === undefined ? undefined : { kind, namespace: ref.namespace, name: controller.name };
}
