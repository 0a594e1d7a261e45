/** Runs each situation on nodes of each kind: sets it up, compares the kubelet's result with that of `why`, and repairs it. */
import { expect, test } from 'vitest';
import type { DoctorReport } from '../../src/diagnosis/report.ts';
import type { ImageView } from '../../src/diagnosis/view.ts';
import { pullErrorOf } from '../../src/workloads/pull-error.ts';
import { FEATURES, lacks } from '../environment/kubernetes-features.ts';
import {
  api,
  janedoe,
  type NodeInfo,
  node,
  podSettled,
  type Strategy,
  sharedRegistries,
  waitFor,
} from '../environment/use.ts';
import { type Kind, pathOf, regsecretIn } from './attach-world.ts';
import { every } from './cases.ts';
import { local, loggedIn, paste, runningPod } from './doctor-machine.ts';
import { recordSituation } from './doctor-record.ts';
import { type Diagnosed, type Expected, make, type Place, patch, type Setup, type Situation } from './doctor-world.ts';
import { startNodeGate } from './node-gate.ts';

const STRATEGIES: readonly Strategy[] = ['Watch', 'Get'];

/**
 * A situation with a suffix for names that must be unique in the cluster: a Secret that also exists elsewhere gives another
 * finding.
 */
type NamedSituation = (suffix: string) => Situation;

export type Situations = readonly (Situation | NamedSituation)[];

/**
 * Declares tests for `situations`. A kubelet reads Secrets in one of two ways; by default they take turns, and with
 * `REGSECRET_CASES=all` each situation is tested with both.
 */
export function testSituations(situations: Situations): void {
  const each = situations.flatMap((situation, index) =>
    every(STRATEGIES, STRATEGIES.length, index).map((strategy) => {
      const one = typeof situation === 'function' ? situation(strategy.toLowerCase()) : situation;
      return [one[0], strategy, one] as const;
    }),
  );
  test.concurrent.for(each)(
    '%s, with %s',
    { timeout: 240_000 },
    async ([, strategy, situation], { onTestFinished, skip }) => {
      skipWhereLacking(situation, skip);
      await runSituation(situation, { title: strategy, where: node(strategy) }, onTestFinished);
    },
  );
}

/** Declares tests for `situations` on a special node. */
export function testSituationsOn(label: string, where: () => NodeInfo, situations: readonly Situation[]): void {
  test.concurrent.for(situations)('%s', { timeout: 240_000 }, async (situation, { onTestFinished, skip }) => {
    skipWhereLacking(situation, skip);
    await runSituation(situation, { title: label, where: where() }, onTestFinished);
  });
}

function skipWhereLacking([, { needs }]: Situation, skip: (why: string) => void): void {
  if (needs !== undefined && lacks(needs)) skip(FEATURES[needs].reason);
}

async function runSituation(
  [title, setup, expected]: Situation,
  on: { readonly title: string; readonly where: NodeInfo },
  onTestFinished: (then: () => Promise<void>) => void,
): Promise<void> {
  const gate = setup.gate && (await startNodeGate(sharedRegistries()[setup.on ?? 'basic'].host));
  if (gate) onTestFinished(() => gate.stop());
  const place = await make(gate ? { ...setup, host: async () => gate.host } : setup, on.where);
  const pod = await firstPod(place.namespace, setup.kind ?? 'Pod');
  if (setup.debug) await addDebugger(pod, place);
  await settled(pod, place, setup, expected);
  gate?.close();
  await setup.after?.(place);
  const report = await examine(pod, place, expected);
  gate?.open();
  const fixes = report.images.flatMap(({ cause }) => (cause === undefined ? [] : [shownFix(cause)]));
  const healed = await heal(fixes, pod, place, expected);
  const fix = fixes.map(({ command }) => command).join(' ; ');
  recordSituation({ title: `${title} (${on.title})`, ...report, code: report.images[0]?.cause?.code, fix, healed });
}

/** The name of the pod itself, or of the first pod of a workload. */
async function firstPod(namespace: string, kind: Kind): Promise<string> {
  if (kind === 'Pod') return 'web';
  const path = `${pathOf('Pod', namespace)}?labelSelector=app%3Dweb`;
  return waitFor(async () => (await api('GET', path)).body.items[0]?.metadata.name, { what: `a pod in ${namespace}` });
}

/** Adds an ephemeral container as `kubectl debug` does. */
async function addDebugger(pod: string, { namespace, image }: Place): Promise<void> {
  await podSettled(namespace, pod, 120_000);
  const spec = { ephemeralContainers: [{ name: 'debugger', image, imagePullPolicy: 'Always' }] };
  const { status } = await patch(`${pathOf('Pod', namespace, pod)}/ephemeralcontainers`, { spec });
  expect(status).toBe(200);
}

interface Waiting {
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** Waits until the kubelet has done what it can. */
async function settled(
  pod: string,
  { namespace }: Place,
  { backOff, debug }: Setup,
  { kubelet }: Expected,
): Promise<void> {
  const first = debug ? { phase: 'Pending', message: '' } : await podSettled(namespace, pod, 120_000);
  expect(first.phase === 'Running' ? 'runs' : 'fails', first.message).toBe(kubelet === 'runs' ? 'runs' : 'fails');
  if (kubelet === 'runs') return;
  let last: unknown;
  const isSaid = async (): Promise<boolean> => {
    const { status } = (await api('GET', pathOf('Pod', namespace, pod))).body;
    last = status;
    const statuses = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap(
      (name): Waiting[] => status[name] ?? [],
    );
    return statuses.some(({ state }) => {
      const { reason = '', message = '' } = state?.waiting ?? {};
      if (reason === 'ImagePullBackOff' && lacks('errors while backing off')) return true;
      return pullErrorOf(reason, message) === kubelet && (backOff !== true || reason === 'ImagePullBackOff');
    });
  };
  const what = `${namespace}/${pod} to say: ${kubelet}`;
  await waitFor(isSaid, { what, deadlineMs: 60_000, everyMs: 200 }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
}

interface Examined {
  /** Images with a cause come first. */
  readonly images: readonly ImageView[];
  readonly exit: number;
  readonly text: string;
  readonly kubelet: string;
}

/** Compares the report of `why` about the pod with the expected one. */
async function examine(pod: string, place: Place, expected: Expected): Promise<Examined> {
  const ran = await answered(pod, place);
  const people = await why(pod, place);
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
  const offline: DoctorReport = JSON.parse((await why(pod, place, '-o', 'json', '--offline')).stdout);
  const [guess = 'none'] = (offline.pullers?.[0]?.images ?? []).flatMap((one) => one.cause?.code ?? []);
  const wanted = expected.offline ?? expected.cause ?? 'none';
  expect(wanted === 'some' && guess !== 'none' ? 'some' : guess, JSON.stringify(offline.pullers)).toBe(wanted);
  expect(people.stdout + people.stderr).not.toContain(janedoe.password);
  return { images, exit, text: people.stdout + people.stderr, kubelet: kubelet?.error ?? 'runs' };
}

/** Runs `why` again where a registry on a busy machine took longer than its time limit. */
async function answered(pod: string, place: Place): ReturnType<typeof why> {
  for (let left = 4; ; left -= 1) {
    const ran = await why(pod, place, '-o', 'json');
    if (left === 0 || !/"cause": ?"timeout"/.test(ran.stdout)) return ran;
  }
}

/** Runs `why` with the logins of the machine where the command is pasted. */
function why(pod: string, { namespace, host }: Place, ...flags: string[]): ReturnType<typeof regsecretIn> {
  return regsecretIn(namespace, ['why', `pod/${pod}`, ...flags], { env: loggedIn(host) });
}

/** A fix as it appears in JSON. */
interface ShownFix {
  readonly command: string;
  readonly sufficient: boolean;
}

function shownFix({ fix }: NonNullable<ImageView['cause']>): ShownFix {
  return fix as unknown as ShownFix;
}

/** The command with placeholders for the values that differ in each run. */
function typed(command: string, { namespace, host, pod, node }: Place & { readonly pod: string }): string {
  const port = host.split(':')[1] ?? '';
  const named = command
    .replaceAll(namespace, 'NS')
    .replaceAll(host, 'HOST')
    .replaceAll(`:${port}`, ':PORT')
    .replaceAll(local(sharedRegistries().basic.host), 'OTHER')
    .replaceAll(node.name, 'NODE');
  const mirror = named.replaceAll(/127\.0\.0\.1:\d{4,5}/g, 'MIRROR');
  return pod === 'web' ? mirror : mirror.replaceAll(pod, 'POD');
}

/** Runs the proposed commands, and waits for a running pod without findings. */
async function heal(
  fixes: readonly ShownFix[],
  pod: string,
  place: Place,
  { kubelet, healed, cause }: Expected,
): Promise<string> {
  const isAdvice = fixes[0]?.sufficient === false;
  if (fixes.length === 0 || (kubelet === 'runs' && isAdvice && healed === undefined)) return 'nothing to heal';
  if (cause !== undefined) expect(isAdvice).toBe(healed !== undefined);
  const diagnosed: Diagnosed = {
    ...place,
    pod,
    commands: fixes.map(({ command }) => command),
    paste: (command, editor) => paste(command, place.host, { editor }),
  };
  if (healed === undefined) for (const command of diagnosed.commands) await diagnosed.paste(command);
  if (typeof healed === 'function') await healed(diagnosed);
  const after = await afterwards(place);
  expect(after.code, after.stdout + after.stderr).toBe(0);
  return typeof healed === 'function' ? 'by hand' : (healed ?? 'the command');
}

/** Runs `why` for a running pod. During a rollout the chosen pod may be about to go, so another one is tried. */
async function afterwards(place: Place): ReturnType<typeof why> {
  for (let left = 4; ; left -= 1) {
    const running = await runningPod(place.namespace);
    const ran = await why(running, place);
    if (left === 0 || ran.code === 0) return ran;
    const { status, body } = await api('GET', pathOf('Pod', place.namespace, running));
    if (status === 200 && body.metadata.deletionTimestamp === undefined) return ran;
  }
}

type Heal = Extract<Expected['healed'], (...args: never) => unknown>;

/** Fills the gaps in the commands, and runs them. */
export function filledIn(gaps: (diagnosed: Diagnosed) => Readonly<Record<string, string>>): Heal {
  return async (diagnosed) => {
    for (const command of diagnosed.commands) {
      const filled = Object.entries(gaps(diagnosed)).reduce((text, [gap, word]) => text.replaceAll(gap, word), command);
      await diagnosed.paste(filled);
    }
  };
}

/** Runs the commands although they are only advice, because here they fix the pod. */
export const pasted: Heal = filledIn(() => ({}));

/** Runs commands that open an editor, with an editor that replaces what matches `pattern` with `text`. */
export function edited(pattern: string, text: string): Heal {
  return async ({ commands, paste }) => {
    for (const command of commands) await paste(command, `sed -i 's|${pattern}|${text}|'`);
  };
}
