/** `regsecret verify --on-node`: nodes tell whether they can pull an image, by pulling it for a pod in which nothing runs. */
import { randomBytes } from 'node:crypto';
import { inTestPod, removeLeftOvers, type TestPlace } from '../../changes/pull-test.ts';
import { ApiError, refusalOf } from '../../cluster/api-error.ts';
import { findSecrets, withNearNamespace } from '../../cluster/not-found.ts';
import { getObject } from '../../cluster/object-request.ts';
import { connect } from '../../cluster/transport.ts';
import { parseDuration } from '../../codec/go/duration.ts';
import type { Observation, Puller } from '../../diagnosis/facts.ts';
import { type FindingView, findingView } from '../../diagnosis/view.ts';
import { EXIT, UserError } from '../../errors.ts';
import { type AskingFlags, conclude } from '../../gather/answers.ts';
import { type Collector, createCollector } from '../../gather/collector.ts';
import { podEvents, podFacts, withEvents } from '../../gather/pod.ts';
import { gatherAccount } from '../../gather/workload.ts';
import type { KubeFlags } from '../../kubeconfig/kube-flags.ts';
import { clusterCommand } from '../../line/command.ts';
import { nodeWord } from '../../line/object-name.ts';
import { type AskedRow, type NodeVerdict, printAskedRows } from '../../output/node-verdicts.ts';
import type { Printer } from '../../output/printer.ts';
import { withProgress } from '../../output/progress.ts';
import { forEachLimit, type GentleStop, gentleStop } from '../../system/concurrency.ts';
import type { Io } from '../../system/io.ts';
import { plural } from '../../text/enumerate.ts';
import { millisecondsOf } from '../../text/time.ts';
import { type ApiObject, fieldOf, itemsOf, textOf } from '../../workloads/api-object.ts';
import type { ImageUse } from '../../workloads/container-images.ts';
import { describeRef, type ObjectRef } from '../../workloads/object-ref.ts';
import { listedNames } from '../../workloads/pull-spec.ts';
import { secretKey } from '../../workloads/references.ts';
import { hadSecrets, type PullTest, pullCost, testedImage, testState } from '../../workloads/test-pod.ts';
import { type AskedNode, askedNodes } from './asked-nodes.ts';

export interface OnNodeOptions extends AskingFlags, KubeFlags {
  /** The Secrets, in the order in which they are tried. Without any, the list of the service account counts. */
  readonly names: readonly string[];
  readonly image: readonly string[];
  readonly serviceaccount?: string | undefined;
  /** The name of a node, `all`, or `any` for one that the scheduler chooses. */
  readonly onNode: string;
  readonly output?: 'wide' | 'json' | 'yaml' | undefined;
}

/** The number of pods at the same time. */
const WIDTH = 16;
const TIMEOUT_MS = 120_000;
/** How much longer than the wait for it a pod may live. */
const GRACE_SECONDS = 10;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
/** Events may come a moment after the status, or not at all. */
const EVENTS_MS = 3000;

/**
 * Prints what each node answers. Returns 0 when all pull, 1 when one cannot, and 3 when one gives no answer. Throws UserError,
 * and Interrupted once no pod is left.
 */
export async function verifyOnNode(options: OnNodeOptions, io: Io, printer: Printer): Promise<number> {
  const stop = gentleStop(io.signal);
  const transport = await connect(options, { ...io, signal: stop.signal });
  let isLeft = false;
  const left = (error: UserError): void => {
    isLeft = true;
    printer.error(error);
  };
  try {
    const run = await prepare(options, { transport, left }, stop, io);
    const asked = await askAll(options, run, printer);
    const rows: AskedRow[] = [];
    for (const one of asked) rows.push(await rowOf(one, options, run));
    await printAskedRows(rows, options.output, io, printer);
    sayUnread(run.collector, options.names, printer);
    const kinds = rows.map(({ verdict }) => verdict.kind);
    if (isLeft || kinds.includes('not pulled')) return EXIT.failed;
    return kinds.includes('not asked') ? EXIT.unjudged : EXIT.ok;
  } catch (error) {
    throw error instanceof ApiError ? refusalOf(error) : error;
  } finally {
    transport.close();
  }
}

/** Names the permissions that are missing. The other Secrets of the namespace would only be proposed. */
function sayUnread({ missingRights }: Collector, names: readonly string[], printer: Printer): void {
  const matter = missingRights.list().filter((right) => names.length === 0 || right !== 'list secrets');
  if (matter.length > 0) printer.warn(`not checked, no permission to ${matter.join(', ')}`);
}

interface NodeRun extends TestPlace {
  readonly io: Io;
  readonly stop: GentleStop;
  readonly collector: Collector;
  readonly nodes: readonly AskedNode[];
  /** A pod of the service account with these Secrets, for each image. */
  readonly pullers: ReadonlyMap<string, Puller>;
  readonly timeoutMs: number;
}

/** Reads what the pods need. Throws UserError for a Secret, a service account or a node that is not there. */
async function prepare(options: OnNodeOptions, place: TestPlace, stop: GentleStop, io: Io): Promise<NodeRun> {
  const { names, image: images, serviceaccount: name = 'default', onNode, timeout } = options;
  const { transport } = place;
  const { namespace } = transport;
  const collector = createCollector(transport);
  const account = { kind: 'ServiceAccount', namespace, name } as const;
  const pullers = new Map<string, Puller>();
  for (const image of images)
    pullers.set(image, await gatherAccount(account, { images: [image], secrets: names }, collector));
  const { secrets } = collector.facts(0, false);
  const missing = names.filter((one) => secrets.get(secretKey(namespace, one))?.status === 'missing');
  if (missing.length > 0) await findSecrets(transport, { namespace, names: missing.slice(0, 1) }, 'verify');
  const nodes = await askedNodes(onNode, transport);
  const timeoutMs = parseDuration(timeout ?? '') ?? TIMEOUT_MS;
  return { ...place, io, stop, collector, nodes, pullers, timeoutMs };
}

/** An answer, with the image, the Secrets and the node of the pod as it was created. */
interface Asked {
  readonly test: PullTest;
  readonly image: string;
  readonly node: string;
  readonly secrets: readonly string[];
  readonly verdict: NodeVerdict;
  /** Left out unless the kubelet could not pull. */
  readonly failure?: { readonly pod: ApiObject; readonly use: ImageUse; readonly events: Events } | undefined;
}

type Events = Awaited<ReturnType<typeof podEvents>>;

async function askAll(options: OnNodeOptions, run: NodeRun, printer: Printer): Promise<readonly Asked[]> {
  const { nodes, io, stop, timeoutMs } = run;
  const tests = options.image.flatMap((image) => nodes.map((node) => ({ image, node })));
  const asked: Asked[] = [];
  let done = 0;
  let isFirst = true;
  const ask = async ({ image, node }: (typeof tests)[number]): Promise<Asked> => {
    const test: PullTest = {
      id: randomBytes(6).toString('hex'),
      image,
      secrets: options.names.length === 0 ? undefined : options.names,
      account: options.serviceaccount ?? 'default',
      node: node.name,
      deadlineSeconds: Math.ceil(timeoutMs / 1000) + GRACE_SECONDS,
    };
    if (node.trouble !== undefined) return notAsked(test, undefined, node.trouble);
    return inTestPod(test, run, async (pod, ref) => {
      const isSweeper = isFirst;
      isFirst = false;
      if (isSweeper) await sweep(pod, run, printer);
      return answerOf({ pod, ref, test }, run);
    }).catch((error: unknown) => {
      if (tests.length > 1 && error instanceof UserError) return notAsked(test, undefined, error.message);
      return withNearNamespace(error, run.transport);
    });
  };
  const askEach = () =>
    forEachLimit(WIDTH, tests.entries(), async ([index, test]) => {
      asked[index] = await stop.writing(() => ask(test));
      done += 1;
    });
  await withProgress(() => `waiting for nodes: ${done} of ${tests.length} have answered`, io, askEach);
  return asked;
}

/** Deletes what killed runs have left, by the clock of the API server. */
async function sweep(pod: ApiObject, run: NodeRun, printer: Printer): Promise<void> {
  const count = await removeLeftOvers(millisecondsOf(fieldOf(pod, 'metadata', 'creationTimestamp')), run);
  if (count > 0) printer.say(`${plural(count, 'pod')} of an earlier run deleted`);
}

/** `pod` is left out when there is none. */
function notAsked(test: PullTest, pod: ApiObject | undefined, reason: string): Asked {
  return { ...seenIn(pod, test), verdict: { kind: 'not asked', reason } };
}

interface Testing {
  readonly test: PullTest;
  readonly ref: ObjectRef;
  readonly pod: ApiObject;
}

/** Waits for the answer of the kubelet. */
async function answerOf({ test, ref, pod: created }: Testing, run: NodeRun): Promise<Asked> {
  const { io, transport, timeoutMs } = run;
  const { monotonic, pause } = io.clock;
  const end = monotonic() + timeoutMs;
  let pod = created;
  let failing: number | undefined;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 1.3, LONGEST_PAUSE_MS)) {
    const state = testState(pod);
    if (state.is === 'ended') return notAsked(test, pod, state.reason);
    if (state.is === 'pulled') return pulled(pod, ref, test, run);
    const isOver = monotonic() > end;
    if (state.is === 'failed') {
      failing ??= monotonic();
      const events = await podEvents(ref, run.collector);
      if (isOver || isFinal(events, monotonic() - failing, run)) return failed(pod, events, test);
    } else if (isOver) return notAsked(test, pod, await overdue(state.reason, ref, run));
    await pause(wait, io.signal);
    const next = await getObject(transport, ref).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    if (next === undefined) return notAsked(test, pod, `${describeRef(ref)} was deleted meanwhile`);
    pod = next;
  }
}

function seenIn(pod: ApiObject | undefined, test: PullTest): Omit<Asked, 'verdict'> {
  const { image, node = '', secrets = [] } = test;
  if (pod === undefined) return { test, image, node, secrets };
  return {
    test,
    image: testedImage(pod).image,
    node: textOf(fieldOf(pod, 'spec', 'nodeName')) || node,
    secrets: listedNames(itemsOf(fieldOf(pod, 'spec', 'imagePullSecrets'))),
  };
}

async function pulled(pod: ApiObject, ref: ObjectRef, test: PullTest, { io, collector }: NodeRun): Promise<Asked> {
  const end = io.clock.monotonic() + EVENTS_MS;
  for (;;) {
    const [cost] = (await podEvents(ref, collector)).flatMap((event) => pullCost(event) ?? []);
    const isUnread = collector.missingRights.resources('list').includes('events');
    if (cost === undefined && !isUnread && io.clock.monotonic() < end) {
      await io.clock.pause(FIRST_PAUSE_MS, io.signal);
      continue;
    }
    const milliseconds = cost && parseDuration(cost.time);
    return { ...seenIn(pod, test), verdict: { kind: 'accepted', milliseconds, bytes: cost?.bytes } };
  }
}

function failed(pod: ApiObject, events: Events, test: PullTest): Asked {
  const [use = testedImage(pod)] = withEvents([testedImage(pod)], events);
  const { pullError: error = 'other', reason = '', message = '' } = use.state.status === 'missing' ? use.state : {};
  const verdict = { kind: 'not pulled', error, message: message || reason } as const;
  return { ...seenIn(pod, test), verdict, failure: { pod, use, events } };
}

/** Whether the failed attempt was the last that matters. `since` is how long the pod has been failing, in milliseconds. */
function isFinal(events: Events, since: number, { collector, transport: { namespace } }: NodeRun): boolean {
  const { secrets } = collector.facts(0, false);
  const isMissing = (name: string): boolean => secrets.get(secretKey(namespace, name))?.status === 'missing';
  return hadSecrets(events, isMissing) ?? since > EVENTS_MS;
}

/** Why there is no answer when the time is over. */
async function overdue(reason: string, ref: ObjectRef, { collector, timeoutMs }: NodeRun): Promise<string> {
  const last = (await podEvents(ref, collector)).at(-1);
  const seen = last?.reason === 'Pulling' ? 'it is still pulling' : last && `${last.reason}: ${last.message}`;
  return `no answer within ${timeoutMs / 1000} s${[reason || seen || []]
    .flat()
    .map((text) => `: ${text}`)
    .join('')}`;
}

/** The answer, with the finding that `why` would have. */
async function rowOf(asked: Asked, options: OnNodeOptions, run: NodeRun): Promise<AskedRow> {
  const { test, image, node, secrets, verdict, failure } = asked;
  const { namespace } = run.transport;
  const source = secrets.map((name) => `${namespace}/${name}`).join(',');
  const row = { source, image, asked: node === '' ? undefined : `node ${node}`, verdict };
  const known = run.pullers.get(test.image);
  if (failure === undefined || known === undefined) return row;
  const { pod, use, events } = failure;
  const puller: Puller = {
    ...known,
    imagePullSecrets: itemsOf(fieldOf(pod, 'spec', 'imagePullSecrets')),
    images: [use],
    pod: { ...podFacts(pod, node), events, isTest: true },
  };
  const view = await causeOf(puller, options, run);
  return view === undefined ? row : { ...row, cause: view };
}

/** The finding about the image of `puller`, with a command that can be proposed here. */
async function causeOf(puller: Puller, options: OnNodeOptions, run: NodeRun): Promise<FindingView | undefined> {
  const { io, collector, transport } = run;
  const facts = collector.facts(io.clock.now(), true);
  const { server, namespace: home } = transport;
  const gathered: Observation = { server, home, pullers: [puller], facts, findings: [], unchecked: [] };
  const { judged } = await conclude(gathered, new Map(), { ...options, timeout: undefined }, io);
  const [judgement] = judged.get(puller) ?? [];
  if (judgement?.cause === undefined) return undefined;
  const { cause, fix } = judgement;
  const view = findingView(cause, undefined, fix);
  if (cause.code === 'unexplained') {
    const command = clusterCommand`kubectl describe node ${nodeWord(puller.pod?.node ?? '')}`;
    return { ...view, fix: { command, sufficient: false } };
  }
  const { proposer } = await import('../../gather/proposals.ts');
  return (await proposer(io))(view);
}
