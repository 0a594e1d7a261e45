/** The bill of materials lists exactly what is in an executable, and only libraries that a person has reviewed. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputAsset, type RolldownOptions, rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { billOfMaterials } from '../../build/release/bill-of-materials.ts';
import type { Component } from '../../build/release/cyclonedx.ts';
import { validateSbom } from '../../build/release/sbom.ts';
import { CARRIED_CODE, REVIEWED_PACKAGES } from '../../build/reviewed-packages.ts';
import { execute } from '../../build/runtime.ts';
import { bunVersion, NOT_LINKED, RUNTIME_LIBRARIES } from '../../build/runtime-libraries.ts';
import configurations from '../../rolldown.config.ts';

const release = { version: '1.2.3', commit: 'c'.repeat(40), time: 1_700_000_000 };

/** The modules and licences of the executables' bundle, from a fresh build. */
let modules: readonly string[] = [];
let licences = '';

beforeAll(async () => {
  const options = (configurations as RolldownOptions[]).find(
    ({ output }) => `${[output].flat()[0]?.dir}` === 'exe/bundle',
  );
  const bundle = await rolldown({ ...options });
  const { output } = await bundle.generate([options?.output].flat()[0] ?? {});
  await bundle.close();
  modules = output.flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
  const asset = output.find((file): file is OutputAsset => file.fileName === 'LICENSES.txt');
  licences = `${asset?.source}`;
});

/** The package that a module belongs to, by the nearest package.json with a name. */
function ownerOf(module: string): string | undefined {
  for (let at = dirname(module); at !== dirname(at); at = dirname(at)) {
    const file = join(at, 'package.json');
    const { name, version } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    if (name !== undefined && version !== undefined) return `${name}@${version}`;
  }
  return undefined;
}

const titled = ({ group, name }: Component): string => (group === undefined ? name : `${group}/${name}`);
const described = (component: Component): string => `${titled(component)}@${component.version}`;
const isCarried = ({ description }: Component): boolean => description?.startsWith('carried by') === true;

// Releases are made on Linux; Bun may describe itself differently on other systems.
describe.runIf(process.platform === 'linux')('the bill of materials', () => {
  let text = '';
  let components: readonly Component[] = [];
  let npm: readonly Component[] = [];

  beforeAll(() => {
    text = billOfMaterials(release);
    ({ components } = JSON.parse(text));
    npm = components.filter((one) => one.purl.startsWith('pkg:npm/') && !isCarried(one) && one.name !== 'bun');
  });

  test('is valid CycloneDX 1.6', async () => {
    await validateSbom(text);
    await expect(validateSbom(text.replace('"library"', '"book"'))).rejects.toThrow('no CycloneDX 1.6');
  });

  test('has the packages whose modules the bundler used, and no other', () => {
    const owners = modules.filter((id) => id.includes('node_modules')).map(ownerOf);
    expect(npm.length).toBeGreaterThan(20);
    expect(npm.map(described).sort()).toEqual([...new Set(owners)].sort());
  });

  test('has what LICENSES.txt has, with the same licences', () => {
    const titles = licences.match(/^@?[a-z][\w/.-]*(?: \d\S*)?(?: \(in \S+\))?: (?:[A-Z][\w.-]+)$/gm) ?? [];
    const listed = components
      .filter((one) => one.description !== 'linked into Bun')
      .map((one) => {
        const [carrier] = /(?<=^carried by )\S+/.exec(one.description ?? '') ?? [];
        const [licence] = one.licenses.map((each) =>
          'license' in each && 'id' in each.license ? each.license.id : '',
        );
        return `${titled(one)}${one.version ? ` ${one.version}` : ''}${carrier ? ` (in ${carrier})` : ''}: ${licence}`;
      });
    expect(titles.toSorted()).toEqual(listed.sort());
    for (const { name } of Object.values(RUNTIME_LIBRARIES)) expect(licences).toContain(`\n  ${name}: `);
  });

  test('has the sum of each package as package-lock.json has it', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
    for (const one of npm) {
      const [reference] = one.externalReferences ?? [];
      const sum = `sha512-${Buffer.from(reference?.hashes?.[0]?.content ?? '', 'hex').toString('base64')}`;
      const path = Object.keys(lock).find(
        (key) => key.endsWith(`node_modules/${titled(one)}`) && lock[key].integrity === sum,
      );
      expect(path, titled(one)).toBeDefined();
      expect(lock[path ?? ''].version).toBe(one.version);
    }
  });

  test('has the runtime, with what Bun says that it is linked with', () => {
    const versions = JSON.parse(
      execute(join('node_modules', 'bun', 'bin', 'bun.exe'), ['-p', 'JSON.stringify(process.versions)']),
    );
    expect(components.find(({ name }) => name === 'bun')?.version).toBe(bunVersion());
    expect(versions.bun).toBe(bunVersion());
    for (const [key, { name }] of Object.entries(RUNTIME_LIBRARIES)) {
      const linked = components.filter((one) => one.name === name && one.version === versions[key]);
      expect(linked.length, name).toBe(1);
    }
    const unknown = Object.keys(versions).filter((key) => !(key in RUNTIME_LIBRARIES) && !(key in NOT_LINKED));
    expect(unknown, 'add them to build/runtime-libraries.ts').toEqual([]);
  });

  test('is the same whenever and wherever it is made', () => {
    expect(billOfMaterials(release)).toBe(text);
    expect(text).toContain('"timestamp": "2023-11-14T22:13:20Z"');
    expect(text).not.toContain(process.cwd());
    expect(billOfMaterials({ ...release, version: '1.2.4' })).not.toBe(text);
  });

  test('names every component once, and needs only what it names', () => {
    const { dependencies, metadata } = JSON.parse(text);
    const references = [metadata.component, ...components].map((one) => one['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
    const needed = dependencies.flatMap(({ dependsOn = [] }: { readonly dependsOn?: readonly string[] }) => dependsOn);
    expect(references).toEqual(expect.arrayContaining(needed));
    // Every component is a dependency of another.
    expect(components.map((one) => one['bom-ref']).filter((reference) => !needed.includes(reference))).toEqual([]);
  });
});

test('a library in the bundle is one that was looked at, under the licence that was seen', () => {
  const owners = new Set(
    modules.filter((id) => id.includes('node_modules')).map((id) => ownerOf(id)?.replace(/@[^@]+$/, '')),
  );
  for (const name of owners) {
    const { license } = JSON.parse(readFileSync(join('node_modules', `${name}`, 'package.json'), 'utf8'));
    expect(
      REVIEWED_PACKAGES[`${name}`],
      `${name}, ${license}: look at it, then add it to build/reviewed-packages.ts`,
    ).toBe(license);
  }
  expect(Object.keys(REVIEWED_PACKAGES).sort(), 'what has gone goes from build/reviewed-packages.ts, too').toEqual(
    [...owners].sort(),
  );
});

test.each(CARRIED_CODE)('$carrier carries $name', ({ carrier, folder, text }) => {
  expect(existsSync(join('node_modules', carrier, folder))).toBe(true);
  if (text !== undefined) expect(readFileSync(text, 'utf8')).toContain('Permission is hereby granted');
});
