/** Adds the licences of the packages in a bundle, which must be distributed with it. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'rolldown';
import { bundledPackages, type LicensedPackage } from './bundled-packages.ts';
import { runtimeLicences } from './runtime-libraries.ts';

/** The file beside an executable bundle that lists its packages, as JSON of `BundledPackage[]`. */
export const PACKAGES_FILE = 'packages.json';

/**
 * Adds the file LICENSES.txt to the bundle. For executables it includes the licences of the runtime, and the list of packages is
 * added too.
 */
export function licences({ executable = false } = {}): Plugin {
  return {
    name: 'licences',
    // Some packages repeat their whole licence in each file. It is removed there because LICENSES.txt has it once.
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

/** The npm package contains the text of its own licence only once. */
function withoutOurs(one: LicensedPackage, ours: string): LicensedPackage {
  return bare(one.text) === ours ? { ...one, text: 'Its text is in the file LICENSE of this package.' } : one;
}

/**
 * The text without white space and without the brackets around placeholders, the only parts in which copies of a licence differ.
 */
function bare(text: string): string {
  return text.replace(/[\s[\]{}]+/g, '');
}

/** The licence texts. Packages with the same text share one copy of it. */
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
