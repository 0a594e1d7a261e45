/** Checks the chart without Helm; `npm run release -- --check chart` checks the rest. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { inClusterVersions, packChart } from '../../build/release/chart.ts';
import { chartFiles } from '../../build/release/chart-rights.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test.each(Object.entries(chartFiles()))(
  '%s has what rbac prints; else: node build/release/chart-rights.ts',
  (name, text) => {
    expect(read(`charts/regsecret/files/${name}`)).toBe(text);
  },
);

test('the chart and deploy/ have the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  for (const found of Object.values(inClusterVersions())) expect(found).toBe(version);
});

test('it is packed to the same bytes each time, whatever the clock says', async () => {
  const release = { version: '0.1.0', time: 1_700_000_000 };
  const [one, other] = [await packChart(release), await packChart(release)];
  expect(one.equals(other)).toBe(true);
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

test('the schema knows every value, and there is a value for everything that it knows', () => {
  const schema = JSON.parse(read('charts/regsecret/values.schema.json')) as Schema & {
    readonly definitions: Readonly<Record<string, Schema>>;
  };
  const known = ({ $ref, properties }: Schema, path: string): string[] => {
    const resolved =
      $ref === undefined ? properties : schema.definitions[$ref.replace('#/definitions/', '')]?.properties;
    if (resolved === undefined || path.endsWith('.resources')) return [path];
    return Object.entries(resolved).flatMap(([name, inner]) => known(inner, path === '' ? name : `${path}.${name}`));
  };
  const given = (value: unknown, path: string): string[] => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    if (!isMap || path.endsWith('.resources')) return [path];
    return Object.entries(value).flatMap(([name, inner]) => given(inner, path === '' ? name : `${path}.${name}`));
  };
  const values = given(load(read('charts/regsecret/values.yaml')), '');
  // `global` is for a parent chart.
  expect(
    known(schema, '')
      .filter((path) => path !== 'global')
      .sort(),
  ).toEqual(values.sort());
});
