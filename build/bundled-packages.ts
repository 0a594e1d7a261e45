/** Finds the third-party packages whose code is in a bundle, for LICENSES.txt and the SBOM. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OutputBundle } from 'rolldown';
import { CARRIED_CODE } from './reviewed-packages.ts';

export interface BundledPackage {
  readonly name: string;
  /** Absent for code that another package carries. */
  readonly version?: string;
  /** An SPDX expression. */
  readonly licence: string;
  /**
   * The path in package-lock.json, such as `node_modules/zod`. For code that another package carries, the path of that package.
   */
  readonly path: string;
  /** The package that carries the code in its own files. */
  readonly carrier?: string;
}

/** A package with the texts of its licences. */
export interface LicensedPackage extends BundledPackage {
  readonly text: string;
}

const MIT = readFileSync(join(import.meta.dirname, 'mit.txt'), 'utf8').trim();

/** Each package once, sorted by name. */
export function bundledPackages(bundle: OutputBundle): LicensedPackage[] {
  const modules = Object.values(bundle)
    .flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []))
    .map((id) => id.replaceAll('\\', '/'));
  const byFolder = Map.groupBy(modules, (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]);
  return [...byFolder]
    .flatMap(([folder, files]) => (folder === undefined ? [] : [packageIn(folder, files), ...carriedBy(folder, files)]))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function packageIn(folder: string, files: readonly string[]): LicensedPackage {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = licenceFiles(folder, files).map((file) => readFileSync(file, 'utf8').trim());
  if (license === undefined) throw new Error(`${name} says no licence`);
  // A package without a licence file is under its licence all the same.
  if (texts.length === 0 && license === 'MIT') texts.push(`Copyright (c) ${author.name ?? author}\n\n${MIT}`);
  return { name, version, licence: license, path: lockPath(folder), text: texts.join('\n\n') };
}

function carriedBy(folder: string, files: readonly string[]): LicensedPackage[] {
  const path = lockPath(folder);
  return CARRIED_CODE.filter(
    (code) => path.endsWith(`/${code.carrier}`) && files.some((id) => id.startsWith(`${folder}/${code.folder}/`)),
  ).map(({ name, licence, carrier, text }) => ({
    name,
    licence,
    path,
    carrier,
    text: text === undefined ? packageIn(folder, files).text : readFileSync(text, 'utf8').trim(),
  }));
}

/** The licence file of the package, and those of its parts, which are beside their modules. */
function licenceFiles(folder: string, files: readonly string[]): string[] {
  const folders = new Set([folder]);
  for (const file of files) {
    for (let at = dirname(file); at.length > folder.length; at = dirname(at)) folders.add(at);
  }
  return [...folders].sort().flatMap((at) => {
    return globSync('{LICEN[CS]E,licen[cs]e}{,.md,.txt,-MIT}', { cwd: at })
      .slice(0, 1)
      .map((name) => join(at, name));
  });
}

function lockPath(folder: string): string {
  return folder.slice(folder.indexOf('node_modules/'));
}
