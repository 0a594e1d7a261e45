/** The licences of the packages whose code is in a bundle, which have to go with it. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'rolldown';

/** Adds the file LICENSES.txt to the bundle. */
export function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
      const folders = new Set(
        modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id) ?? []),
      );
      // Packages of one author have the same text, which stands there once.
      const packages = [...folders].map(licenceOf).sort((one, other) => (one.title < other.title ? -1 : 1));
      const source = [...Map.groupBy(packages, ({ title, text }) => text || title).values()]
        .map((same) => `${same.map(({ title }) => `${title}\n`).join('')}${same[0]?.text}`)
        .join(`\n${'-'.repeat(80)}\n\n`);
      if (source !== '') this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source });
    },
  };
}

function licenceOf(folder: string): { readonly title: string; readonly text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [file] = globSync('{LICEN[CS]E,licen[cs]e}{,.md,.txt,-MIT}', { cwd: folder });
  if (file === undefined && license === undefined) throw new Error(`${dirname(folder)}/${name} says no licence`);
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return { title: `${name} ${version}: ${license}`, text };
}
