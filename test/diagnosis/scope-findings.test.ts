/** Findings that appear only when many objects are examined, and how they are combined. */
import { describe, expect, test } from 'vitest';
import type { Answer, Observation, Puller, SecretState } from '../../src/diagnosis/facts.ts';
import { judgeAll, openQuestions } from '../../src/diagnosis/puller-report.ts';
import { scopeFindings } from '../../src/diagnosis/scope-findings.ts';
import { secretQuestions } from '../../src/diagnosis/secret-checks.ts';
import { finished } from '../../src/secret/steps.ts';
import { questionKey } from '../../src/verify/question.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { pullKind } from '../../src/workloads/kind.ts';
import { addPod, type PodGroups } from '../../src/workloads/pod-group.ts';
import { pullSpecOf } from '../../src/workloads/pull-spec.ts';
import { shownHint } from '../support/hints.ts';
import {
  deployment,
  factsOf,
  IMAGE,
  login,
  NOW,
  type PullerOptions,
  podWith,
  secretWith,
  settle,
  templateWith,
  userOf,
  type World,
} from '../support/pull-facts.ts';
import { reportAt } from '../support/steps.ts';

const DELETE = { step: 'delete pods', pods: ['web-0'] } as const;
const COUNTS = { pods: 0, failingPods: 0, workloads: 0, serviceAccounts: 0, secrets: 0 };
const REFUSED = 'failed to authorize: no basic auth credentials';
const list = [{ name: 'regcred' }];
const good = secretWith({ 'ghcr.io': login() });

const template = (name: string, options: PullerOptions, runs: number): Puller => {
  const puller = templateWith(options);
  const ref = { ...puller.ref, kind: 'Deployment', name } as const;
  return { ...puller, ref, remedy: { how: 'template', target: ref }, runs, shownByPods: true };
};

/** Pods of a Deployment. */
const pods = (name: string, count: number, options: PullerOptions): Puller => ({
  ...podWith({ ...options, pod: { template: { name: `deployment/${name}`, list: options.list } } }),
  count,
});

/** The findings once registries have answered all questions. */
function findingsOf(
  pullers: readonly Puller[],
  world: World,
  rest: Partial<Observation> = {},
): ReturnType<typeof reportAt>['findings'] {
  const online = factsOf(world);
  const answers = new Map<string, Answer>();
  const facts = { ...online, answers };
  for (;;) {
    const open = openQuestions(finished(judgeAll({ pullers, scope: { counts: COUNTS } }, facts))).filter(
      (question) => !answers.has(questionKey(question)),
    );
    if (open.length === 0) break;
    for (const question of open) {
      const verdict = world.says?.(userOf(question), question) as Verdict;
      answers.set(questionKey(question), { verdict, at: NOW });
    }
  }
  const scope = { counts: COUNTS };
  const usage = new Map([['team-a/regcred', { serviceAccounts: ['default'], workloads: [], pods: 0 }]]);
  return reportAt({ pullers, facts, findings: [], unchecked: [], usage, scope, ...rest }, facts).findings;
}

/** Each finding as `severity code object pods`. */
function shown(...about: Parameters<typeof findingsOf>): string[] {
  return findingsOf(...about).map(
    ({ severity, code, object, affects }) => `${severity} ${code} ${object.kind}/${object.name} ${affects?.pods ?? 0}`,
  );
}

const refuses = (): Verdict => ({ kind: 'anonymous', why: 'empty', result: 'fails' });

describe('one finding for', () => {
  test('pods and the template that they are made of', () => {
    const all = [template('web', {}, 0), pods('web', 500, { status: REFUSED })];
    expect(shown(all, { says: refuses })).toEqual(['error no-pull-secret Deployment/web 500']);
  });

  test('pods that fail in two ways by one cause', () => {
    const all = [
      pods('web', 3, { list, status: REFUSED }),
      pods('web', 4, { list, status: 'Back-off pulling', reason: 'ImagePullBackOff' }),
      pods('api', 5, { list, status: REFUSED }),
    ];
    const world = { secrets: { regcred: good }, says: (user?: string) => (user ? rejected : refuses()) };
    expect(shown(all, world)).toEqual(['error credential-rejected Secret/regcred 12']);
  });

  test('all that run and would not come back with a Secret that cannot be decoded', () => {
    const undecodable = secretWith({ 'ghcr.io': { auth: '***' } });
    const all = [template('web', { list }, 3), template('api', { list }, 2)];
    expect(shown(all, { secrets: { regcred: undecodable } })).toEqual(['error fails-at-restart Deployment/web 5']);
  });

  test('pods that run with a Secret that cannot be decoded, and were not made of a template', () => {
    const undecodable = secretWith({ 'ghcr.io': { auth: '***' } });
    const all = [pods('web', 3, { list, status: 'runs' })];
    expect(shown(all, { secrets: { regcred: undecodable } })).toEqual(['error fails-at-restart Pod/web 3']);
  });
});

const rejected: Verdict = { kind: 'rejected', status: 401 };

test('a name that nobody has goes out of each list with a login for the images, and no pod is made again', () => {
  const both = [{ name: 'gone' }, ...list];
  const world = { secrets: { regcred: good, gone: 'missing' as const } };
  const of = (name: string) => {
    const made = pods(name, 2, { list: both, status: 'runs' });
    const remedy = { how: 'template', target: { kind: 'Deployment', namespace: 'team-a', name } } as const;
    return [template(name, { list: both }, 2), { ...made, remedy: { ...remedy, next: DELETE } }];
  };
  const usage = new Map([['team-a/gone', { serviceAccounts: [], workloads: ['deployment/web'], pods: 4 }]]);
  const facts = factsOf(world);
  const pullers = [...of('web'), ...of('api')];
  const { findings } = reportAt(
    { pullers, facts, findings: [], unchecked: [], usage, scope: { counts: COUNTS } },
    facts,
  );
  const found = findings.filter(({ code }) => code === 'missing-secret');
  expect(found.map(({ severity, fix }) => [severity, shownHint(fix.command)])).toEqual([
    [
      'warning',
      'regsecret detach gone -n team-a --from deployment/web && regsecret detach gone -n team-a --from deployment/api',
    ],
  ]);
});

describe('a name that is misspelt in several lists: only where the near Secret opens the images it takes its place', () => {
  const typo = [{ name: 'regcerd' }];
  const other = 'quay.io/acme/api:v1';
  const of = (name: string, image: string, own: readonly object[] | undefined): Puller[] => {
    const options = { list: own ?? typo, image };
    const remedy = { how: 'template', target: { kind: 'Deployment', namespace: 'team-a', name } } as const;
    const made = pods(name, 1, { ...options, status: REFUSED, remedy });
    const listed = { ...made, pod: { ...made.pod, template: { name: `deployment/${name}`, list: own } } } as Puller;
    return [{ ...template(name, { ...options, list: own as never }, 0) }, listed];
  };
  const ownLists = [
    'regsecret attach regcred -n team-a --to deployment/web',
    'regsecret detach regcerd -n team-a --from deployment/web',
  ];
  const create = 'regsecret create regcerd -n team-a --server quay.io';

  const refused = IMAGE.replace('web', 'api');
  const says: World['says'] = (user, { image }) => {
    if (user === undefined) return refuses();
    return image?.path === 'acme/api'
      ? { kind: 'no access', repository: image.path, status: 403 }
      : { kind: 'accepted' };
  };

  test.each<[string, readonly Puller[], readonly string[], World['says']?]>([
    ['lists of their own', [...of('web', IMAGE, typo), ...of('api', other, typo)], [...ownLists, create]],
    ['in the other order', [...of('api', other, typo), ...of('web', IMAGE, typo)], [create, ...ownLists]],
    [
      'two that it does not open',
      [...of('api', other, typo), ...of('web', IMAGE, typo), ...of('ci', 'r.example/ci:v1', typo)],
      [`${create} --server r.example`, ...ownLists],
    ],
    [
      'the list of the service account, which keeps the name for the other',
      [...of('web', IMAGE, undefined), ...of('api', other, undefined)],
      ['regsecret attach regcred -n team-a --serviceaccount default', 'kubectl delete pod web -n team-a', create],
    ],
    [
      'one whose login may not pull the other image',
      [...of('web', IMAGE, typo), ...of('api', refused, typo)],
      [...ownLists, create.replace('quay.io', 'ghcr.io')],
      says,
    ],
  ])('%s', (_, pullers, lines, says) => {
    const secrets = { regcerd: 'missing', regcred: good } as const;
    const world: World = { secrets, account: typo, others: ['regcred'], ...(says && { says }) };
    const found = findingsOf(pullers, world).filter(({ code }) => code === 'missing-secret');
    expect(found.map(({ fix }) => shownHint(fix.command)?.split(' && '))).toEqual([lines]);
  });
});

describe('two for', () => {
  test.each([
    ['and a new one, too', [pods('web', 1, { list, status: REFUSED })]],
    ['before there is a new one', []],
  ])('a pod that is older than the list of its template, whose login is refused, %s', (_, made) => {
    const old = podWith({ status: REFUSED, remedy: deployment, pod: { template: { name: 'deployment/web', list } } });
    const all = [template('web', { list }, 0), old, ...made];
    const world = { secrets: { regcred: good }, says: (user?: string) => (user ? rejected : refuses()) };
    expect(shown(all, world)).toEqual(['error credential-rejected Secret/regcred 0', 'error outdated-pod Pod/web 0']);
  });

  test('workloads without a pull secret, each of which has its own command', () => {
    const all = [pods('web', 3, { status: REFUSED }), pods('api', 2, { status: REFUSED })];
    expect(shown(all, { says: refuses })).toEqual(['error no-pull-secret Pod/web 3', 'error no-pull-secret Pod/web 2']);
  });

  test('workloads of two registries that run and lack their Secret, where another one opens the images of one', () => {
    const other = { list, image: 'quay.io/acme/web:v1' };
    const all = [template('web', { list }, 1), template('worker', other, 3), template('api', { list }, 1)];
    const world: World = {
      secrets: { regcred: 'missing', brk: good },
      others: ['brk'],
      says: (user) => (user ? { kind: 'accepted' } : refuses()),
    };
    expect(shown(all, world)).toEqual([
      'error fails-at-restart Deployment/worker 3',
      'error fails-at-restart Deployment/web 2',
    ]);
    expect(shown([all[0] as Puller], world)).toEqual(['error fails-at-restart Deployment/web 0']);
  });

  test('registries whose images a Secret has a login for only under another port: each is told whose pods it keeps waiting', () => {
    const of = (name: string, image: string): Puller => pods(name, 1, { list, image, status: REFUSED });
    const all = [of('web', 'r.example:5001/a/web:v1'), of('api', 'r.example:5002/a/api:v1')];
    const both = [...all, of('jobs', 'r.example:5002/a/jobs:v1')];
    const world: World = { secrets: { regcred: secretWith({ 'r.example:5000': login() }) }, says: refuses };
    expect(shown(all, world)).toEqual(['error other-images Secret/regcred 0', 'error other-images Secret/regcred 0']);
    expect(shown(both, world)).toEqual(['error other-images Secret/regcred 2', 'error other-images Secret/regcred 0']);
  });

  test('a workload whose pods fail, and another that still runs with the same login', () => {
    const all = [pods('web', 3, { list, status: REFUSED }), template('api', { list }, 2)];
    const world = { secrets: { regcred: good }, says: (user?: string) => (user ? rejected : refuses()) };
    expect(shown(all, world)).toEqual([
      'error credential-rejected Secret/regcred 3',
      'error fails-at-restart Deployment/api 2',
    ]);
  });
});

describe('of a Secret', () => {
  const world = (entry: object): World => ({ secrets: { regcred: secretWith({ 'ghcr.io': entry }) } });

  test('an empty entry beside a login may be meant for nobody', () => {
    const secret = secretWith({ 'ghcr.io': login(), 'quay.io': {} });
    expect(shown([], { secrets: { regcred: secret } })).toEqual(['warning empty-entry Secret/regcred 0']);
  });

  test('who uses an entry that is not needed for anything now: those whose images it is for, and not all who name the Secret', () => {
    const secret = secretWith({ 'ghcr.io': login(), 'quay.io': {} });
    const quay = template('jobs', { list, image: 'quay.io/acme/jobs:v1' }, 2);
    const all = [template('web', { list }, 12), quay];
    const usage = new Map([['team-a/regcred', { serviceAccounts: ['ci'], workloads: ['deployment/web'], pods: 14 }]]);
    const used = (pullers: readonly Puller[]): unknown => {
      const facts = factsOf({ secrets: { regcred: secret } });
      const observed = { pullers, facts, findings: [], unchecked: [], usage, scope: { counts: COUNTS } };
      return reportAt(observed, facts).findings.find(({ code, affects }) => code === 'empty-entry' && affects)?.affects;
    };
    const whole = { examples: ['serviceaccount/ci'], pods: 0 };
    expect(used([template('web', { list }, 12)])).toMatchObject(whole);
    expect(used(all)).toMatchObject({ examples: ['deployment/jobs'], pods: 2 });
  });

  test.each<[string, Record<string, object>, unknown[]]>([
    ['is needed by nobody where another entry opens every image', { 'ghcr.io/acme': login() }, ['warning', undefined]],
    ['is what workloads lack where the other entry is for other images', { 'ghcr.io/other': login() }, []],
    ['is what workloads lack where there is no other', {}, []],
  ])('a login that is rejected %s', (_, others, expected) => {
    const facts = factsOf({
      secrets: { regcred: secretWith({ 'ghcr.io': login('rex'), ...others }) },
      says: refuses,
    });
    const questions = finished(secretQuestions([{ namespace: 'team-a', name: 'regcred' }], facts));
    const answers = questions.map((question): [string, Answer] => {
      const verdict: Verdict = userOf(question) === 'rex' ? rejected : { kind: 'accepted' };
      return [questionKey(question), { verdict, at: NOW }];
    });
    const known = { ...facts, answers: new Map(answers) };
    const usage = new Map([['team-a/regcred', { serviceAccounts: [], workloads: ['deployment/web'], pods: 12 }]]);
    const rest = { findings: [], unchecked: [], usage, scope: { counts: COUNTS } };
    const found = reportAt({ pullers: [template('web', { list }, 12)], facts: known, ...rest }, known).findings;
    const own = found.flatMap((one) => (one.code === 'credential-rejected' ? [one.severity, one.affects] : []));
    expect(own).toEqual(expected);
    expect(found.some(({ code }) => code === 'fails-at-restart')).toBe(expected.length === 0);
  });

  test('a login that is rejected is needed by no pod that runs and whose template does not name it any more', () => {
    const facts = factsOf({ secrets: { regcred: secretWith({ 'ghcr.io': login() }) }, says: refuses });
    const questions = finished(secretQuestions([{ namespace: 'team-a', name: 'regcred' }], facts));
    const answers = new Map(questions.map((one) => [questionKey(one), { verdict: rejected, at: NOW }]));
    const usage = new Map([['team-a/regcred', { serviceAccounts: [], workloads: [], pods: 1 }]]);
    const observed = { pullers: [], findings: [], unchecked: [], usage, facts };
    expect(finished(scopeFindings(observed, { ...facts, answers }, new Map()))).toMatchObject([
      { found: { code: 'credential-rejected', severity: 'warning' }, usage: { workloads: [], pods: 0 } },
    ]);
  });

  test('a login that is rejected is needed by no old pod', () => {
    const pod = { template: { name: 'deployment/web', list: [{ name: 'new' }] } };
    const old = podWith({ list, status: REFUSED, remedy: deployment, pod });
    const says = (user?: string): Verdict =>
      user === undefined ? refuses() : user === 'rex' ? rejected : { kind: 'accepted' };
    const secrets = { regcred: secretWith({ 'ghcr.io': login('rex') }), new: good };
    const settled = settle(old, { secrets, says }).facts;
    const questions = finished(secretQuestions([{ namespace: 'team-a', name: 'regcred' }], settled));
    const logins = questions.map((one) => [questionKey(one), { verdict: rejected, at: NOW }] as const);
    const facts = { ...settled, answers: new Map([...settled.answers, ...logins]) };
    const usage = new Map([['team-a/regcred', { serviceAccounts: [], workloads: [], pods: 1 }]]);
    const rest = { findings: [], unchecked: ['list pods'], usage, scope: { counts: COUNTS } };
    const { findings } = reportAt({ pullers: [old], facts, ...rest }, facts);
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'error outdated-pod',
      'warning credential-rejected',
    ]);
  });

  test('an empty entry alone is an error: a pod that names the Secret has no login from it', () => {
    expect(shown([], world({}))).toEqual(['error empty-entry Secret/regcred 0']);
  });

  test('one that cannot be decoded is an error, because it is used', () => {
    expect(shown([], world({ auth: '***' }))).toEqual(['error unreadable-entry Secret/regcred 0']);
  });

  test('nothing uses it', () => {
    expect(shown([], world({ auth: '***' }), { usage: new Map() })).toEqual([
      'warning unreadable-entry Secret/regcred 0',
      'warning unused-secret Secret/regcred 0',
    ]);
  });

  test('nothing uses it, and it is what a pod that fails is to have: it is not to be deleted', () => {
    const rest = { usage: new Map() };
    const world = {
      secrets: { regcred: good, old: secretWith({ 'quay.io': login() }) },
      others: ['old', 'regcred'],
      says: (user?: string): Verdict => (user ? { kind: 'accepted' } : refuses()),
    };
    const found = shown([pods('web', 3, { status: REFUSED })], world, rest);
    const unused = found.filter((line) => line.includes('unused-secret'));
    expect([found[0], unused]).toEqual(['error no-pull-secret Pod/web 3', ['warning unused-secret Secret/old 0']]);
  });

  test('nothing uses it, and copies of it that people made in other namespaces are used', () => {
    const facts = factsOf({ secrets: { regcred: good } });
    const there = facts.secrets.get('team-a/regcred') as SecretState;
    const secrets = new Map([...facts.secrets, ['team-b/regcred', there]]);
    const usage = new Map([['team-b/regcred', { serviceAccounts: ['default'], workloads: [], pods: 0 }]]);
    const observed = { pullers: [], findings: [], unchecked: [], usage, facts };
    const found = finished(scopeFindings(observed, { ...facts, secrets }, new Map()));
    expect(found.map(({ found: { code } }) => code)).toEqual([]);
  });

  test('it is of another namespace', () => {
    const rest = { usage: new Map(), scope: { namespaces: new Set(['team-b']), counts: COUNTS } };
    expect(shown([], world(login()), rest)).toEqual([]);
  });

  test.each([
    ['an old pod', list, []],
    ['a pod', undefined, ['warning missing-secret Secret/gone 0']],
  ])('it is missing, and only %s names it', (_, now, expected) => {
    const own = [{ name: 'gone' }, { name: 'regcred' }];
    const old = podWith({ list: own, status: 'runs', pod: { template: { name: 'deployment/web', list: now ?? own } } });
    expect(shown([old], { secrets: { gone: 'missing', regcred: good } })).toEqual(expected);
  });

  test.each([
    ['and there are pods: that is not seen', 1, true],
    ['and nothing pulls: that is not judged', 0, null],
  ])('nothing here uses it, but copies elsewhere do, %s', (_, pods, healthy) => {
    const known = factsOf({ secrets: { regcred: good }, says: refuses });
    const facts = { ...known, sources: new Set(['team-a/regcred']) };
    const scope = { namespaces: new Set(['team-a']), counts: { ...COUNTS, pods, secrets: 1 } };
    const observed = { pullers: [], facts, findings: [], unchecked: [], usage: new Map(), scope };
    const { unjudged = [], unseen, ...report } = reportAt(observed, facts);
    const said = 'whether registries accept the login in secret team-a/regcred, which nothing here uses';
    expect([report.findings, report.healthy]).toEqual([[], healthy]);
    expect([unseen.includes(said), unjudged]).toEqual(pods === 1 ? [true, []] : [false, [said]]);
  });

  test('nothing that may be listed uses it', () => {
    const rest = { usage: new Map(), unchecked: ['list pods'] };
    expect(shown([], world(login()), rest)).toEqual([]);
  });
});

describe('registries are not asked about images', () => {
  const asks = (puller: Puller, world: World): number =>
    openQuestions(finished(judgeAll({ pullers: [puller] }, factsOf(world)))).length;
  const proven = { ...template('web', {}, 1), runsWithoutList: true };

  test('without a list, where a pod has pulled them: they may be public, or nodes have credentials', () => {
    expect(asks(proven, { says: refuses })).toBe(0);
  });

  test('of a pod that has them', () => {
    expect(asks({ ...podWith({ status: 'runs' }), shownByPods: true }, { says: refuses })).toBe(0);
  });

  test('unless no pod of a template without a list has pulled them', () => {
    expect(asks(template('web', {}, 0), { says: refuses })).toBe(1);
    expect(asks({ ...proven, imagePullSecrets: list }, { says: refuses, secrets: { regcred: 'missing' } })).toBe(1);
  });

  test('unless a pod without a list has not tried them yet', () => {
    expect(asks({ ...podWith(), shownByPods: true }, { says: refuses })).toBe(1);
  });

  test.each([
    ['with a login that fits', { list }, { secrets: { regcred: good } }, 0],
    ['unless its Secret is missing', { list }, { secrets: { regcred: 'missing' } }, 1],
    ['unless no entry fits', { list }, { secrets: { regcred: secretWith({ 'r.example': login() }) } }, 1],
  ] satisfies [string, PullerOptions, World, number][])('%s', (_, options, world, count) => {
    expect(asks(template('web', options, 1), { ...world, says: refuses })).toBe(count);
  });
});

describe('pods are alike', () => {
  const pod = (change: { image?: string; owner?: string; list?: object[]; state?: object }): object => ({
    metadata: {
      namespace: 'team-a',
      name: `web-${Math.random()}`,
      ownerReferences: [
        { controller: true, apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: change.owner ?? 'u' },
      ],
    },
    spec: { containers: [{ name: 'app', image: change.image ?? IMAGE }], imagePullSecrets: change.list ?? list },
    status: {
      phase: 'Pending',
      containerStatuses: change.state === undefined ? [] : [{ name: 'app', imageID: '', state: change.state }],
    },
  });
  const groupsOf = (...objects: object[]): number => {
    const groups: PodGroups = new Map();
    for (const object of objects) {
      const pullSpec = pullSpecOf(pullKind('Pod'), object);
      if (pullSpec !== undefined) addPod(groups, pullSpec);
    }
    return groups.size;
  };
  const waiting = { reason: 'ErrImagePull', message: REFUSED };
  const fails = { state: { waiting } };
  const runs = { state: { running: {} } };
  const image = IMAGE.replace('v1', 'v2');

  test.each([
    ['that are equal', [{}, {}], 1],
    ['with two tags of one repository that they have', [runs, { ...runs, image }], 1],
    ['not with two tags that nobody has pulled yet', [{}, { image }], 2],
    ['not with two tags that fail', [fails, { ...fails, image }], 2],
    ['not when one of them fails', [{}, fails], 2],
    ['not with two lists', [{}, { list: [] }], 2],
    ['not of two owners', [{}, { owner: 'other' }], 2],
    [
      'whose messages differ by the time only',
      [fails, { state: { waiting: { ...waiting, message: `${REFUSED} ` } } }],
      1,
    ],
  ] as const)('%s', (_, changes, count) => {
    expect(groupsOf(...changes.map((change) => pod(change as object)))).toBe(count);
  });
});
