/** Deletes the declarations that no export of the package reaches: tsc writes one for every file that it has seen. */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ENTRIES = ['dist/api/index.d.ts', 'dist/api/library/cluster.d.ts'];

const reached = new Set<string>();
const visit = (file: string): void => {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/\b(?:from |import\()['"](\.[^'"]+)/g)) {
    visit(join(dirname(file), target.replace(/(?:\.d)?\.ts$/, '.d.ts')));
  }
};
for (const entry of ENTRIES) visit(join(entry));
for (const file of globSync('dist/api/**/*.d.ts')) if (!reached.has(join(file))) rmSync(file);
