/**
 * docs/versions.md promises versions, which the workflow runs. docs/dev/comparisons.md lists what the tests with them leave out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { FEATURES, type Feature, lacks } from '../environment/kubernetes-features.ts';
import { moduleFile } from './kubernetes-programs.ts';
import { parse, VERSIONS } from './skew-arguments.ts';

const root = join(import.meta.dirname, '..', '..');
const promises = readFileSync(join(root, 'docs', 'versions.md'), 'utf8');
const comparisons = readFileSync(join(root, 'docs', 'dev', 'comparisons.md'), 'utf8');

test.each(Object.values(FEATURES))(
  'comparisons.md has a row for what is left out before $since: $reason',
  ({ since }) => {
    expect(comparisons).toContain(`\n| ${since} | `);
  },
);

test.each<[Feature, version: string, lacks: boolean]>([
  ['image volumes', 'v1.34.9', true],
  ['image volumes', 'v1.35.0', false],
  ['image volumes', 'v1.100.0', false],
  ['failCgroupV1', 'v1.30.14', true],
])('%s in %s: left out %s', (feature, version, left) => {
  expect(lacks(feature, version)).toBe(left);
});

test('the oldest and the newest version that versions.md promises are run, and the workflow runs the same', () => {
  const [, oldest, newest] = /^\| API server \| (\S+) to (\S+) \|/m.exec(promises) ?? [];
  expect(VERSIONS.at(0)).toContain(`v${oldest}.`);
  expect(VERSIONS.at(-1)).toContain(`v${newest}.`);
  const workflow = load(readFileSync(join(root, '.github', 'workflows', 'skew.yml'), 'utf8')) as {
    readonly jobs: { readonly skew: { readonly strategy: { readonly matrix: { readonly version: unknown } } } };
  };
  expect(workflow.jobs.skew.strategy.matrix.version).toEqual(VERSIONS.map((version) => version.slice(1)));
});

test.each<[args: string, versions: readonly string[], filters: readonly string[]]>([
  ['', VERSIONS, []],
  ['1.30.14 v1.37.2', ['v1.30.14', 'v1.37.2'], []],
  ['1.34.2 --files attach doctor-pods', ['v1.34.2'], ['attach', 'doctor-pods']],
  ['--files 1.2.3', VERSIONS, ['1.2.3']],
])('npm run skew -- %s', (args, versions, filters) => {
  expect(parse(args.split(' ').filter(Boolean))).toEqual({ versions, filters });
});

test.each(['attach', '1.30', '2.0.0', '1.30.14-rc.1'])('npm run skew -- %s is refused', (version) => {
  expect(() => parse([version])).toThrow(`not a version of Kubernetes such as v1.30.14: v${version}`);
});

test('the go.mod of Kubernetes becomes one that takes its published modules', () => {
  const text = `module k8s.io/kubernetes

go 1.22.0

require k8s.io/api v0.0.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/cri-api => ./staging/src/k8s.io/cri-api
)
`;
  expect(moduleFile(text, 'v1.30.14')).toBe(`module regsecret.test/skew/kubernetes

go 1.22.0

require k8s.io/api v0.0.0

replace (
	k8s.io/api => k8s.io/api v0.30.14
	k8s.io/cri-api => k8s.io/cri-api v0.30.14
)

require k8s.io/kubernetes v1.30.14
`);
});
