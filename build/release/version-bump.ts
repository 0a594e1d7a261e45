/** `npm run bump`, its last step: the version that changesets wrote into package.json, in every other file that names it. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const CHART = 'charts/regsecret/Chart.yaml';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
const former = /^version: (\S+)$/m.exec(readFileSync(CHART, 'utf8'))?.[1];
if (former === undefined) throw new Error(`${CHART} has no line with its version`);
// Not a part of another version: 10.1.0, 0.1.0.1.
const named = new RegExp(`(?<![\\d.])${former.replaceAll('.', '\\.')}(?![\\d]|\\.\\d)`, 'g');
for (const file of [CHART, ...globSync(['deploy/kustomization.yaml', 'README*.md', 'docs/*.md'])]) {
  const text = readFileSync(file, 'utf8');
  const bumped = text.replaceAll(named, version);
  if (bumped !== text) writeFileSync(file, bumped);
}
