/** Packs the Helm chart. `helm package` is not used because it gives the files today's time. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { type ArchiveFile, tarGz } from './archive.ts';
import type { Part } from './release.ts';
import type { ReleaseInfo } from './release-info.ts';

export const CHART = join('charts', 'regsecret');

export const chart: Part = {
  async make(release) {
    const versions = inClusterVersions();
    const others = Object.entries(versions).filter(([, version]) => version !== release.version);
    for (const [where, version] of others) {
      throw new Error(`${where} is ${version}, and this is release ${release.version}`);
    }
    writeFileSync(chartPath(release), await packChart(release));
  },
  async check(release) {
    return (await import('./chart-check.ts')).checkChart(release);
  },
};

/** The path of the packed chart. Helm's own name for it would be like that of the npm package. */
export function chartPath({ folder, version }: Pick<ReleaseInfo, 'folder' | 'version'>): string {
  return join(folder, `regsecret_${version}_chart.tgz`);
}

/** The versions in the chart and in `deploy/`. All must equal that of the release. */
export function inClusterVersions(): Readonly<Record<string, string>> {
  const read = (path: string) => load(readFileSync(path, 'utf8'));
  const { version, appVersion } = read(join(CHART, 'Chart.yaml')) as { version: string; appVersion: string };
  const { images } = read(join('deploy', 'kustomization.yaml')) as { images: readonly { newTag: string }[] };
  const [{ newTag = '' } = {}] = images;
  return {
    'version in charts/regsecret/Chart.yaml': version,
    'appVersion in charts/regsecret/Chart.yaml': appVersion,
    'newTag in deploy/kustomization.yaml': newTag,
  };
}

/** The packed chart for Helm. Tests of an upgrade pass another version. */
export async function packChart({ time, version }: Pick<ReleaseInfo, 'time' | 'version'>): Promise<Buffer> {
  const files = globSync('**/*', { cwd: CHART, withFileTypes: true }).filter((entry) => entry.isFile());
  const packed = files.map(({ parentPath, name }): ArchiveFile => {
    const path = join(parentPath, name);
    const text = readFileSync(path, 'utf8');
    const content = name === 'Chart.yaml' ? text.replace(/^version: .*$/m, `version: ${version}`) : text;
    return {
      path: path.slice(path.indexOf(CHART) + 'charts/'.length).replaceAll('\\', '/'),
      content: Buffer.from(content),
    };
  });
  return tarGz([...packed, { path: 'regsecret/LICENSE', content: readFileSync('LICENSE') }], time);
}
