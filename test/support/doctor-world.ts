/** Situations of pods on the real node: each is made, seen through the eyes of the kubelet and of `why`, and healed. */
import { expect, test, vi } from 'vitest';
import type { Outcome } from '../../src/domain/diagnosis/judgement.ts';
import type { DoctorReport } from '../../src/domain/diagnosis/report.ts';
import type { ImageView } from '../../src/domain/diagnosis/view.ts';
import type { FindingCode } from '../../src/domain/findings/finding.ts';
import type { PullError } from '../../src/domain/workloads/pull-error.ts';
import { api, janedoe, kubectl, newNamespace, node, podSettled, waitFor } from '../environment/use.ts';
import { created, type Kind, named, newScheduledWorkload, pathOf, regsecretIn } from './attach-world.ts';
import { local, paste, runningPod } from './doctor-machine.ts';
import { recordSituation } from './doctor-record.ts';
import { startNodeGate } from './node-gate.ts';

/** What a Secret is made of: a docker config, or type and data. */
export type Content = object | { readonly type: string; readonly data: Readonly<Record<string, string>> };

export interface Setup {
  /** What the image is pulled from; the Basic registry where nothing is said. */
  readonly on?: 'basic' | 'bearer';
  readonly kind?: Kind;
  /** By the host of the registry; janedoe's private image where nothing is said. */
  readonly image?: (host: string) => string | Promise<string>;
  /** A host in front of the registry. */
  readonly host?: (behind: string) => Promise<string>;
  readonly policy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly secrets?: (host: string) => Readonly<Record<string, Content>>;
  /** The pod's own list, by names or as it is. */
  readonly list?: readonly (string | object)[];
  /** The list of the service account when the pod is created. */
  readonly account?: readonly string[];
  /** More of the spec of pods. */
  readonly spec?: (image: string) => object;
  /** More of the spec of the workload. */
  readonly fields?: object;
  readonly before?: (place: Place) => Promise<unknown>;
  /** Asked while the kubelet waits before its next attempt, when it says so with the error in it. */
  readonly backOff?: true;
  /** Once the kubelet has done what it can. */
  readonly after?: (place: Place) => Promise<unknown>;
  /** Keeps the node from pulling what `after` puts right until `why` has been asked. */
  readonly gate?: true;
}

export interface Place {
  readonly namespace: string;
  readonly host: string;
  readonly image: string;
}

export interface Expected {
  /** What the kubelet makes of the image: it runs, or why it says that it does not. */
  readonly kubelet: 'runs' | PullError;
  readonly cause?: FindingCode;
  /** Where no registry is asked, and what the kubelet says must do; left out: the same. `some`: by the second. */
  readonly offline?: FindingCode | 'none' | 'some';
  /** Left out: as the kubelet does. */
  readonly outcome?: Outcome;
  /** As it is printed, with NS, HOST and POD for what differs each time. */
  readonly fix?: string;
  /** Left out: the command is run, and the pod runs then. `not here`: it would, elsewhere. */
  readonly healed?: 'by itself' | 'not by a command of ours' | 'not here';
  readonly notes?: readonly FindingCode[];
  /** Left out: 1 where there is a cause. */
  readonly exit?: 0 | 1;
}

export type Situation = readonly [title: string, setup: Setup, expected: Expected];

/** Tests for `situations`, all at a time: the kubelet mostly waits. */
export function testSituations(situations: readonly Situation[]): void {
  vi.setConfig({ maxConcurrency: 24 });
  test.concurrent.for(situations)('%s', { timeout: 150_000 }, async ([title, setup, expected], { onTestFinished }) => {
    const gate = setup.gate && (await startNodeGate(node().registries[setup.on ?? 'basic'].host));
    if (gate) onTestFinished(() => gate.stop());
    const place = await make(gate ? { ...setup, host: async () => gate.host } : setup);
    const pod = await firstPod(place.namespace, setup.kind ?? 'Pod');
    const settled = await podSettled(place.namespace, pod);
    expect(settled.phase === 'Running' ? 'runs' : 'fails', settled.message).toBe(
      expected.kubelet === 'runs' ? 'runs' : 'fails',
    );
    if (setup.backOff === true) await backsOff(place.namespace, pod);
    gate?.close();
    await setup.after?.(place);
    const report = await examine(pod, place, expected);
    gate?.open();
    const fixes = report.images.flatMap(({ cause }) => (cause === undefined ? [] : [shownFix(cause)]));
    const healed = await heal(fixes, place, expected);
    const fix = fixes.map(({ command }) => command).join(' ; ');
    recordSituation({ title, ...report, code: report.images[0]?.cause?.code, fix, healed });
  });
}

export async function make({ on = 'basic', kind = 'Pod', ...setup }: Setup): Promise<Place> {
  const { host: behind, privateImage } = node().registries[on];
  const host = (await setup.host?.(behind)) ?? behind;
  const image = (await setup.image?.(host)) ?? privateImage.replace(behind, host);
  const namespace = await newNamespace({ serviceAccount: true });
  const place = { namespace, host, image };
  for (const [name, content] of Object.entries(setup.secrets?.(host) ?? {})) await store(namespace, name, content);
  if (setup.account !== undefined) await giveAccount(namespace, setup.account);
  await setup.before?.(place);
  const list = setup.list?.map((entry) => (typeof entry === 'string' ? { name: entry } : entry));
  const container = { name: 'app', image, imagePullPolicy: setup.policy ?? 'Always' };
  await newScheduledWorkload(kind, namespace, {
    name: 'web',
    image,
    ...(list === undefined ? {} : { list }),
    spec: { containers: [container], ...setup.spec?.(image) },
    fields: setup.fields ?? {},
  });
  if (kind === 'CronJob') await kubectl(['create', 'job', '--from=cronjob/web', 'web-now', '-n', namespace]);
  return place;
}

export async function store(namespace: string, name: string, content: Content): Promise<void> {
  const json = Buffer.from(JSON.stringify(content)).toString('base64');
  const usual = { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': json } };
  const whole = { apiVersion: 'v1', kind: 'Secret', ...('data' in content ? content : usual) };
  const { metadata = {} } = content as { metadata?: object };
  await created(`/api/v1/namespaces/${namespace}/secrets`, { ...whole, metadata: { ...metadata, name } });
}

/** Gives the service account `default` this list. */
export async function giveAccount(namespace: string, names: readonly string[], fields: object = {}): Promise<void> {
  const body = { ...fields, imagePullSecrets: named(...names) };
  const { status } = await patch(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, body);
  if (status !== 200) throw new Error(`the service account of ${namespace}: ${status}`);
}

export function patch(path: string, body: object): ReturnType<typeof api> {
  return api('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
}

/** The pod itself, or the first that a workload has. */
async function firstPod(namespace: string, kind: Kind): Promise<string> {
  if (kind === 'Pod') return 'web';
  const path = `${pathOf('Pod', namespace)}?labelSelector=app%3Dweb`;
  return waitFor(async () => (await api('GET', path)).body.items[0]?.metadata.name, { what: `a pod in ${namespace}` });
}

async function backsOff(namespace: string, pod: string): Promise<void> {
  const waits = async (): Promise<boolean> => {
    const { status } = (await api('GET', pathOf('Pod', namespace, pod))).body;
    return status.containerStatuses?.some(
      ({ state }: { state?: { waiting?: { reason?: string } } }) => state?.waiting?.reason === 'ImagePullBackOff',
    );
  };
  await waitFor(waits, { what: `${namespace}/${pod} to back off` });
}

interface Examined {
  /** Those with a cause first. */
  readonly images: readonly ImageView[];
  readonly exit: number;
  readonly text: string;
  readonly kubelet: string;
}

/** What `why` says about the pod, held against what is expected. */
async function examine(pod: string, place: Place, expected: Expected): Promise<Examined> {
  const { namespace } = place;
  const ran = await why(pod, namespace, '-o', 'json');
  const people = await why(pod, namespace);
  const report: DoctorReport = JSON.parse(ran.stdout);
  const images = (report.pullers?.[0]?.images ?? []).toSorted(
    (one, other) => Number(one.cause === undefined) - Number(other.cause === undefined),
  );
  const image = images[0] as ImageView;
  const { cause, kubelet } = image;
  const fix = cause && typed(shownFix(cause).command, { ...place, pod });
  const causes = images.map((one) => JSON.stringify(one.cause?.arguments));
  const notes = report.findings.filter((found) => !causes.includes(JSON.stringify(found.arguments)));
  const exit = expected.exit ?? (expected.cause === undefined ? 0 : 1);
  expect(
    {
      kubelet: kubelet?.error ?? 'runs',
      agrees: kubelet?.agrees ?? true,
      outcome: image.outcome,
      cause: cause?.code,
      fix,
      notes: notes.map(({ code }) => code),
      exit: ran.code,
    },
    people.stdout,
  ).toEqual({
    kubelet: expected.kubelet,
    agrees: cause?.code !== 'unexplained',
    outcome: expected.outcome ?? (expected.kubelet === 'runs' ? 'will pull' : 'will not pull'),
    cause: expected.cause,
    fix: expected.fix,
    notes: expected.notes ?? [],
    exit,
  });
  expect(people.code).toBe(exit);
  const offline: DoctorReport = JSON.parse((await why(pod, namespace, '-o', 'json', '--offline')).stdout);
  const [guess = 'none'] = (offline.pullers?.[0]?.images ?? []).flatMap((one) => one.cause?.code ?? []);
  const wanted = expected.offline ?? expected.cause ?? 'none';
  expect(wanted === 'some' && guess !== 'none' ? 'some' : guess, JSON.stringify(offline.pullers)).toBe(wanted);
  expect(people.stdout + people.stderr).not.toContain(janedoe.password);
  return { images, exit, text: people.stdout + people.stderr, kubelet: kubelet?.error ?? 'runs' };
}

function why(pod: string, namespace: string, ...flags: string[]): ReturnType<typeof regsecretIn> {
  return regsecretIn(namespace, ['why', `pod/${pod}`, ...flags]);
}

/** As it stands in JSON. */
interface ShownFix {
  readonly command: string;
  readonly sufficient: boolean;
}

function shownFix({ fix }: NonNullable<ImageView['cause']>): ShownFix {
  return fix as unknown as ShownFix;
}

/** A command with names for what differs each time. */
function typed(command: string, { namespace, host, pod }: Place & { readonly pod: string }): string {
  const port = host.split(':')[1] ?? '';
  const named = command
    .replaceAll(namespace, 'NS')
    .replaceAll(host, 'HOST')
    .replaceAll(`:${port}`, ':PORT')
    .replaceAll(local(node().registries.basic.host), 'OTHER')
    .replaceAll(node().name, 'NODE');
  const elsewhere = named.replaceAll(/test-\w{10}/g, 'ELSEWHERE');
  return pod === 'web' ? elsewhere : elsewhere.replaceAll(pod, 'POD');
}

/** Runs the command of each image as a person would paste it, and waits for a pod that runs. */
async function heal(fixes: readonly ShownFix[], place: Place, { kubelet, healed, cause }: Expected): Promise<string> {
  if (kubelet === 'runs') return 'nothing to heal';
  if (cause !== undefined) expect(fixes[0]?.sufficient).toBe(healed === undefined || healed === 'not here');
  if (healed?.startsWith('not')) return healed;
  if (healed === undefined) for (const { command } of fixes) await paste(command, place.host);
  const pod = await runningPod(place.namespace);
  const after = await why(pod, place.namespace);
  expect(after.code, after.stdout).toBe(0);
  return healed ?? 'the command';
}
