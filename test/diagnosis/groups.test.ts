/** How findings about many objects are grouped and ordered, and which objects each affects. */

import { describe, expect, test } from 'vitest';
import type { Puller } from '../../src/diagnosis/facts.ts';
import { causeKey, groupFindings, type Occurrence } from '../../src/diagnosis/groups.ts';
import { type Finding, type Fix, finding, fixFor } from '../../src/findings/finding.ts';
import type { FindingObject } from '../../src/findings/finding-record.ts';
import { andThen, type Command, words } from '../../src/line/command.ts';
import { lineOf } from '../../src/line/deed.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import { type ShownServer, shownServer } from '../../src/secret/display-server.ts';
import { finished } from '../../src/secret/steps.ts';
import type { Usage } from '../../src/workloads/references.ts';
import { IMAGE, podWith, recreate, templateWith } from '../support/pull-facts.ts';

const secret = (name = 'regcred', namespace = 'team-a'): FindingObject => ({ kind: 'Secret', namespace, name });
const pod = (name = 'web', namespace = 'team-a'): FindingObject => ({ kind: 'Pod', namespace, name });

/** `count` pods of the Deployment `owner`, or without an owner. */
function pods(name: string, count: number, owner?: string): Puller {
  const puller = podWith(owner === undefined ? {} : { pod: { template: { name: `deployment/${owner}`, list: [] } } });
  return { ...puller, ref: { ...puller.ref, name }, count };
}

function deployment(name: string, runs?: number): Puller {
  const puller = templateWith();
  return { ...puller, ref: { ...puller.ref, name }, ...(runs === undefined ? {} : { runs }) };
}

const rejected = (server = 'ghcr.io', username = 'janedoe', name = 'regcred'): Finding =>
  finding('credential-rejected', secret(name), { server: server as never, username, said: { by: 'kubelet' } });
const made = (name: string, server: string): Command =>
  lineOf({ do: 'create', secret: name, namespace: undefined, servers: [server] });
const noSecret = (object: FindingObject, image = IMAGE): Finding =>
  finding('no-pull-secret', object, { image, remedy: recreate });

function shown(seen: readonly Occurrence[], usage?: ReadonlyMap<string, Usage>): string[] {
  return finished(groupFindings(seen, usage)).map(({ severity, code, object, affects }) =>
    [
      `${severity} ${code} ${object.kind}/${object.name}`,
      ...(affects === undefined ? [] : [`${affects.pods} pods`, ...affects.examples, `+${affects.others}`]),
      ...(affects?.namespaces === undefined ? [] : ['in', ...affects.namespaces]),
    ].join(' '),
  );
}

test('pods without an owner are counted beside those that a Deployment runs', () => {
  const seen = [deployment('web', 3), pods('lonely', 1), pods('other', 1)].map((puller) => ({
    found: rejected(),
    puller,
  }));
  expect(shown(seen)).toEqual([
    'error credential-rejected Secret/regcred 5 pods deployment/web pod/lonely pod/other +0',
  ]);
});

describe('a Secret that is missing, or of no use, and is to open images of two registries', () => {
  const missing = finding('missing-secret', secret(), {});
  const fixOf = (found: Finding, image: string): Fix => ({ command: fixFor(found, { image }), sufficient: true });
  const both = ['r.example/org/api:v1', 'ghcr.io/org/jobs:v1', 'ghcr.io/org/jobs:v2'];
  const line = 'regsecret create regcred -n team-a --server ghcr.io --server r.example';
  const ofTwo = (found: Finding): Occurrence[] =>
    both.map((image) => ({ found, fix: fixOf(found, image), puller: pods(image, 1, image.slice(-7, -3)) }));

  test.each<[string, readonly Occurrence[], string]>([
    ['of two Deployments', ofTwo(missing), line],
    ['of one pod', both.map((image) => ({ found: missing, fix: fixOf(missing, image), puller: pods('web', 1) })), line],
    [
      'of pods that run',
      both.map((image) => {
        const found = finding('fails-at-restart', pod(), { image, cause: missing });
        return { found, fix: fixOf(missing, image), puller: pods('web', 1) };
      }),
      line,
    ],
    ['of another type', ofTwo(finding('wrong-type', secret(), { type: 'Opaque' })), `${line} --force`],
    ['without a login', ofTwo(finding('no-login', secret(), {})), line],
    [
      'and is immutable: the new one for both, and the list of the first',
      both.map((image) => ({
        found: finding('no-login', secret(), {}),
        fix: {
          command: andThen(made('new', image.slice(0, 4)), words`next`),
          sufficient: true,
        },

        puller: pods('web', 1),
      })),
      'regsecret create new --server ghcr --server r.ex && next',
    ],
  ])('%s', (_, seen, expected) => {
    const [view, ...others] = finished(groupFindings(seen));
    expect(others).toEqual([]);
    expect(view?.fix).toMatchObject({ sufficient: true });
    expect(formatCommand(view?.fix.command ?? words``, { shell: 'posix', given: {} })).toBe(expected);
  });
});

describe('affected', () => {
  test.each<[string, readonly Occurrence[], readonly string[]]>([
    [
      'nobody but the one it names',
      [{ found: rejected(), puller: pods('web', 1) }],
      ['error credential-rejected Secret/regcred'],
    ],
    [
      'two pods of nothing',
      [{ found: rejected(), puller: pods('web', 2) }],
      ['error credential-rejected Secret/regcred 2 pods pod/web +0'],
    ],
    [
      'pods of two Deployments, each of which is named once',
      [
        { found: rejected(), puller: pods('a-1', 1, 'a') },
        { found: rejected(), puller: pods('a-2', 2, 'a') },
        { found: rejected(), puller: pods('b-1', 1, 'b') },
      ],
      ['error credential-rejected Secret/regcred 4 pods deployment/a deployment/b +0'],
    ],
    [
      'a pod with two findings once',
      (() => {
        const puller = pods('web', 3);
        return [
          { found: rejected(), puller },
          { found: rejected(), puller },
        ];
      })(),
      ['error credential-rejected Secret/regcred 3 pods pod/web +0'],
    ],
    [
      'pods and what makes them: those that show by themselves',
      [
        { found: rejected(), puller: pods('a-1', 4, 'a') },
        { found: rejected(), puller: deployment('a', 7) },
      ],
      ['error credential-rejected Secret/regcred 4 pods deployment/a +0'],
    ],
    [
      'workloads of which pods run',
      [
        { found: rejected(), puller: deployment('a', 7) },
        { found: rejected(), puller: deployment('b') },
      ],
      ['error credential-rejected Secret/regcred 7 pods deployment/a deployment/b +0'],
    ],
    [
      'more than five',
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({ found: rejected(), puller: pods(name, 1) })),
      ['error credential-rejected Secret/regcred 7 pods pod/a pod/b pod/c pod/d pod/e +2'],
    ],
  ])('%s', (_, seen, lines) => {
    expect(shown(seen)).toEqual(lines);
  });

  const usage = new Map<string, Usage>([
    ['team-a/regcred', { serviceAccounts: ['default'], workloads: ['deployment/web'], pods: 2 }],
    ['team-a/alone', { serviceAccounts: ['ci'], workloads: [], pods: 0 }],
    ['team-a/empty', { serviceAccounts: [], workloads: [], pods: 0 }],
    ['/plain', { serviceAccounts: [], workloads: [], pods: 1 }],
  ]);
  const type = (name: string, object: Partial<FindingObject> = {}): Occurrence => ({
    found: finding('wrong-type', { ...secret(name), ...object } as FindingObject, { type: 'Opaque' } as never),
  });
  test.each<[string, readonly Occurrence[], readonly string[]]>([
    [
      'those who name the Secret',
      [type('regcred')],
      ['error wrong-type Secret/regcred 2 pods deployment/web serviceaccount/default +0'],
    ],
    ['a service account alone', [type('alone')], ['error wrong-type Secret/alone 0 pods serviceaccount/ci +0']],
    ['nobody', [type('empty')], ['error wrong-type Secret/empty']],
    ['nobody that is known', [type('other')], ['error wrong-type Secret/other']],
    [
      'where the sentence says who',
      [{ found: finding('unused-secret', secret(), {}) }, { found: finding('missing-secret', secret(), {}) }],
      ['error missing-secret Secret/regcred', 'warning unused-secret Secret/regcred'],
    ],
    [
      'of what is no Secret',
      [{ found: finding('missing-account', pod(), { account: 'a' }) }],
      ['error missing-account Pod/web'],
    ],
  ])('of a Secret: %s', (_, seen, lines) => {
    expect(shown(seen, usage)).toEqual(lines);
  });

  test('of a manifest that names no namespace', () => {
    const found = finding('no-login', { kind: 'Secret', name: 'plain' }, {});
    expect(shown([{ found }], usage)).toEqual(['error no-login Secret/plain 1 pods +0']);
    expect(shown([{ found }])).toEqual(['error no-login Secret/plain']);
  });

  const unreachable = (object: FindingObject): Finding =>
    finding('registry-unreachable', object, { registry: 'r.io', reason: 'x', at: 'y' });

  test('Secrets with one cause are named', () => {
    expect(shown([{ found: unreachable(secret('a')) }, { found: unreachable(secret('b')) }])).toEqual([
      'warning registry-unreachable Secret/a 0 pods secret/a secret/b +0',
    ]);
  });

  test('a Secret is named where the cause is its registry: those who use it may have nothing of that', () => {
    expect(shown([{ found: unreachable(secret('regcred')) }], usage)).toEqual([
      'warning registry-unreachable Secret/regcred 0 pods secret/regcred +0',
    ]);
  });

  test('Secrets of one name in several namespaces', () => {
    const found = (namespace: string): Occurrence => ({ found: unreachable(secret('a', namespace)) });
    expect(shown([found('team-b'), found('team-a')])).toEqual([
      'warning registry-unreachable Secret/a 0 pods secret/a +0 in team-a team-b',
    ]);
  });

  test('pods of many namespaces: each namespace is named, whatever is cut', () => {
    const seen = ['f', 'e', 'd', 'c', 'b', 'a'].map((namespace): Occurrence => {
      const puller = pods('web', 1);
      return { found: unreachable(pod('web', namespace)), puller: { ...puller, ref: { ...puller.ref, namespace } } };
    });
    expect(shown(seen)).toEqual(['warning registry-unreachable Pod/web 6 pods pod/web +0 in a b c d e f']);
  });
});

test('errors come first, then those with the most pods, then in the order of the list, then by name', () => {
  const seen: Occurrence[] = [
    { found: finding('unused-secret', secret('z'), {}) },
    { found: finding('pull-postponed', pod('p'), { image: IMAGE }), puller: pods('p', 9) },
    { found: noSecret(pod('b')), puller: pods('b', 1) },
    { found: noSecret(pod('a')), puller: pods('a', 1) },
    { found: rejected(), puller: pods('c', 1) },
    { found: noSecret(pod('d')), puller: pods('d', 2) },
    { found: finding('unused-secret', secret('y'), {}) },
    { found: finding('expires-soon', secret('y'), { server: 'r.io' } as never) },
  ];
  const order = [
    'error no-pull-secret Pod/d 2 pods pod/d +0',
    'error credential-rejected Secret/regcred',
    'error no-pull-secret Pod/a',
    'error no-pull-secret Pod/b',
    'warning pull-postponed Pod/p 9 pods pod/p +0',
    'warning expires-soon Secret/y',
    'warning unused-secret Secret/y',
    'warning unused-secret Secret/z',
  ];
  expect(shown(seen)).toEqual(order);
  expect(shown(seen.toReversed())).toEqual(order);
});

describe('of one group', () => {
  const fix = (place: string): Fix => ({ command: words`edit ${place}`, sufficient: true });
  const one = { found: noSecret(pod('web-1')), puller: pods('web-1', 1, 'web'), fix: fix('pod') };
  const template = {
    found: noSecret({ kind: 'Deployment', namespace: 'team-a', name: 'web' }),
    puller: deployment('web'),
    fix: fix('template'),
  };

  test.each<[string, readonly Occurrence[], string, string]>([
    ['what makes pods is named, and what helps a pod that is there is done', [one, template], 'Deployment', 'pod'],
    ['in any order', [template, one], 'Deployment', 'pod'],
    ['without a pod', [template], 'Deployment', 'template'],
    ['a pod without a command', [{ found: one.found, puller: one.puller }, template], 'Deployment', 'template'],
  ])('%s', (_, seen, kind, command) => {
    const [view, ...more] = finished(groupFindings(seen));
    expect([view?.object.kind, view?.fix.command.words[1], more.length]).toEqual([kind, command, 0]);
  });

  test('one that nobody has comes last', () => {
    const [view] = finished(
      groupFindings([
        { found: finding('missing-account', secret('x'), { account: 'a' }) },
        { found: finding('missing-account', pod(), { account: 'a' }), puller: pods('web', 1) },
      ]),
    );
    expect(view?.object).toEqual(pod());
  });

  test('an error among warnings makes it one', () => {
    const warning = finding('missing-secret', secret(), { near: 'regcerd' }, 'warning');
    const error = finding('missing-secret', secret(), { usedBy: ['deployment/web'] });
    const [view, ...more] = finished(groupFindings([{ found: warning }, { found: error, puller: pods('web', 1) }]));
    expect(more).toEqual([]);
    expect(view).toMatchObject({ severity: 'error', arguments: { near: 'regcerd', usedBy: ['deployment/web'] } });
  });

  test('of other codes the first one has the word', () => {
    const found = (error: string): Finding => finding('no-payload', secret(), { type: error } as never);
    const [view] = finished(groupFindings([{ found: found('x') }, { found: found('y') }]));
    expect(view?.arguments).toEqual({ type: 'x' });
  });
});

test('of a tag that does not exist in two workloads the command changes both, the one whose pods fail first, as it is for these', () => {
  const missing = (kind: string, name: string, puller: Puller): Occurrence => ({
    found: finding(
      'image-not-found',
      { kind, namespace: 'team-a', name },
      { image: IMAGE, container: 'app', remedy: recreate, said: { by: 'kubelet' } },
    ),
    puller,
    fix: { command: words`set ${name}`, sufficient: false },
  });
  const seen = [
    missing('Deployment', 'zero', deployment('zero')),
    missing('Deployment', 'web', deployment('web')),
    missing('Pod', 'web, delete web-1', pods('web-1', 1, 'web')),
  ];
  const views = finished(groupFindings(seen));
  const lines = views.map(({ fix }) => formatCommand(fix.command, { shell: 'posix', given: {} }));
  expect(lines).toEqual(["set 'web, delete web-1' && set zero"]);
});

test('of a name that is misspelt in several lists the command corrects each, and does nothing twice', () => {
  const typo = (target: { kind: 'Deployment' | 'ServiceAccount'; name: string }, ...pods: string[]): Finding => {
    const ref = { ...target, namespace: 'team-a' };
    const remedy =
      target.kind === 'Deployment'
        ? ({ how: 'template', target: ref } as const)
        : ({ how: 'account', target: ref, pods } as const);
    return finding('missing-secret', secret('regcerd'), { near: 'regcred', remedy: remedy as never });
  };
  const fixed = (found: Finding): Fix => ({ command: fixFor(found), sufficient: true });
  const web = typo({ kind: 'Deployment', name: 'web' });
  const [one, other] = ['a-1', 'b-1'].map((name) => typo({ kind: 'ServiceAccount', name: 'ci' }, name)) as [
    Finding,
    Finding,
  ];
  const seen: Occurrence[] = [
    { found: one, fix: fixed(one), puller: pods('a-1', 1, 'a') },
    { found: other, fix: fixed(other), puller: pods('b-1', 1, 'b') },
    { found: web },
    { found: finding('missing-secret', secret('regcerd'), { near: 'regcred', usedBy: ['deployment/web'] }, 'warning') },
  ];
  const [view, ...more] = finished(groupFindings(seen));
  expect(more).toEqual([]);
  const lines = formatCommand(view?.fix.command ?? words``, { shell: 'posix', given: {} })?.split(' && ');
  expect(lines).toEqual([
    'regsecret attach regcred -n team-a --serviceaccount ci',
    'regsecret detach regcerd -n team-a --serviceaccount ci',
    'kubectl delete pod a-1 -n team-a',
    'kubectl delete pod b-1 -n team-a',
    'regsecret attach regcred -n team-a --to deployment/web',
    'regsecret detach regcerd -n team-a --from deployment/web',
  ]);
});

describe('of pods without a controller the command', () => {
  const remedyOf = (name: string) => ({ how: 'recreate', target: { kind: 'Pod', namespace: 'team-a', name } }) as const;
  const misspelt = (name: string): Occurrence => {
    const found = finding('missing-secret', secret('regcerd'), { near: 'regcred', remedy: remedyOf(name) });
    return { found, fix: { command: fixFor(found), sufficient: true }, puller: pods(name, 1) };
  };
  const immutable = (name: string): Occurrence => ({
    found: finding('no-login', secret(), {}),
    fix: { command: andThen(words`regsecret create new`, words`regsecret attach new --pod ${name}`), sufficient: true },
    puller: pods(name, 1),
  });

  test.each<[string, readonly Occurrence[], boolean, readonly string[]]>([
    ['repairs each of three', ['a', 'b', 'c'].map(misspelt), true, ['a', 'b', 'c']],
    ['repairs the first of many', ['a', 'b', 'c', 'd', 'e', 'f'].map(misspelt), false, ['a', 'b', 'c', 'd', 'e']],
    ['repairs the one that there is', [immutable('a')], true, ['a']],
    ['repairs one of several', ['a', 'b'].map(immutable), false, ['a']],
  ])('%s', (_, seen, sufficient, repaired) => {
    const [view, ...more] = finished(groupFindings(seen));
    expect(more).toEqual([]);
    expect(view?.objects?.map(({ name, pods: count }) => [name, count])).toEqual(
      seen.map(({ puller }) => [`pod/${puller?.ref.name}`, 1]),
    );
    expect(view?.fix.sufficient).toBe(sufficient);
    const line = formatCommand(view?.fix.command ?? words``, { shell: 'posix', given: {} }) ?? '';
    expect([...new Set([...line.matchAll(/--pod (\w)/g)].map(([, name]) => name))]).toEqual(repaired);
  });
});

test('a command that is enough for a list, and not for the images, is not enough', () => {
  const remedy = { how: 'template', target: { kind: 'Deployment', namespace: 'team-a', name: 'web' } } as const;
  const cause = finding('missing-secret', secret('regcerd'), {
    near: 'regcred',
    usable: 'regcred',
    absent: true,
    remedy,
  });
  const note = finding('missing-secret', secret('regcerd'), { near: 'regcred', remedy }, 'warning');
  const seen = [{ found: cause, fix: { command: fixFor(cause), sufficient: false }, puller: deployment('web') }];
  const [view, ...more] = finished(groupFindings([...seen, { found: note }]));
  expect([view?.fix, more]).toEqual([{ command: fixFor(note), sufficient: false }, []]);
});

test('of a Secret that is missing another one is put into the lists of those whose images it opens, and of no others', () => {
  const other = 'r.example/app:v1';
  const seen = [
    ['piped', IMAGE, 'brk'],
    ['worker', other, undefined],
    ['web', IMAGE, 'brk'],
  ].map(([name = '', image = '', usable]): Occurrence => {
    const puller = deployment(name, 1);
    const remedy = { how: 'template', target: { kind: 'Deployment', namespace: 'team-a', name } } as const;
    const cause = finding('missing-secret', secret(), usable === undefined ? {} : { usable, remedy });
    const found = finding('fails-at-restart', { kind: 'Deployment', namespace: 'team-a', name }, { image, cause });
    return { found, fix: { command: fixFor(cause, { image }), sufficient: true }, puller };
  });
  const views = finished(groupFindings(seen));
  expect(shown(seen)).toEqual([
    'error fails-at-restart Deployment/piped 2 pods deployment/piped deployment/web +0',
    'error fails-at-restart Deployment/worker',
  ]);
  expect(views.map(({ fix }) => formatCommand(fix.command, { shell: 'posix', given: {} }))).toEqual([
    [
      'regsecret attach brk -n team-a --to deployment/piped',
      'regsecret detach regcred -n team-a --from deployment/piped',
      'regsecret attach brk -n team-a --to deployment/web',
      'regsecret detach regcred -n team-a --from deployment/web',
    ].join(' && '),
    'regsecret create regcred -n team-a --server r.example',
  ]);
});

test('stale copies of one source in three namespaces are one finding with one command, those of another are another', () => {
  const stale = (namespace: string, from = 'prod'): Occurrence => ({
    found: finding('stale-copy', secret('regcred', namespace), { source: { namespace: from, name: 'regcred' } }),
  });
  const seen = [stale('c'), stale('a'), stale('x', 'test'), stale('b')];
  const views = finished(groupFindings(seen));
  const lines = views.map(({ fix }) => formatCommand(fix.command, { shell: 'posix', given: {} }));
  expect(lines.sort()).toEqual([
    'regsecret sync regcred -n prod --to a,b,c --dry-run=client',
    'regsecret sync regcred -n test --to x --dry-run=client',
  ]);
  expect(shown(seen)).toContain('warning stale-copy Secret/regcred 0 pods secret/regcred +0 in a b c');
});

test('a copy that works is not replaced by a source that is rejected, whatever other copies do', () => {
  const source = { namespace: 'prod', name: 'regcred' };
  const stale = (namespace: string, refusedBy?: ShownServer): Occurrence => ({
    found: finding('stale-copy', secret('regcred', namespace), { source, refusedBy }),
  });
  const [view] = finished(groupFindings([stale('a'), stale('b', shownServer('r.example'))]));
  expect(view?.fix.command.words.slice(0, 3)).toEqual(['regsecret', 'verify', 'regcred']);
  expect(view?.message).toMatch(
    /r\.example rejects the login in secret prod\/regcred, and accepts the one in its copy b\/regcred$/,
  );
});

describe('told apart', () => {
  const key = (found: Finding, puller?: Puller): string => causeKey({ found, ...(puller && { puller }) });
  const inPod = <Args>(code: Finding['code'], args: Args, object = pod()): Finding =>
    finding(code, object, args as never);

  test.each<[string, Finding, Finding, boolean]>([
    ['by the server', rejected('a'), rejected('b'), false],
    ['by the user name', rejected('a', 'x'), rejected('a', 'y'), false],
    ['by the Secret', rejected('a', 'x', 'a'), rejected('a', 'x', 'b'), false],
    [
      'not by who says it',
      rejected(),
      { ...rejected(), arguments: { ...rejected().arguments, status: 1 } } as Finding,
      true,
    ],
    ['by the namespace', finding('no-login', secret('a', 'x'), {}), finding('no-login', secret('a', 'y'), {}), false],
    ['by the code', finding('no-login', secret(), {}), finding('unused-secret', secret(), {}), false],
    ['of a pod by the image', noSecret(pod(), 'a'), noSecret(pod(), 'b'), false],
    [
      'of a Secret not by the image',
      inPod('no-access', { image: 'a' }, secret()),
      inPod('no-access', { image: 'b' }, secret()),
      true,
    ],
    ['by the kind of object', noSecret(pod()), noSecret({ ...pod(), kind: 'Job' }), false],
    ...(
      [
        ['white-space', 'field'],
        ['same-key', 'key'],
        ['same-key', 'servers'],
        ['duplicate-name', 'secret'],
        ['not-mountable', 'secret'],
        ['retry-pending', 'secret'],
        ['no-entry', 'servers'],
      ] as const
    ).map(([code, name]): [string, Finding, Finding, boolean] => [
      `${code} by ${name}`,
      inPod(code, { [name]: 'a' }, secret()),
      inPod(code, { [name]: 'b' }, secret()),
      false,
    ]),
    [
      'by the registry alone',
      inPod('registry-unreachable', { registry: 'a' }),
      inPod('registry-unreachable', { registry: 'a' }, pod('b')),
      true,
    ],
    [
      'by the registry',
      inPod('registry-unreachable', { registry: 'a' }),
      inPod('registry-unreachable', { registry: 'b' }),
      false,
    ],
    [
      'by the registry and the trouble',
      inPod('node-cannot-reach', { registry: 'a', trouble: 'x' }),
      inPod('node-cannot-reach', { registry: 'a', trouble: 'y' }),
      false,
    ],
    [
      'by the registry of one trouble',
      inPod('node-cannot-reach', { registry: 'a', trouble: 'x' }),
      inPod('node-cannot-reach', { registry: 'b', trouble: 'x' }),
      false,
    ],
    [
      'not by the node that cannot reach it',
      inPod('node-cannot-reach', { registry: 'a', trouble: 'x', node: 'm' }),
      inPod('node-cannot-reach', { registry: 'a', trouble: 'x', node: 'n' }, pod('b')),
      true,
    ],
    ['by the node that is full', inPod('disk-full', { node: 'a' }), inPod('disk-full', { node: 'b' }), false],
    ['not by the pod on it', inPod('disk-full', { node: 'a' }), inPod('disk-full', { node: 'a' }, pod('b')), true],
    [
      'by the image for another platform',
      inPod('wrong-platform', { image: 'a' }),
      inPod('wrong-platform', { image: 'b' }),
      false,
    ],
    [
      'not by its node',
      inPod('wrong-platform', { image: 'a', node: 'm' }),
      inPod('wrong-platform', { image: 'a', node: 'n' }, pod('b')),
      true,
    ],
    [
      'by the registry that limits the rate',
      inPod('rate-limited', { image: 'ghcr.io/a' }),
      inPod('rate-limited', { image: 'quay.io/a' }),
      false,
    ],
    [
      'not by the image of that',
      inPod('rate-limited', { image: 'ghcr.io/a' }),
      inPod('rate-limited', { image: 'ghcr.io/b' }, pod('b')),
      true,
    ],
    [
      'put off: by the namespace alone',
      inPod('pull-postponed', { image: 'a' }),
      inPod('pull-postponed', { image: 'b' }, pod('b')),
      true,
    ],
    [
      'put off: by the namespace',
      inPod('pull-postponed', { image: 'a' }),
      inPod('pull-postponed', { image: 'a' }, pod('a', 'b')),
      false,
    ],
    [
      'not there: by the image',
      inPod('image-not-found', { image: 'a' }),
      inPod('image-not-found', { image: 'b' }),
      false,
    ],
    [
      'not there: by the namespace',
      inPod('image-not-found', { image: 'a' }),
      inPod('image-not-found', { image: 'a' }, pod('a', 'b')),
      false,
    ],
    [
      'not there: not by the pod',
      inPod('image-not-found', { image: 'a' }),
      inPod('image-not-found', { image: 'a' }, pod('b')),
      true,
    ],
    [
      'by the service account',
      inPod('missing-account', { account: 'a' }),
      inPod('missing-account', { account: 'b' }),
      false,
    ],
    [
      'by the namespace of the account',
      inPod('missing-account', { account: 'a' }),
      inPod('missing-account', { account: 'a' }, pod('a', 'b')),
      false,
    ],
    [
      'not by who has the account',
      inPod('missing-account', { account: 'a' }),
      inPod('missing-account', { account: 'a' }, pod('b')),
      true,
    ],
    [
      'at the next start, by the cause',
      inPod('fails-at-restart', { cause: rejected('a') }),
      inPod('fails-at-restart', { cause: rejected('b') }),
      false,
    ],
    [
      'at the next start, not by the pod',
      inPod('fails-at-restart', { cause: rejected() }),
      inPod('fails-at-restart', { cause: rejected() }, pod('b')),
      true,
    ],
  ])('%s', (_, one, other, same) => {
    expect(key(one) === key(other)).toBe(same);
  });

  test.each<[string, Puller, Puller, boolean]>([
    ['pods of one template', pods('a-1', 1, 'a'), pods('a-2', 1, 'a'), true],
    ['pods of two', pods('a-1', 1, 'a'), pods('b-1', 1, 'b'), false],
    ['a pod and its template', pods('a-1', 1, 'a'), deployment('a'), true],
    ['two pods of nothing', pods('a', 1), pods('b', 1), false],
  ])('%s', (_, one, other, same) => {
    const [first, second] = [one, other].map((puller) => key(noSecret(puller.ref), puller));
    expect(first === second).toBe(same);
    const [now, then] = [one, other].map((puller) =>
      key(inPod('fails-at-restart', { cause: noSecret(puller.ref) }, puller.ref), puller),
    );
    expect(now === then).toBe(same);
  });

  test('a finding about something else than the pod that has it is about that', () => {
    expect(key(rejected(), pods('a', 1))).toBe(key(rejected(), pods('b', 1)));
    expect(key(noSecret(pod('other')), pods('web', 1, 'a'))).not.toBe(key(noSecret(pod('web')), pods('web', 1, 'a')));
  });
});
