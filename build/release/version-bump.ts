/**
 * The last step of `npm run bump`: copies the version that changesets wrote into package.json to every other file that names it.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const CHART = 'charts/regsecret/Chart.yaml';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
const former = /^version: (\S+)$/m.exec(readFileSync(CHART, 'utf8'))?.[1];
if (former === undefined) throw new Error(`${CHART} has no line with its version`);
// The pattern excludes parts of other versions, such as 10.1.0 and 0.1.0.1.
const named = new RegExp(`(?<![\\d.])${former.replaceAll('.', '\\.')}(?![\\d]|\\.\\d)`, 'g');
for (const file of [CHART, ...globSync(['deploy/kustomization.yaml', 'README*.md', 'docs/*.md'])]) {
  const text = readFileSync(file, 'utf8');
  const bumped = text.replaceAll(named, version);
  if (bumped !== text) writeFileSync(file, bumped);
}
