/** Plans the change for a workload, and says why a Job cannot be changed. */
import type { ListRule } from '../../changes/list-step.ts';
import { opensImage } from '../../domain/keyring/keyring.ts';
import { command, dryRunFlag } from '../../domain/text/command.ts';
import { prose } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { pullKindOf } from '../../domain/workloads/kind.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { describeRef, type ObjectRef } from '../../domain/workloads/object-ref.ts';
import { controllerName, isEnforced, listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { changeCommand } from '../../domain/workloads/remedy.ts';
import { UserError } from '../../errors.ts';
import type { PlanContext } from './context.ts';
import type { Note } from './notes.ts';
import type { PlanItem } from './plan-item.ts';
import { namesAccount } from './request.ts';

/** The template of a Job is immutable, even while the Job is suspended (batch/validation `ValidateJobSpecUpdate`). */
export function jobProblem(
  { ref, imagePullSecrets: list, serviceAccountName }: PullSpec,
  { request }: PlanContext,
): UserError {
  const { verb, secret } = request;
  const text = `the template of ${describeRef(ref)} cannot be changed (a job's is immutable)`;
  const change = changeCommand(verb, { how: 'manifest' }, secret);
  if (verb === 'detach' || (list ?? []).length > 0) {
    return new UserError(text, change);
  }
  // The template has no list, so the next pod gets the list of the service account.
  return new UserError(
    text,
    command`regsecret attach ${secret} ${scope(ref.namespace)} --serviceaccount ${serviceAccountName} ${dryRunFlag(request)}`,
    [
      'the next pod that it makes takes the list of its service account',
      prose`or change its manifest and create the job again: ${change}`,
    ],
  );
}

/** Plans the change for a workload that is named or selected, or that owns a named pod. Throws UserError. */
export async function planWorkload(pullSpec: PullSpec, context: PlanContext): Promise<PlanItem> {
  const { ref, controller } = pullSpec;
  const { verb, secret } = context.request;
  const owner = controller === undefined ? undefined : ownerRef(ref, controller);
  const changes = changedList(verb, pullSpec.imagePullSecrets, [secret]) !== undefined;
  if (!changes && verb === 'attach') return { action: 'nothing', pullSpec, notes: [] };
  if (owner !== undefined) {
    const text = `${describeRef(ref)} belongs to ${describeRef(owner)}, whose template counts`;
    throw new UserError(text, changeCommand(verb, { how: 'template', target: owner }, secret));
  }
  if (ref.kind === 'Job' && changes) throw jobProblem(pullSpec, context);
  const account = await context.accountOf(ref.namespace, pullSpec.serviceAccountName);
  const owned: Note[] = controller === undefined ? [] : [{ code: 'owned', ref, owner: controllerName(controller) }];
  if (verb === 'detach') {
    const planner: ListRule = ({ imagePullSecrets: list }) => changedList(verb, list, [secret]);
    const still = inheritedNotes(pullSpec, account, context);
    return {
      action: 'write',
      pullSpec,
      planner,
      // These notes are true only once the workload's own list lacks the Secret.
      notes: changes ? [] : still,
      changeNotes: changes ? [...owned, ...still] : owned,
    };
  }
  if (account !== undefined) checkAllowed(account, pullSpec, context);
  // A new list in the template hides the list of the service account, because admission copies that only into pods without one.
  // So the names that the pods had from the account go into the template as well.
  const inherited = listedNames(account?.imagePullSecrets).filter((name) => name !== secret);
  const planner: ListRule = ({ imagePullSecrets: list }) =>
    changedList('attach', list, (list ?? []).length === 0 ? [...inherited, secret] : [secret]);
  const kept = keptNotes(pullSpec, inherited);
  const notes = await imageNotes(pullSpec, context);
  return { action: 'write', pullSpec, planner, notes, changeNotes: [...owned, ...kept] };
}

function keptNotes({ ref, imagePullSecrets: list, serviceAccountName }: PullSpec, names: readonly string[]): Note[] {
  if (names.length === 0 || (list ?? []).length > 0) return [];
  return [{ code: 'kept', ref, account: serviceAccountName, names }];
}

/** A note where the pods will get the Secret from their service account once the template has no list. */
function inheritedNotes(pullSpec: PullSpec, account: PullSpec | undefined, { request }: PlanContext): Note[] {
  const { secret } = request;
  if (account === undefined || namesAccount(request, account.ref.name)) return [];
  if (!listedNames(account.imagePullSecrets).includes(secret)) return [];
  const { ref, imagePullSecrets: list } = pullSpec;
  const rest = changedList('detach', list, [secret]) ?? list ?? [];
  return rest.length > 0 ? [] : [{ code: 'account-has-it', ref, account: account.ref.name }];
}

/** Throws UserError where the account allows only its own list (plugin/pkg/admission/serviceaccount `limitSecretReferences`). */
function checkAllowed(account: PullSpec, { ref }: Pick<PullSpec, 'ref'>, { request }: PlanContext): void {
  const { secret } = request;
  const { namespace, name } = account.ref;
  if (!isEnforced(account) || listedNames(account.imagePullSecrets).includes(secret)) return;
  if (namesAccount(request, name)) return;
  throw new UserError(
    `serviceaccount ${namespace}/${name} enforces its list (enforce-mountable-secrets), so pods of ${describeRef(ref)} that name ${secret} would be refused`,
    command`regsecret attach ${secret} ${scope(namespace)} --serviceaccount ${name} ${dryRunFlag(request)}`,
  );
}

/** A note when the Secret has a login for none of the images. */
export async function imageNotes({ ref, images }: PullSpec, context: PlanContext): Promise<Note[]> {
  const secret = await context.secretIn(ref.namespace);
  if (secret === undefined || images.length === 0 || images.some((image) => opensImage(secret, image))) return [];
  return [{ code: 'opens-none', ref, images }];
}

function ownerRef(ref: ObjectRef, controller: NonNullable<PullSpec['controller']>): ObjectRef | undefined {
  const kind = pullKindOf(controller.apiVersion, controller.kind)?.kind;
  return kind === undefined ? undefined : { kind, namespace: ref.namespace, name: controller.name };
}
