/** Reads everything that pulls in a namespace or in the cluster. Pods are grouped, and only the fields that matter are kept. */
import { ApiError } from '../cluster/api-error.ts';
import { eachPullSpec } from '../cluster/each-object.ts';
import { checkNamespace } from '../cluster/not-found.ts';
import { listPages, type Resource } from '../cluster/object-request.ts';
import { SECRETS } from '../cluster/read-secrets.ts';
import { labelledNamespaces, type ScopeFlags } from '../cluster/secret-scope.ts';
import type { Transport } from '../cluster/transport.ts';
import {
  formatScope,
  isInScope,
  mayBeUntried,
  type Observation,
  type Puller,
  type PullFacts,
} from '../diagnosis/facts.ts';
import { providerAnnotations } from '../diagnosis/provider-annotations.ts';
import { UserError } from '../errors.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { imagesBefore } from '../workloads/images-before.ts';
import { type PullKindName, pullKind } from '../workloads/kind.ts';
import { addPod, briefly, type PodGroup, type PodGroups, trouble } from '../workloads/pod-group.ts';
import { troubleBesideImages } from '../workloads/pod-state.ts';
import { isBeingDeleted, listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { addUsage, type SecretName, secretKey, secretName, type UsageIndex } from '../workloads/references.ts';
import { withBefore } from '../workloads/remedy.ts';
import { createTrouble } from '../workloads/rollout.ts';
import { withoutStandIns } from '../workloads/stand-in.ts';
import type { Collector } from './collector.ts';
import type { GatherOptions } from './doctor-facts.ts';
import { endingAmong } from './ending-namespaces.ts';
import { gatherNeighbors } from './image-neighbors.ts';
import { gatherRest, manyPodEvents } from './pod.ts';
import { unreadFindings } from './unread-findings.ts';
import { BESIDE_PODS } from './usage.ts';
import { accountPuller, makers, quietPod, shapeOf, templatePuller } from './workload.ts';

/** Parallel lists beside pods and Secrets. Those two are long, and read one after the other: two pages take twice the memory. */
const CONCURRENCY = 3;
/** Parallel requests for single objects. */
const SINGLE_LIMIT = 16;

export interface ScopeOptions extends GatherOptions, ScopeFlags {
  /** Names and patterns of namespaces to leave out. */
  readonly exclude?: readonly string[] | undefined;
}

/** Throws UserError where there is no such namespace, or none with these labels, or nothing of it may be read. */
export async function observeScope(options: ScopeOptions, collector: Collector): Promise<Observation> {
  const { transport } = collector;
  const namespaces = await chosenNamespaces(options, transport);
  const world: World = {
    namespaces,
    exclude: options.exclude,
    groups: new Map(),
    templates: [],
    accounts: [],
    usage: new Map(),
    pods: 0,
    troubledPods: 0,
    secrets: 0,
  };
  const places = await placesToList(namespaces, transport);
  const large = async (): Promise<void> => {
    for (const place of places) {
      await listKind('Pod', place, world, collector);
      for (const [where, names] of await collector.every(place)) {
        if (isInScope(world, where)) world.secrets += names.length;
      }
    }
  };
  const small = BESIDE_PODS.map((kind) => async () => {
    for (const place of places) await listKind(kind, place, world, collector);
  });
  await forEachLimit(1 + CONCURRENCY, [large, ...small], (list) => list());
  const isEmpty = world.pods + world.secrets + world.templates.length === 0;
  const isRefused = collector.missingRights.list().length === BESIDE_PODS.length + 2;
  if (isRefused && isEmpty && world.accounts.length === 0)
    throw new UserError(
      `no permission to list anything in ${formatScope({ namespaces })}`,
      collector.missingRights.grant,
    );
  const [only] = options.selector === undefined ? (namespaces ?? []) : [];
  if (isEmpty && only !== undefined) await checkNamespace(transport, only);
  return gathered(world, options, collector);
}

interface World {
  /** Undefined: all namespaces. */
  readonly namespaces: ReadonlySet<string> | undefined;
  readonly exclude: readonly string[] | undefined;
  readonly groups: PodGroups;
  readonly templates: PullSpec[];
  readonly accounts: PullSpec[];
  readonly usage: UsageIndex;
  pods: number;
  troubledPods: number;
  secrets: number;
}

async function listKind(
  kindName: PullKindName,
  namespace: string | undefined,
  world: World,
  collector: Collector,
): Promise<void> {
  const kind = pullKind(kindName);
  const query = { namespace, labelSelector: kind.unmade, shape: shapeOf(kind) };
  await eachPullSpec(collector, kind, query, (pullSpec) => note(pullSpec, world, collector));
}

function note(pullSpec: PullSpec, world: World, collector: Collector): void {
  if (!isInScope(world, pullSpec.ref.namespace)) return;
  const isWorkload = !['Pod', 'ServiceAccount'].includes(pullSpec.ref.kind);
  if (!isWorkload) noteUsage(pullSpec, world);
  if (pullSpec.ref.kind === 'Pod') {
    world.pods += 1;
    if (troubleBesideImages(pullSpec.object) !== undefined) world.troubledPods += 1;
    addPod(world.groups, pullSpec, briefly);
    return;
  }
  collector.know(pullSpec);
  (isWorkload ? world.templates : world.accounts).push(pullSpec);
}

/** An object that is being deleted pulls nothing, whatever its list names. */
function noteUsage(pullSpec: PullSpec, { usage }: World): void {
  if (!isBeingDeleted(pullSpec)) addUsage(usage, pullSpec);
}

async function gathered(world: World, options: ScopeOptions, collector: Collector): Promise<Observation> {
  const { usage, accounts, namespaces, exclude } = world;
  const templates = withoutStandIns(world.templates);
  for (const template of templates) noteUsage(template, world);
  await readRest(world, collector);
  const groups = [...world.groups.values()].filter((group) => trouble(group) >= 0);
  const failing = groups.filter((group) => trouble(group) > 1);
  // The kubelet has not come to an image of these, so nobody knows yet whether they fail.
  const starting = groups.filter((group) => trouble(group) === 1);
  const makerOf = makers(world.templates, new Set(templates));
  const byUid = new Map(world.templates.map((template) => [template.uid, template]));
  const others = groups.filter((group) => trouble(group) === 0 && makerOf(group.pod) === undefined);
  const podsOf = Map.groupBy(world.groups.values(), ({ pod }) => makerOf(pod));
  await collector.additions();
  const known = collector.facts(0, false);
  const neighborsOf = await gatherNeighbors([...world.groups.values()], known, collector);
  const pods = others.flatMap((group) =>
    pullerOf(group.pod, () => ({ ...quietPod(group), neighbors: neighborsOf([group]) }), collector),
  );
  const { secrets } = known;
  const isLacking = [...secrets.values(), ...known.accounts.values()].some(({ status }) => status === 'missing');
  // Only events tell what keeps a pod on a node from its first image, and when the kubelet last tried.
  const mute = new Set([
    ...failing.filter((group) => isMute(group) || hasNewSecret(group, secrets, collector.transport.clock.now())),
    ...starting.filter(({ nodes }) => nodes.size > 0),
  ]);
  const eventsOf = manyPodEvents(
    [...mute].map(({ pod }) => pod.ref),
    collector,
  );
  await forEachLimit(SINGLE_LIMIT, [...failing, ...starting], (group) =>
    noteBug(pullKind('Pod'), group.pod.ref, collector, async () => {
      const { object, ref } = group.pod;
      const puller = await gatherRest(object, mute.has(group) ? await eventsOf(ref) : [], collector, group);
      const maker = makerOf(group.pod);
      const before = maker === undefined ? undefined : imagesBefore(puller.images, podsOf.get(maker) ?? []);
      pods.push({ ...puller, remedy: withBefore(puller.remedy, before) });
      if (puller.pod?.trouble !== troubleBesideImages(object)) world.troubledPods += group.count;
    }),
  );
  await collector.origins(usage);
  const ofTemplate = (template: PullSpec, made: readonly PodGroup[]): Puller => ({
    ...templatePuller(template, made, known, byUid.get(`${template.controller?.uid}`)),
    neighbors: neighborsOf(made),
  });
  return {
    pullers: [
      ...templates.flatMap((template) =>
        pullerOf(template, () => ofTemplate(template, podsOf.get(template.uid) ?? []), collector),
      ),
      ...accounts.flatMap((account) => pullerOf(account, () => accountPuller(account), collector)),
      ...pods,
    ],
    server: collector.transport.server,
    home: collector.transport.namespace,
    facts: {
      ...collector.facts(collector.transport.clock.now(), options.offline !== true),
      providerAnnotations: providerAnnotations([...world.groups.values()], known.accounts),
    },
    findings: unreadFindings(collector.unread).filter(({ object }) => isInScope(world, object.namespace)),
    unchecked: collector.missingRights.list(),
    usage,
    ending: isLacking || failing.length > 0 ? await endingAmong(namespaces, collector.transport) : [],
    scope: {
      namespaces,
      exclude,
      counts: {
        pods: world.pods,
        failingPods: failing.reduce((sum, { count }) => sum + count, 0),
        troubledPods: world.troubledPods || undefined,
        workloads: templates.length,
        troubledWorkloads: templates.filter((template) => createTrouble(template) !== undefined).length || undefined,
        serviceAccounts: accounts.length,
        secrets: world.secrets,
      },
    },
  };
}

/** Reads what is referred to but not listed: Secrets of other types or missing ones, and service accounts. */
async function readRest({ usage, templates }: World, collector: Collector): Promise<void> {
  const { secrets, accounts } = collector.facts(0, false);
  const named = [...usage.keys()].filter((key) => !secrets.has(key)).map(secretName);
  const users = templates.map(({ ref, serviceAccountName }) => secretKey(ref.namespace, serviceAccountName));
  const unknown = [...new Set(users)].filter((key) => !accounts.has(key)).map(secretName);
  await forEachLimit(SINGLE_LIMIT, named, ({ namespace, name }) =>
    noteBug(SECRETS, { namespace, name }, collector, () => collector.secret(namespace, name)),
  );
  await forEachLimit(SINGLE_LIMIT, unknown, ({ namespace, name }) =>
    noteBug(pullKind('ServiceAccount'), { namespace, name }, collector, () => collector.account(namespace, name)),
  );
}

/** Calls `make` for one object. Notes a UserError or a bug of our own code, and returns nothing then. */
function pullerOf({ ref }: PullSpec, make: () => Puller, { unread }: Collector): Puller[] {
  try {
    return [make()];
  } catch (error) {
    unread.noteFailure(pullKind(ref.kind), { namespace: ref.namespace, name: ref.name }, error);
    return [];
  }
}

/** Runs `work` for one object. Notes a UserError or a bug of our own code, so that the other objects are still read. */
async function noteBug(
  resource: Resource,
  { namespace, name }: SecretName,
  { unread }: Collector,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    unread.noteFailure(resource, { namespace, name }, error);
  }
}

/** Whether the status lacks the reason of a failure, which kubelets before 1.32 report only in events. */
function isMute({ images }: PodGroup): boolean {
  return images.some(({ state }) => state.status === 'missing' && state.pullError === 'other');
}

/** Whether a Secret in its list may have been changed since the kubelet tried. */
function hasNewSecret({ pod }: PodGroup, secrets: PullFacts['secrets'], now: number): boolean {
  const names = listedNames(pod.imagePullSecrets);
  return names.some((name) => mayBeUntried(secrets.get(secretKey(pod.ref.namespace, name)), now));
}

/**
 * Up to this many namespaces are listed one by one. Beyond that, the whole cluster is listed and other namespaces are dropped.
 */
const FEW = 5;

/** Returns undefined for all namespaces. Throws UserError where no namespace has the labels. */
async function chosenNamespaces(
  { allNamespaces, selector, exclude }: ScopeOptions,
  transport: Transport,
): Promise<ReadonlySet<string> | undefined> {
  if (selector === undefined) return allNamespaces === true ? undefined : new Set([transport.namespace]);
  const names = await labelledNamespaces(transport, selector);
  return new Set(names.filter((name) => isInScope({ exclude }, name)));
}

/** The namespaces to list one after the other. Undefined stands for the whole cluster. */
async function placesToList(
  namespaces: ReadonlySet<string> | undefined,
  transport: Transport,
): Promise<Iterable<string | undefined>> {
  const isWide = namespaces === undefined || (namespaces.size > FEW && (await mayListEverywhere(transport)));
  return isWide ? [undefined] : namespaces;
}

/** A user who may not list the whole cluster may still have a role in each of the namespaces. */
async function mayListEverywhere(transport: Transport): Promise<boolean> {
  try {
    await listPages(transport, SECRETS, { metadataOnly: true, shape: { metadata: { name: true } } }).next();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false;
    throw error;
  }
}
