/** Timelines of `--watch`: what it prints for what happens in a cluster, and how it ends. */
import { expect, test } from 'vitest';
import { printDoctor } from '../../../src/commands/doctor/doctor-printer.ts';
import { beginWait, type Demands, type Sight, stepWait } from '../../../src/commands/doctor/watch-state.ts';
import { awaitedPods } from '../../../src/diagnosis/awaited.ts';
import { Interrupted, UserError } from '../../../src/errors.ts';
import { selectFindings, selectionOf } from '../../../src/findings/selection.ts';
import { createCollector } from '../../../src/gather/collector.ts';
import { observeTargets } from '../../../src/gather/doctor-facts.ts';
import { observeScope } from '../../../src/gather/scope.ts';
import { parseDoctorTargets } from '../../../src/workloads/target.ts';
import { fakeIo } from '../../support/io.ts';
import { reportAt } from '../../support/steps.ts';
import { type Stored, type StoredOptions, stored, storedObjects } from '../../support/stored-objects.ts';
import { bare, base, type PodState, podOf, podsOf, workload } from '../../support/watched-objects.ts';

/** What there is at some second: objects, an error, or a signal. */
type Frame = readonly [second: number, seen: readonly Stored[] | UserError | Interrupted];

interface Options {
  /** What `why` is asked about. Left out: `doctor`, about the namespace. */
  readonly why?: readonly string[];
  readonly forbidden?: readonly string[];
  readonly ignore?: readonly string[];
  readonly all?: boolean;
  readonly strict?: boolean;
  /** In seconds. */
  readonly timeout?: number;
}

async function sightOf(objects: readonly Stored[], options: Options): Promise<Sight> {
  const { why, forbidden, ignore, all = false, strict = false } = options;
  const collector = createCollector(storedObjects(objects, forbidden));
  const observed =
    why === undefined
      ? await observeScope({ offline: true, allNamespaces: all }, collector)
      : await observeTargets(parseDoctorTargets(why), { offline: true }, collector);
  const report = reportAt(observed, observed.facts, strict);
  const selected = selectFindings(report.findings, selectionOf({ ignore: ignore && [...ignore] }));
  return { report: { ...report, ...selected }, awaited: awaitedPods(observed) };
}

/** The last line of the report on a namespace, or the verdicts on single targets. */
async function printedBy({ report }: Sight): Promise<string> {
  const io = fakeIo();
  await printDoctor(report, { output: undefined, verbose: false, now: Date.now() }, io);
  const lines = io.written.stdout
    .split('\n')
    .filter((line) => /^[^ ]/.test(line) && !/^(not checked from here|hint)/.test(line));
  return report.counts === undefined ? lines.join(' | ') : `${lines.at(-1)}`;
}

/** What is printed at which second, and the end. */
async function played(frames: readonly Frame[], options: Options): Promise<string[]> {
  const { timeout, strict = false, all = false } = options;
  const until = timeout === undefined ? Number.POSITIVE_INFINITY : timeout * 1000;
  const demands: Demands = {
    strict,
    offline: true,
    until,
    timeout: timeout === undefined ? undefined : `${timeout}s`,
    isWide: all,
  };
  const lines: string[] = [];
  let wait = beginWait(demands);
  let sight: Sight | undefined;
  for (const [second, seen] of frames) {
    const look = seen instanceof Error ? seen : await sightOf(seen, options);
    if (!(look instanceof Error)) sight = look;
    const step = stepWait(wait, look, second * 1000);
    wait = step.wait;
    const report = step.report && sight !== undefined ? [`report: ${await printedBy(sight)}`] : [];
    lines.push(...[...report, ...step.lines].map((line) => `${second}s ${line}`));
    if (step.end !== undefined) return [...lines, step.end];
  }
  return [...lines, 'goes on'];
}

const EMPTY = base();
const web = (rollout: Parameters<typeof workload>[2], ...states: readonly PodState[]): Stored[] => [
  ...EMPTY,
  workload('Deployment', 'web', rollout),
  ...podsOf('web', ...states),
];
const away = new UserError('the API server cannot be reached');
const gone = new UserError('namespace team does not exist');
const SIGINT = new Interrupted('SIGINT');
const QUOTA = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };
const finished = { status: { conditions: [{ type: 'Complete', status: 'True' }], succeeded: 1 } };
const job = (options: StoredOptions = {}): Stored => stored('Job', 'job', { list: ['pull'], ...options });
/** A namespace with 20 workloads, of which the first cannot pull. */
const twenty = (failing: number): Stored[] => [
  ...EMPTY,
  ...Array.from({ length: 20 }, (_, index) => [
    workload('Deployment', `w${index}`, { replicas: 1 }),
    ...podsOf(`w${index}`, 20 - index <= failing ? 'denied' : 'runs'),
  ]).flat(),
];

test.each<[title: string, frames: readonly Frame[], expected: readonly string[], options?: Options]>([
  [
    'a namespace where everything runs',
    [[0, web({}, 'runs', 'runs')]],
    ['0s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret', 'well'],
  ],
  [
    'kubectl apply, and doctor at once: nothing is there yet',
    [
      [0, EMPTY],
      [2, web({ isUnseen: true, updated: 0 })],
      [4, web({ updated: 1 }, 'creating')],
      [6, web({}, 'creating', 'creating')],
      [8, web({}, 'runs', 'creating')],
      [10, web({}, 'runs', 'runs')],
    ],
    [
      '0s report: nothing is wrong: 0 pods, 0 workloads, 1 service account, 1 pull secret',
      '0s waiting for pods or workloads; Ctrl-C or --timeout ends it',
      '2s waiting for 2 new pods of deployment/web',
      '4s waiting for 1 pod of deployment/web to pull images, 1 new pod of deployment/web',
      '6s waiting for 2 pods of deployment/web to pull images',
      '8s waiting for 1 pod of deployment/web to pull images',
      '10s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a namespace that stays empty',
    [
      [0, EMPTY],
      [30, EMPTY],
      [60, EMPTY],
    ],
    [
      '0s report: nothing is wrong: 0 pods, 0 workloads, 1 service account, 1 pull secret',
      '0s waiting for pods or workloads',
      '60s gave up after 60s (--timeout)',
      'timeout',
    ],
    { timeout: 60 },
  ],
  [
    'a namespace whose workloads may not be listed: nobody knows whether it is empty',
    [[0, EMPTY]],
    ['0s report: nothing wrong was found: 0 pods, 1 service account, 1 pull secret', 'well'],
    { forbidden: ['list deployments'] },
  ],
  [
    'an empty namespace whose Secrets and service accounts may not be listed',
    [[0, EMPTY]],
    [
      '0s report: nothing wrong was found: 0 pods, 0 workloads',
      '0s waiting for pods or workloads; Ctrl-C or --timeout ends it',
      'goes on',
    ],
    { forbidden: ['list secrets', 'list serviceaccounts'] },
  ],
  [
    'a slow pull',
    [
      [0, web({}, 'creating', 'creating')],
      [20, web({}, 'creating', 'creating')],
      [40, web({}, 'runs', 'runs')],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images',
      '40s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
    { timeout: 60 },
  ],
  [
    'a pull that is slower than the timeout',
    [
      [0, web({}, 'creating', 'creating')],
      [40, web({}, 'runs', 'creating')],
      [60, web({}, 'runs', 'creating')],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images',
      '40s waiting for 1 pod of deployment/web to pull images',
      '60s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '60s gave up after 60s (--timeout)',
      'timeout',
    ],
    { timeout: 60 },
  ],
  [
    'an init container that runs first',
    [
      [0, web({ replicas: 1 }, 'initializing')],
      [5, web({ replicas: 1 }, 'runs')],
    ],
    [
      '0s report: nothing wrong was found: 1 pod, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 pod of deployment/web to pull images; Ctrl-C or --timeout ends it',
      '5s report: nothing is wrong: 1 pod, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a container that crashes has its image: the rest is not our business',
    [
      [0, web({}, 'runs', 'creating')],
      [5, web({}, 'runs', 'crashes')],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 pod of deployment/web to pull images; Ctrl-C or --timeout ends it',
      '5s report: nothing is wrong with images and pull secrets: 2 pods (1 is not ready for another reason), 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a roll-out that keeps its old pods until the new ones run',
    [
      [0, web({ updated: 0, isUnseen: true }, 'runs', 'runs')],
      [2, web({ updated: 1 }, 'runs', 'runs', 'creating')],
      [6, web({ updated: 1 }, 'runs', 'runs', 'runs')],
      [8, web({}, 'ending', 'runs', 'runs')],
    ],
    [
      '0s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 new pods of deployment/web; Ctrl-C or --timeout ends it',
      '2s waiting for 1 pod of deployment/web to pull images, 1 new pod of deployment/web',
      '6s waiting for 1 new pod of deployment/web',
      '8s report: nothing is wrong: 3 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a roll-out that a crash stops never gets its pods',
    [
      [0, web({ updated: 1 }, 'runs', 'runs', 'crashes')],
      [60, web({ updated: 1 }, 'runs', 'runs', 'crashes')],
    ],
    [
      '0s report: nothing is wrong with images and pull secrets: 3 pods (1 is not ready for another reason), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 new pod of deployment/web',
      '60s gave up after 60s (--timeout)',
      'timeout',
    ],
    { timeout: 60 },
  ],
  [
    'a pod that cannot pull, until it can',
    [
      [0, web({}, 'denied', 'denied')],
      [10, web({}, 'runs', 'denied')],
      [20, web({}, 'runs', 'runs')],
    ],
    [
      '0s report: 1 error: 2 pods (2 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '10s waiting for 1 pod of deployment/web to pull images, 1 problem to be fixed',
      '20s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'recovery of many workloads, one line for each change',
    [
      [0, twenty(15)],
      [10, twenty(14)],
      [12, twenty(2)],
      [14, twenty(0)],
    ],
    [
      '0s report: 15 errors: 20 pods (15 cannot pull), 20 workloads, 1 service account, 1 pull secret',
      '0s waiting for 15 pods to pull images, 15 problems to be fixed; Ctrl-C or --timeout ends it',
      '10s waiting for 14 pods to pull images, 14 problems to be fixed; no longer for deployment/w5',
      '12s waiting for 2 pods to pull images, 2 problems to be fixed; no longer for deployment/w6, deployment/w7, deployment/w8, deployment/w9, deployment/w10 and 7 more',
      '14s report: nothing is wrong: 20 pods, 20 workloads, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'recovery while something else is still wrong',
    [
      [0, [...web({ replicas: 1 }, 'denied'), bare('db', 'denied', ['nope'])]],
      [9, [...web({ replicas: 1 }, 'runs'), bare('db', 'denied', ['nope'])]],
      [30, [...web({ replicas: 1 }, 'runs'), bare('db', 'denied', ['nope'])]],
    ],
    [
      '0s report: 2 errors and 1 warning: 2 pods (2 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods to pull images, 2 problems to be fixed',
      '9s waiting for pod/db to pull images, 1 problem to be fixed; no longer for deployment/web',
      '30s report: 1 error and 1 warning: 2 pods (1 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '30s gave up after 30s (--timeout)',
      'timeout',
    ],
    { timeout: 30 },
  ],
  [
    'flapping: each time with its command',
    [
      [0, [...EMPTY, bare('db', 'denied', ['nope'])]],
      [2, [...EMPTY, bare('db', 'creating')]],
      [4, [...EMPTY, bare('db', 'denied', ['nope'])]],
      [6, [...EMPTY, bare('db', 'runs')]],
    ],
    [
      '0s report: 1 error and 1 warning: 1 pod (1 cannot pull), 0 workloads, 1 service account, 1 pull secret',
      '0s waiting for pod/db to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '2s waiting for pod/db to pull images',
      '4s report: 1 error and 1 warning: 1 pod (1 cannot pull), 0 workloads, 1 service account, 1 pull secret',
      '4s waiting for pod/db to pull images, 1 problem to be fixed',
      '6s report: nothing is wrong: 1 pod, 0 workloads, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'flapping of a single target is nothing new',
    [
      [0, [...EMPTY, bare('db', 'denied', ['nope'])]],
      [2, [...EMPTY, bare('db', 'creating')]],
      [4, [...EMPTY, bare('db', 'denied', ['nope'])]],
      [6, [...EMPTY, bare('db', 'runs')]],
    ],
    [
      '0s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | pod/db cannot pull ghcr.io/acme/web | warning: secret team/nope does not exist [missing-secret]',
      '0s waiting for pod/db to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '2s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | cannot tell whether pod/db can pull ghcr.io/acme/web',
      '2s waiting for pod/db to pull images',
      '4s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | pod/db cannot pull ghcr.io/acme/web | warning: secret team/nope does not exist [missing-secret]',
      '4s waiting for pod/db to pull images, 1 problem to be fixed',
      '6s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | pod/db has ghcr.io/acme/web',
      'well',
    ],
    { why: ['pod/db'] },
  ],
  [
    'one more workload fails for the same reason',
    [
      [0, twenty(2)],
      [2, twenty(3)],
      [4, twenty(1)],
    ],
    [
      '0s report: 2 errors: 20 pods (2 cannot pull), 20 workloads, 1 service account, 1 pull secret',
      '0s waiting for 2 pods to pull images, 2 problems to be fixed; Ctrl-C or --timeout ends it',
      '2s report: 3 errors: 20 pods (3 cannot pull), 20 workloads, 1 service account, 1 pull secret',
      '2s waiting for 3 pods to pull images, 3 problems to be fixed',
      '4s waiting for 1 pod of deployment/w19 to pull images, 1 problem to be fixed; no longer for deployment/w17, deployment/w18',
      'goes on',
    ],
  ],
  [
    'a workload that is deleted while its pods fail',
    [
      [0, [...web({}, 'denied', 'denied'), bare('db', 'runs')]],
      [4, [...EMPTY, bare('db', 'runs')]],
    ],
    [
      '0s report: 1 error: 3 pods (2 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '4s report: nothing is wrong: 1 pod, 0 workloads, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'the only workload is deleted: the namespace is empty again',
    [
      [0, web({}, 'denied', 'denied')],
      [4, EMPTY],
    ],
    [
      '0s report: 1 error: 2 pods (2 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '4s waiting for pods or workloads; no longer for deployment/web',
      'goes on',
    ],
  ],
  [
    'scaled to 0 while its pods fail',
    [
      [0, web({}, 'denied', 'denied')],
      [4, web({ replicas: 0 })],
    ],
    [
      '0s report: 1 error: 2 pods (2 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '4s report: nothing wrong was found: 0 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    '0 replicas and a CronJob without a run',
    [[0, [...web({ replicas: 0 }), stored('CronJob', 'night', { list: ['pull'] })]]],
    ['0s report: nothing wrong was found: 0 pods, 2 workloads, 1 service account, 1 pull secret', 'well'],
  ],
  [
    'a new workload while another one is awaited',
    [
      [0, web({}, 'runs', 'creating')],
      [2, [...web({}, 'runs', 'creating'), workload('Deployment', 'api', { updated: 0 })]],
      [4, [...web({}, 'runs', 'runs'), workload('Deployment', 'api'), ...podsOf('api', 'creating', 'creating')]],
      [6, [...web({}, 'runs', 'runs'), workload('Deployment', 'api'), ...podsOf('api', 'runs', 'runs')]],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 pod of deployment/web to pull images; Ctrl-C or --timeout ends it',
      '2s waiting for 1 pod of deployment/web to pull images, 2 new pods of deployment/api',
      '4s waiting for 2 pods of deployment/api to pull images; no longer for deployment/web',
      '6s report: nothing is wrong: 4 pods, 2 workloads, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a new workload that fails while another one is awaited',
    [
      [0, web({}, 'runs', 'creating')],
      [2, [...web({}, 'runs', 'creating'), bare('db', 'denied', ['nope'])]],
      [4, [...web({}, 'runs', 'runs'), bare('db', 'denied', ['nope'])]],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 pod of deployment/web to pull images; Ctrl-C or --timeout ends it',
      '2s report: 1 error and 1 warning: 3 pods (1 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '2s waiting for 2 pods to pull images, 1 problem to be fixed',
      '4s waiting for pod/db to pull images, 1 problem to be fixed; no longer for deployment/web',
      'goes on',
    ],
  ],
  [
    'the namespace is deleted',
    [
      [0, web({}, 'creating', 'creating')],
      [4, EMPTY],
      [6, gone],
      [20, gone],
      [38, gone],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images; Ctrl-C or --timeout ends it',
      '4s waiting for pods or workloads; no longer for deployment/web',
      '6s cannot check now: namespace team does not exist; trying again',
      'lost',
    ],
  ],
  ['the namespace does not exist from the start', [[0, gone]], ['lost']],
  [
    'the API server is away for a moment',
    [
      [0, web({}, 'creating', 'creating')],
      [2, away],
      [4, away],
      [12, web({}, 'creating', 'creating')],
      [14, web({}, 'runs', 'runs')],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images; Ctrl-C or --timeout ends it',
      '2s cannot check now: the API server cannot be reached; trying again',
      '12s waiting for 2 pods of deployment/web to pull images',
      '14s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'the API server is away, and is back twice within half a minute each',
    [
      [0, web({}, 'creating')],
      [2, away],
      [30, web({}, 'creating')],
      [32, away],
      [61, web({}, 'creating')],
    ],
    [
      '0s report: nothing wrong was found: 1 pod, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 pod of deployment/web to pull images, 1 new pod of deployment/web; Ctrl-C or --timeout ends it',
      '2s cannot check now: the API server cannot be reached; trying again',
      '30s waiting for 1 pod of deployment/web to pull images, 1 new pod of deployment/web',
      '32s cannot check now: the API server cannot be reached; trying again',
      '61s waiting for 1 pod of deployment/web to pull images, 1 new pod of deployment/web',
      'goes on',
    ],
  ],
  [
    'the API server is away for longer',
    [
      [0, web({}, 'creating', 'creating')],
      [2, away],
      [33, away],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images; Ctrl-C or --timeout ends it',
      '2s cannot check now: the API server cannot be reached; trying again',
      'lost',
    ],
  ],
  [
    'the time is up while the API server is away',
    [
      [0, web({}, 'creating', 'creating')],
      [2, web({}, 'runs', 'creating')],
      [4, away],
      [10, away],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images',
      '2s waiting for 1 pod of deployment/web to pull images',
      '4s cannot check now: the API server cannot be reached; trying again',
      '10s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '10s gave up after 10s (--timeout)',
      'timeout',
    ],
    { timeout: 10 },
  ],
  [
    'Ctrl-C after a change: the last state is printed',
    [
      [0, web({}, 'denied', 'denied')],
      [2, web({}, 'runs', 'denied')],
      [3, SIGINT],
    ],
    [
      '0s report: 1 error: 2 pods (2 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '2s waiting for 1 pod of deployment/web to pull images, 1 problem to be fixed',
      '3s report: 1 error: 2 pods (1 cannot pull), 1 workload, 1 service account, 1 pull secret',
      'interrupted',
    ],
  ],
  [
    'Ctrl-C before any change',
    [
      [0, web({}, 'denied', 'denied')],
      [3, SIGINT],
    ],
    [
      '0s report: 1 error: 2 pods (2 cannot pull), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      'interrupted',
    ],
  ],
  [
    'a CronJob whose run pulls',
    [
      [
        0,
        [
          ...EMPTY,
          stored('CronJob', 'night', { list: ['pull'] }),
          job({ owner: 'CronJob/night' }),
          podOf('Job/job', 'job', 0, 'creating'),
        ],
      ],
      [
        4,
        [
          ...EMPTY,
          stored('CronJob', 'night', { list: ['pull'] }),
          job({ owner: 'CronJob/night', rest: finished }),
          podOf('Job/job', 'job', 0, 'done'),
        ],
      ],
    ],
    [
      '0s report: nothing wrong was found: 1 pod, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 pod of cronjob/night to pull images; Ctrl-C or --timeout ends it',
      '4s report: nothing is wrong: 1 pod, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a Job, from its creation to its end',
    [
      [0, [...EMPTY, job()]],
      [2, [...EMPTY, job(), podOf('Job/job', 'job', 0, 'creating')]],
      [4, [...EMPTY, job({ rest: finished }), podOf('Job/job', 'job', 0, 'done')]],
    ],
    [
      '0s report: nothing wrong was found: 0 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 new pod of job/job; Ctrl-C or --timeout ends it',
      '2s waiting for 1 pod of job/job to pull images',
      '4s report: nothing is wrong: 1 pod, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a Job that has ended, and one that is held',
    [
      [
        0,
        [
          ...EMPTY,
          job({ rest: finished }),
          stored('Job', 'later', { list: ['pull'], spec: { suspend: true, parallelism: 3, completions: 3 } }),
        ],
      ],
    ],
    ['0s report: nothing wrong was found: 0 pods, 2 workloads, 1 service account, 1 pull secret', 'well'],
  ],
  [
    'a Job with five pods, three at a time',
    [
      [0, [...EMPTY, job({ spec: { parallelism: 3, completions: 5 } }), podOf('Job/job', 'job', 0, 'runs')]],
      [
        2,
        [
          ...EMPTY,
          job({ spec: { parallelism: 3, completions: 5 }, rest: { status: { succeeded: 4 } } }),
          podOf('Job/job', 'job', 1, 'runs'),
        ],
      ],
    ],
    [
      '0s report: nothing is wrong: 1 pod, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 new pods of job/job; Ctrl-C or --timeout ends it',
      '2s report: nothing is wrong: 1 pod, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a DaemonSet for which there is no node',
    [
      [0, [...EMPTY, workload('DaemonSet', 'agent', { replicas: 0, isUnseen: true })]],
      [2, [...EMPTY, workload('DaemonSet', 'agent', { replicas: 0 })]],
    ],
    [
      '0s report: nothing wrong was found: 0 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 new pod of daemonset/agent; Ctrl-C or --timeout ends it',
      '2s report: nothing wrong was found: 0 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a DaemonSet that is replaced node by node',
    [
      [
        0,
        [
          ...EMPTY,
          workload('DaemonSet', 'agent', { updated: 1 }),
          podOf('DaemonSet/agent', 'agent', 0, 'runs'),
          podOf('DaemonSet/agent', 'agent', 1, 'runs'),
        ],
      ],
      [
        2,
        [
          ...EMPTY,
          workload('DaemonSet', 'agent'),
          podOf('DaemonSet/agent', 'agent', 0, 'runs'),
          podOf('DaemonSet/agent', 'agent', 1, 'creating'),
        ],
      ],
      [
        4,
        [
          ...EMPTY,
          workload('DaemonSet', 'agent'),
          podOf('DaemonSet/agent', 'agent', 0, 'runs'),
          podOf('DaemonSet/agent', 'agent', 1, 'runs'),
        ],
      ],
    ],
    [
      '0s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 new pod of daemonset/agent; Ctrl-C or --timeout ends it',
      '2s waiting for 1 pod of daemonset/agent to pull images',
      '4s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a DaemonSet whose pods somebody has to delete',
    [
      [
        0,
        [
          ...EMPTY,
          workload('DaemonSet', 'agent', { replicas: 1, updated: 0, spec: { updateStrategy: { type: 'OnDelete' } } }),
          podOf('DaemonSet/agent', 'agent', 0, 'runs'),
        ],
      ],
    ],
    ['0s report: nothing is wrong: 1 pod, 1 workload, 1 service account, 1 pull secret', 'well'],
  ],
  [
    'a StatefulSet creates one pod after the other',
    [
      [0, [...EMPTY, workload('StatefulSet', 'db', { updated: 1 }), podOf('StatefulSet/db', 'db', 0, 'creating')]],
      [2, [...EMPTY, workload('StatefulSet', 'db', { updated: 1 }), podOf('StatefulSet/db', 'db', 0, 'runs')]],
      [
        4,
        [
          ...EMPTY,
          workload('StatefulSet', 'db'),
          podOf('StatefulSet/db', 'db', 0, 'runs'),
          podOf('StatefulSet/db', 'db', 1, 'runs'),
        ],
      ],
    ],
    [
      '0s report: nothing wrong was found: 1 pod, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 1 pod of statefulset/db to pull images, 1 new pod of statefulset/db; Ctrl-C or --timeout ends it',
      '2s waiting for 1 new pod of statefulset/db',
      '4s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'a StatefulSet whose partition keeps one old pod',
    [
      [
        0,
        [
          ...EMPTY,
          workload('StatefulSet', 'db', { updated: 1, spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } }),
          podOf('StatefulSet/db', 'db', 0, 'runs'),
          podOf('StatefulSet/db', 'db', 1, 'runs'),
        ],
      ],
    ],
    ['0s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret', 'well'],
  ],
  [
    'a paused Deployment asks for what it has',
    [[0, web({ updated: 0, spec: { paused: true } }, 'runs', 'runs')]],
    ['0s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret', 'well'],
  ],
  [
    'a Deployment that was created paused',
    [[0, web({ updated: 0, spec: { paused: true }, status: { replicas: 0 } })]],
    ['0s report: nothing wrong was found: 0 pods, 1 workload, 1 service account, 1 pull secret', 'well'],
  ],
  [
    'no node has room for the pods',
    [
      [0, web({}, 'unscheduled', 'unscheduled')],
      [60, web({}, 'unscheduled', 'unscheduled')],
    ],
    [
      '0s report: nothing wrong was found with images and pull secrets: 2 pods (2 are not ready for another reason), 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of deployment/web to pull images',
      '60s gave up after 60s (--timeout)',
      'timeout',
    ],
    { timeout: 60 },
  ],
  [
    'a quota keeps one of two pods from being created',
    [
      [0, web({ updated: 1, status: { conditions: [QUOTA] } }, 'runs')],
      [30, web({}, 'runs', 'runs')],
    ],
    [
      '0s report: nothing is wrong with images and pull secrets: 1 pod, 1 workload (1 cannot create pods), 1 service account, 1 pull secret',
      '0s waiting for 1 new pod of deployment/web; Ctrl-C or --timeout ends it',
      '30s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
  ],
  [
    'pods may not be listed: those of a workload are not awaited',
    [[0, web({}, 'creating', 'creating')]],
    ['0s report: nothing wrong was found: 1 workload, 1 service account, 1 pull secret', 'well'],
    { forbidden: ['list pods'] },
  ],
  [
    'all namespaces: their names are printed',
    [
      [0, web({}, 'creating', 'creating')],
      [2, [...web({}, 'runs', 'runs'), bare('db', 'creating')]],
      [4, web({}, 'runs', 'runs')],
    ],
    [
      '0s report: nothing wrong was found: 2 pods, 1 workload, 1 service account, 1 pull secret',
      '0s waiting for 2 pods of team/deployment/web to pull images; Ctrl-C or --timeout ends it',
      '2s waiting for team/pod/db to pull images; no longer for team/deployment/web',
      '4s report: nothing is wrong: 2 pods, 1 workload, 1 service account, 1 pull secret',
      'well',
    ],
    { all: true },
  ],
  [
    'a finding that is ignored, with the pods that fail for it',
    [[0, [...EMPTY, bare('db', 'denied', ['nope'])]]],
    [
      '0s report: 1 error (1 finding ignored): 1 pod (1 cannot pull), 0 workloads, 1 service account, 1 pull secret',
      '0s waiting for 1 problem to be fixed; Ctrl-C or --timeout ends it',
      'goes on',
    ],
    { ignore: ['missing-secret'] },
  ],
  [
    'why: a Deployment without pods, until they run',
    [
      [0, web({ isUnseen: true, updated: 0 })],
      [2, web({}, 'creating', 'creating')],
      [4, web({}, 'runs', 'creating')],
      [6, web({}, 'runs', 'runs')],
    ],
    [
      '0s report: cannot tell whether a new pod of deployment/web can pull ghcr.io/acme/web',
      '0s waiting for 2 new pods of deployment/web; Ctrl-C or --timeout ends it',
      '2s report: cannot tell whether a new pod of deployment/web can pull ghcr.io/acme/web | node n1, which pod/web-1-0 is on, no longer exists, so nothing is pulled for it | cannot tell whether pod/web-1-0 and 1 like it can pull ghcr.io/acme/web',
      '2s waiting for 2 pods of deployment/web to pull images',
      '4s waiting for 1 pod of deployment/web to pull images',
      '6s report: cannot tell whether a new pod of deployment/web can pull ghcr.io/acme/web | node n1, which pod/web-1-0 is on, no longer exists, so nothing is pulled for it | pod/web-1-0 and 1 like it has ghcr.io/acme/web',
      'well',
    ],
    { why: ['deploy/web'] },
  ],
  [
    'why: something else goes wrong',
    [
      [0, [...EMPTY, bare('db', 'creating')]],
      [4, [...EMPTY, bare('db', 'denied', ['nope'])]],
    ],
    [
      '0s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | cannot tell whether pod/db can pull ghcr.io/acme/web',
      '0s waiting for pod/db to pull images; Ctrl-C or --timeout ends it',
      '4s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | pod/db cannot pull ghcr.io/acme/web | warning: secret team/nope does not exist [missing-secret]',
      'worse',
    ],
    { why: ['pod/db'] },
  ],
  [
    'why: one of two pods has its image',
    [
      [0, [...EMPTY, bare('db', 'creating'), bare('api', 'creating')]],
      [4, [...EMPTY, bare('db', 'runs'), bare('api', 'creating')]],
      [6, [...EMPTY, bare('db', 'runs'), bare('api', 'runs')]],
    ],
    [
      '0s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | cannot tell whether pod/db can pull ghcr.io/acme/web | node n1, which pod/api is on, no longer exists, so nothing is pulled for it | cannot tell whether pod/api can pull ghcr.io/acme/web',
      '0s waiting for 2 pods to pull images; Ctrl-C or --timeout ends it',
      '4s waiting for pod/api to pull images; no longer for pod/db',
      '6s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | pod/db has ghcr.io/acme/web | node n1, which pod/api is on, no longer exists, so nothing is pulled for it | pod/api has ghcr.io/acme/web',
      'well',
    ],
    { why: ['pod/db', 'pod/api'] },
  ],
  [
    'why: a pod that is replaced is gone for a moment',
    [
      [0, [...EMPTY, bare('db', 'denied', ['nope'])]],
      [2, new UserError('pod team/db does not exist')],
      [4, [...EMPTY, bare('db', 'creating')]],
      [6, [...EMPTY, bare('db', 'runs')]],
    ],
    [
      '0s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | pod/db cannot pull ghcr.io/acme/web | warning: secret team/nope does not exist [missing-secret]',
      '0s waiting for pod/db to pull images, 1 problem to be fixed; Ctrl-C or --timeout ends it',
      '2s cannot check now: pod team/db does not exist; trying again',
      '4s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | cannot tell whether pod/db can pull ghcr.io/acme/web',
      '4s waiting for pod/db to pull images',
      '6s report: node n1, which pod/db is on, no longer exists, so nothing is pulled for it | pod/db has ghcr.io/acme/web',
      'well',
    ],
    { why: ['pod/db'] },
  ],
  [
    'why: a service account',
    [[0, base([])]],
    ['0s report: a new pod with serviceaccount/default gets no pull secret, and can pull only public images', 'well'],
    { why: ['sa/default'] },
  ],
])('%s', async (_, frames, expected, options = {}) => {
  expect(await played(frames, options)).toEqual(expected);
});
