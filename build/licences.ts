/** The licences of the packages whose code is in a bundle, which have to go with it. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'rolldown';
import { bundledPackages, type LicensedPackage } from './bundled-packages.ts';
import { runtimeLicences } from './runtime-libraries.ts';

/** The file beside a bundle for executables that says which packages are in it, as JSON of `BundledPackage[]`. */
export const PACKAGES_FILE = 'packages.json';

/** Adds the file LICENSES.txt to the bundle, and for executables what the runtime brings, and the list of packages. */
export function licences({ executable = false } = {}): Plugin {
  return {
    name: 'licences',
    // A whole licence above each file of a package is in LICENSES.txt, too, once.
    transform: {
      filter: { code: /^\/\*![^/]*Redistribution and use in source and binary forms/ },
      handler: (code) => ({ code: code.replace(/^\/\*!.*?\*\//s, ''), map: null }),
    },
    generateBundle(_, bundle) {
      const packages = bundledPackages(bundle);
      const ours = bare(readFileSync('LICENSE', 'utf8'));
      const texts = licenceTexts(executable ? packages : packages.map((one) => withoutOurs(one, ours)));
      const source = [...texts, ...(executable ? [runtimeLicences()] : [])].join(`\n${'-'.repeat(80)}\n\n`);
      if (source !== '') this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source });
      if (!executable) return;
      const list = packages.map(({ text: _, ...listed }) => listed);
      this.emitFile({ type: 'asset', fileName: PACKAGES_FILE, source: `${JSON.stringify(list, undefined, 2)}\n` });
    },
  };
}

/** The npm package has the text of its own licence once. */
function withoutOurs(one: LicensedPackage, ours: string): LicensedPackage {
  return bare(one.text) === ours ? { ...one, text: 'Its text is in the file LICENSE of this package.' } : one;
}

/** Copies differ in white space and in the brackets around what is to be filled in, and in nothing else. */
function bare(text: string): string {
  return text.replace(/[\s[\]{}]+/g, '');
}

/** Packages of one author have the same text, which stands there once. */
export function licenceTexts(packages: readonly LicensedPackage[]): string[] {
  return [...Map.groupBy(packages, ({ name, text }) => text || name).values()].map((same) => {
    const text = same[0]?.text;
    return `${same.map((one) => `${licenceTitle(one)}\n`).join('')}${text ? `\n${text}\n` : ''}`;
  });
}

/** `zod 4.6.7: MIT`, and `ansi-styles (in chalk): MIT` */
function licenceTitle({ name, version, licence, carrier }: Omit<LicensedPackage, 'text' | 'path'>): string {
  return `${name}${version ? ` ${version}` : ''}${carrier ? ` (in ${carrier})` : ''}: ${licence}`;
}
