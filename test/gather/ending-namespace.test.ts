/** In a namespace that is being deleted the API server creates nothing, so doctor proposes nothing. */
import { describe, expect, test } from 'vitest';
import type { Transport } from '../../src/cluster/transport.ts';
import { createCollector } from '../../src/gather/collector.ts';
import { observeTargets } from '../../src/gather/doctor-facts.ts';
import { observeScope } from '../../src/gather/scope.ts';
import type { DoctorTarget } from '../../src/workloads/target.ts';
import { shownHint } from '../support/hints.ts';
import { account, failing } from '../support/observed-targets.ts';
import { reportAt } from '../support/steps.ts';
import { type Stored, stored, storedObjects } from '../support/stored-objects.ts';

const missing = [stored('Deployment', 'web', { list: ['regcred'] }), account()];

/** An API server with `objects`, whose namespace has this metadata. */
function cluster(objects: readonly Stored[], metadata: object, asked: string[] = []): Transport {
  const transport = storedObjects(objects);
  const request: Transport['request'] = (one) => {
    if (one.path !== '/api/v1/namespaces/team') return transport.request(one);
    asked.push(one.path);
    return Promise.resolve({ metadata: { name: 'team', ...metadata } } as never);
  };
  return { ...transport, request };
}

test.each([
  ['is being deleted', { deletionTimestamp: '2026-11-25T12:00:00Z' }, ['team'], undefined],
  ['stays', {}, undefined, 'regsecret create regcred -n team'],
])('a namespace that %s', async (_, metadata, ending, fix) => {
  const observed = await observeScope({ offline: true }, createCollector(cluster(missing, metadata)));
  const report = reportAt(observed, observed.facts);
  expect(report.ending).toEqual(ending);
  expect(report.findings.map(({ code, fix: { command } }) => [code, shownHint(command)])).toEqual([
    ['missing-secret', fix],
  ]);
});

const waits = failing('web', { list: ['regcred'] });
const TARGETS: readonly [string, Stored[], DoctorTarget, object?][] = [
  ['a pod that waits', [waits], { kind: 'Pod', name: 'web' }],
  [
    'a workload without pods',
    [stored('Deployment', 'web', { list: ['regcred'] })],
    { kind: 'Deployment', name: 'web' },
  ],
  ['a service account', [], { kind: 'ServiceAccount', name: 'default' }, { secret: ['regcred'], image: ['ghcr.io/a'] }],
  ['a Secret', [], { kind: 'Secret', name: 'regcred' }],
];

describe.each(TARGETS)('why of %s', (_, objects, target, options) => {
  test.each([
    [{ deletionTimestamp: '2026-11-25T12:00:00Z' }, ['team'], []],
    [{}, undefined, ['regsecret create regcred -n team']],
  ])('in a namespace with %j', async (metadata, ending, fixes) => {
    const collector = createCollector(cluster([...objects, account()], metadata));
    const observed = await observeTargets([target], { offline: true, ...options }, collector);
    const report = reportAt(observed, observed.facts);
    expect(report.ending).toEqual(ending);
    const causes = (report.pullers ?? []).flatMap(({ images }) => images.flatMap(({ cause }) => cause ?? []));
    const shown = [...report.findings, ...causes].flatMap(
      ({ fix: { command } }) => shownHint(command)?.replace(/ --server .*/, '') ?? [],
    );
    expect(report.findings.map(({ code }) => code)).toContain('missing-secret');
    expect([...new Set(shown)]).toEqual(fixes);
  });
});

test('nobody asks about the namespace of a pod with all its images', async () => {
  const asked: string[] = [];
  const web = stored('Pod', 'web', {
    rest: { status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID: 'x', state: { running: {} } }] } },
  });
  const collector = createCollector(cluster([web, account()], {}, asked));
  await observeTargets([{ kind: 'Pod', name: 'web' }], { offline: true }, collector);
  expect(asked).toEqual([]);
});

test('nobody asks about the namespace where nothing is missing and no pod fails', async () => {
  const asked: string[] = [];
  await observeScope({ offline: true }, createCollector(cluster([stored('Deployment', 'web'), account()], {}, asked)));
  expect(asked).toEqual([]);
});

test('of all namespaces those that are being deleted are listed at once', async () => {
  const { request, ...others } = storedObjects(missing);
  const asked: string[] = [];
  const items = [
    { metadata: { name: 'team', deletionTimestamp: '2026-11-25T12:00:00Z' } },
    { metadata: { name: 'x' } },
  ];
  const listed: Transport['request'] = (one) => {
    if (one.path !== '/api/v1/namespaces') return request(one);
    asked.push(one.path);
    return Promise.resolve({ metadata: {}, items } as never);
  };
  const collector = createCollector({ ...others, request: listed });
  const observed = await observeScope({ allNamespaces: true, offline: true }, collector);
  expect([observed.ending, asked]).toEqual([['team'], ['/api/v1/namespaces']]);
});
