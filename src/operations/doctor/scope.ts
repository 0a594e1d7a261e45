/** Everything that pulls in a namespace, or in the cluster: pods in groups, and of all of it only what matters. */
import { eachPullSpec } from '../../cluster/each-object.ts';
import { checkNamespace } from '../../cluster/not-found.ts';
import type { Resource } from '../../cluster/object-request.ts';
import { SECRETS } from '../../cluster/read-secrets.ts';
import { BESIDE_PODS } from '../../cluster/usage.ts';
import { forEachLimit } from '../../concurrency.ts';
import type { Observed, Puller } from '../../domain/diagnosis/facts.ts';
import { command } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';
import { type PullKindName, pullKind } from '../../domain/workloads/kind.ts';
import { addPod, briefly, type PodGroup, type PodGroups, trouble } from '../../domain/workloads/pod-group.ts';
import { hasKnownOwner, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import {
  addUsage,
  type SecretName,
  secretKey,
  secretName,
  type UsageIndex,
} from '../../domain/workloads/references.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { type Collector, withCollector } from './collector.ts';
import type { GatherOptions } from './gather.ts';
import { gatherRest } from './pod.ts';
import { manyPodEvents } from './pod-events.ts';
import { shapeOf } from './shape.ts';
import { unreadFindings } from './unread-findings.ts';
import { accountPuller, quietPod, templatePuller } from './workload.ts';

/** Beside pods and Secrets, of which there are most: one after the other, for two pages take memory twice. */
const CONCURRENCY = 3;
/** Requests for single objects. */
const SINGLE_LIMIT = 16;
/** A page is in memory as a whole. */
const PAGE = 50;

export interface ScopeOptions extends GatherOptions {
  readonly allNamespaces?: boolean | undefined;
}

/** Throws UserError where there is no such namespace, or nothing of it may be read. */
export function gatherScope(options: ScopeOptions, io: Io): Promise<Observed> {
  return withCollector(options, io, (collector) => observeScope(options, collector));
}

/** The same with a collector. */
export async function observeScope(options: ScopeOptions, collector: Collector): Promise<Observed> {
  const { transport } = collector;
  const namespace = options.allNamespaces === true ? undefined : transport.namespace;
  const world: World = { groups: new Map(), templates: [], accounts: [], usage: new Map(), pods: 0, secrets: 0 };
  const large = async (): Promise<void> => {
    await listKind('Pod', namespace, world, collector);
    world.secrets = await collector.every(namespace);
  };
  const small = BESIDE_PODS.map((kind) => () => listKind(kind, namespace, world, collector));
  await forEachLimit(1 + CONCURRENCY, [large, ...small], (list) => list());
  if (collector.missingRights.list().length === BESIDE_PODS.length + 2) throw nothingReadable(namespace);
  const isEmpty = world.pods + world.secrets + world.templates.length === 0;
  if (isEmpty && namespace !== undefined) await checkNamespace(transport, namespace);
  return gathered(world, namespace, options, collector);
}

interface World {
  readonly groups: PodGroups;
  readonly templates: PullSpec[];
  readonly accounts: PullSpec[];
  readonly usage: UsageIndex;
  pods: number;
  secrets: number;
}

async function listKind(
  kindName: PullKindName,
  namespace: string | undefined,
  world: World,
  collector: Collector,
): Promise<void> {
  const kind = pullKind(kindName);
  await eachPullSpec(collector, kind, { namespace, limit: PAGE, shape: shapeOf(kind) }, (pullSpec) =>
    note(pullSpec, world, collector),
  );
}

function note(pullSpec: PullSpec, world: World, collector: Collector): void {
  addUsage(world.usage, pullSpec);
  if (pullSpec.ref.kind === 'Pod') {
    world.pods += 1;
    addPod(world.groups, pullSpec, briefly);
    return;
  }
  collector.know(pullSpec);
  if (pullSpec.ref.kind === 'ServiceAccount') world.accounts.push(pullSpec);
  else world.templates.push(pullSpec);
}

async function gathered(
  world: World,
  namespace: string | undefined,
  options: ScopeOptions,
  collector: Collector,
): Promise<Observed> {
  const { usage, accounts } = world;
  await readRest(world, collector);
  // What a controller has made itself shows by that.
  const templates = world.templates.filter((template) => !hasKnownOwner(template));
  const groups = [...world.groups.values()].filter((group) => trouble(group) >= 0);
  const failing = groups.filter((group) => trouble(group) > 1);
  const makerOf = makers(world.templates);
  const others = groups.filter((group) => trouble(group) <= 1 && makerOf(group.pod) === undefined);
  const withoutList = runningWithoutList([...world.groups.values()], makerOf);
  const pods = others.flatMap((group) => pullerOf(group.pod, () => quietPod(group), collector));
  const eventsOf = manyPodEvents(
    failing.filter(isMute).map(({ pod }) => pod.ref),
    collector,
  );
  await forEachLimit(SINGLE_LIMIT, failing, ({ pod, ...group }) =>
    noteBug(pullKind('Pod'), pod.ref, collector, async () => {
      const events = isMute({ pod, ...group }) ? await eventsOf(pod.ref) : [];
      pods.push({ ...(await gatherRest(pod.object, events, collector)), count: group.count });
    }),
  );
  await collector.origins(usage);
  return {
    pullers: [
      ...templates.flatMap((template) =>
        pullerOf(template, () => templatePuller(template, withoutList.has(template.uid)), collector),
      ),
      ...accounts.flatMap((account) => pullerOf(account, () => accountPuller(account), collector)),
      ...pods,
    ],
    server: collector.transport.server,
    facts: collector.facts(Date.now(), options.offline !== true),
    findings: unreadFindings(collector.unread),
    unchecked: collector.missingRights.list(),
    usage,
    scope: {
      namespace,
      counts: {
        pods: world.pods,
        failingPods: failing.reduce((sum, { count }) => sum + count, 0),
        workloads: templates.length,
        serviceAccounts: accounts.length,
        secrets: world.secrets,
      },
    },
  };
}

/** Secrets of other types that somebody refers to, and those that are missing; service accounts that may be. */
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

/** What `make` makes of one object; nothing where our own code fails over it, which is noted. */
function pullerOf({ ref }: PullSpec, make: () => Puller, { unread }: Collector): Puller[] {
  try {
    return [make()];
  } catch (error) {
    unread.noteFailure(pullKind(ref.kind), { namespace: ref.namespace, name: ref.name }, error);
    return [];
  }
}

/** Does `work`, which is about one object; where our own code fails over it, that is noted, and the others are read. */
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

type MakerOf = (pod: PullSpec) => string | undefined;

/** The uid of the one of `templates` that makes a pod, so that what becomes of it shows there. */
function makers(templates: readonly PullSpec[]): MakerOf {
  // A Job of a CronJob shows by that.
  const uids = new Map(
    templates.map(({ uid, controller }) => [uid, hasKnownOwner({ controller }) ? (controller?.uid ?? uid) : uid]),
  );
  const deployments = new Map(
    templates.flatMap(({ ref, uid }) => (ref.kind === 'Deployment' ? [[`${ref.namespace}/${ref.name}`, uid]] : [])),
  );
  return ({ ref, controller, labels }) => {
    if (controller === undefined) return undefined;
    const known = uids.get(controller.uid);
    if (known !== undefined) return known;
    // ReplicaSets are many, and say by their names which Deployment is theirs (deployment/sync.go `getNewReplicaSet`).
    const suffix = `-${labels['pod-template-hash']}`;
    const name = controller.name.endsWith(suffix) ? controller.name.slice(0, -suffix.length) : '';
    return controller.kind === 'ReplicaSet' ? deployments.get(`${ref.namespace}/${name}`) : undefined;
  };
}

/** By uid what makes pods that run or ran, all of them without a list. */
function runningWithoutList(groups: readonly PodGroup[], makerOf: MakerOf): ReadonlySet<string> {
  const found = new Map<string, boolean>();
  for (const { pod, images } of groups) {
    const maker = makerOf(pod);
    if (maker === undefined) continue;
    const isProof = (pod.imagePullSecrets ?? []).length === 0 && images.every(({ state }) => state.status === 'there');
    found.set(maker, isProof && (found.get(maker) ?? true));
  }
  return new Set([...found].flatMap(([maker, isProven]) => (isProven ? [maker] : [])));
}

/** Kubelets before 1.32 say why only in events. */
function isMute({ images }: PodGroup): boolean {
  return images.some(({ state }) => state.status === 'missing' && state.pullError === 'other');
}

function nothingReadable(namespace: string | undefined): UserError {
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  const inNamespace = namespace === undefined ? undefined : scope(namespace);
  return new UserError(
    `you have no permission to list anything ${where}`,
    command`kubectl auth can-i --list ${inNamespace}`,
  );
}
