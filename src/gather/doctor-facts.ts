/** Reads everything about the targets of a diagnosis from the cluster. */

import { checkNamespace } from '../cluster/not-found.ts';
import { OtherKind } from '../cluster/other-places.ts';
import { lacksImage, type Observation, type Puller, type PullFacts, type SecretState } from '../diagnosis/facts.ts';
import { UserError } from '../errors.ts';
import type { KubeFlags } from '../kubeconfig/kube-flags.ts';
import { eachWith } from '../line/command.ts';
import { againWith } from '../line/hint.ts';
import { closest } from '../text/closest.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { type SecretName, secretKey, secretName } from '../workloads/references.ts';
import type { DoctorTarget } from '../workloads/target.ts';
import type { Collector } from './collector.ts';
import { endingAmong } from './ending-namespaces.ts';
import { unreadFindings } from './unread-findings.ts';
import { gatherUsage } from './usage.ts';
import { gatherAccount, gatherPodOf, gatherWorkload } from './workload.ts';

export interface GatherOptions extends KubeFlags {
  /** The targets as they were typed. */
  readonly targets?: readonly string[] | undefined;
  readonly offline?: boolean | undefined;
  /** Images that are not deployed yet. */
  readonly image?: readonly string[] | undefined;
  /** The service account of a new pod with these images. */
  readonly serviceaccount?: string | undefined;
  readonly secret?: readonly string[] | undefined;
}

/** The facts about the targets, and the errors of those that could not be read. */
export interface TargetFacts extends Observation {
  readonly errors: readonly UserError[];
}

/** Throws UserError for a single target. With several targets, their errors are in `errors`. */
export async function observeTargets(
  targets: readonly DoctorTarget[],
  options: GatherOptions,
  collector: Collector,
): Promise<TargetFacts> {
  const { namespace } = collector.transport;
  const all = allTargets(targets, options);
  const planned = plannedImages(targets, options);
  const errors = new Map<string, UserError>();
  // In `deploy a b`, no single word names a target.
  const typed = options.targets?.length === targets.length ? options.targets : [];
  const gather = async (target: DoctorTarget, index: number): Promise<GatherTarget> => {
    try {
      return await gatherTarget(target, namespace, { ...options, planned, typed: typed[index] }, collector);
    } catch (error) {
      if (all.length === 1 || !(error instanceof UserError)) throw error;
      errors.set(error.message, error);
      return { pullers: [], secrets: [] };
    }
  };
  const gathered = await Promise.all(all.map(gather));
  const named = gathered.flatMap((one) => one.secrets);
  const secrets = [...new Map(named.map((id) => [secretKey(id.namespace, id.name), id])).values()];
  const isAsked = targets.some(({ kind }) => kind === 'Secret');
  const usage = isAsked ? (await gatherUsage(collector, namespace)).usage : undefined;
  await Promise.all([collector.origins(usage), collector.additions()]);
  const pullers = gathered.flatMap((one) => one.pullers);
  const facts = collector.facts(collector.transport.clock.now(), options.offline !== true);
  const { secret: given = [] } = options;
  checkGiven(given, namespace, facts.secrets);
  const own = given.map((name) => facts.secrets.get(secretKey(namespace, name)));
  return {
    pullers,
    server: collector.transport.server,
    home: collector.transport.namespace,
    facts,
    findings: unreadFindings(collector.unread),
    unchecked: rightsThatMatter(collector.missingRights.list(), all, own),
    secrets,
    usage,
    ending: mayPropose(pullers, facts) ? await endingAmong(new Set([namespace]), collector.transport) : [],
    errors: [...errors.values()],
  };
}

/** Whether a new Secret or list may help, so that it matters whether the namespace is being deleted. */
function mayPropose(pullers: readonly Puller[], { secrets, accounts }: PullFacts): boolean {
  const isMissing = [...secrets.values(), ...accounts.values()].some(({ status }) => status === 'missing');
  return (
    isMissing || pullers.some((puller) => lacksImage(puller) || (puller.pod === undefined && puller.images.length > 0))
  );
}

/** Throws UserError for a missing `--secret` where one of a similar name exists. No list has it, so attaching is no remedy. */
function checkGiven(given: readonly string[], namespace: string, secrets: PullFacts['secrets']): void {
  const there = [...secrets].flatMap(([key, { status }]) => {
    const known = secretName(key);
    return status === 'there' && known.namespace === namespace ? [known.name] : [];
  });
  const isMissing = (name: string): boolean => secrets.get(secretKey(namespace, name))?.status === 'missing';
  const meant = given.map((name) => (isMissing(name) ? (closest(name, there) ?? name) : name));
  const wrong = given.findIndex((name, index) => name !== meant[index]);
  if (wrong < 0) return;
  const text = `secret ${namespace}/${given[wrong]} does not exist; did you mean ${meant[wrong]}?`;
  throw new UserError(text, againWith(eachWith('--secret', meant)));
}

/**
 * Filters `rights` to those that the verdict depends on. Where a new pod names its own Secrets (`named`), the other Secrets of
 * the namespace are read only to be proposed.
 */
function rightsThatMatter(
  rights: readonly string[],
  targets: readonly DoctorTarget[],
  named: readonly (SecretState | undefined)[],
): readonly string[] {
  if (named.length === 0 || targets.some(({ kind }) => kind !== 'ServiceAccount')) return rights;
  const isUnread = named.some((state) => state?.status === 'forbidden');
  return rights.filter((right) => right !== 'list secrets' && (isUnread || right !== 'get secrets'));
}

/** An image concerns the single target, or the named service accounts. Otherwise it concerns the service account `default`. */
function allTargets(targets: readonly DoctorTarget[], options: GatherOptions): readonly DoctorTarget[] {
  const { image = [], serviceaccount } = options;
  const hasAccount = targets.some(({ kind }) => kind === 'ServiceAccount') && serviceaccount === undefined;
  if (image.length === 0 || hasAccount || plannedImages(targets, options).length > 0) return targets;
  return [...targets, { kind: 'ServiceAccount', name: serviceaccount ?? 'default' }];
}

/** The images that the one target would have, as before `kubectl set image`. */
function plannedImages(
  targets: readonly DoctorTarget[],
  { image = [], secret, serviceaccount }: GatherOptions,
): readonly string[] {
  const isPuller = targets.length === 1 && targets[0]?.kind !== 'Secret';
  return isPuller && secret === undefined && serviceaccount === undefined ? image : [];
}

interface GatherTarget {
  readonly pullers: readonly Puller[];
  readonly secrets: readonly SecretName[];
}

interface TargetOptions {
  readonly planned: readonly string[];
  readonly typed: string | undefined;
}

async function gatherTarget(
  target: DoctorTarget,
  namespace: string,
  options: GatherOptions & TargetOptions,
  collector: Collector,
): Promise<GatherTarget> {
  try {
    return await gatherNamed(target, namespace, options, collector);
  } catch (error) {
    if (target.isBare !== true || !(error instanceof OtherKind) || error.meant === undefined) throw error;
    return gatherNamed(error.meant, namespace, options, collector);
  }
}

async function gatherNamed(
  { kind, name }: DoctorTarget,
  namespace: string,
  { image = [], secret = [], planned, typed }: GatherOptions & TargetOptions,
  collector: Collector,
): Promise<GatherTarget> {
  if (kind === 'Secret') {
    const [{ status: is }] = await Promise.all([collector.secret(namespace, name), collector.others(namespace)]);
    if (is === 'missing') await checkNamespace(collector.transport, namespace);
    return { pullers: [], secrets: [{ namespace, name }] };
  }
  const ref = { kind, namespace, name };
  if (kind === 'Pod') return { pullers: [await gatherPodOf(ref, collector, planned, typed)], secrets: [] };
  if (kind !== 'ServiceAccount') return { pullers: await gatherWorkload(ref, collector, planned, typed), secrets: [] };
  const puller = await gatherAccount(ref, { images: image, secrets: secret }, collector, typed);
  const account = await collector.account(namespace, name);
  const list = image.length === 0 && account.status === 'there' ? listedNames(account.imagePullSecrets) : [];
  return { pullers: [puller], secrets: list.map((one) => ({ namespace, name: one })) };
}
