/** The images as their users meet them: in a registry with a login, and on a real kubelet. arm64 is looked at only. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushImage } from '../../../test/environment/image.ts';
import { janedoe } from '../../../test/environment/registries.ts';
import { startSupervisor } from '../../../test/environment/supervisor.ts';
import { execute } from '../../runtime.ts';
import type { CheckedWay } from '../release.ts';
import { IMAGE_VARIANTS, type ImageVariant, imageArchive, imageName, type ReleaseInfo } from '../release-info.ts';
import { checkContents } from './check-contents.ts';
import { checkPods } from './check-pods.ts';
import { firstLine } from './first-line.ts';

export async function checkImages(release: ReleaseInfo): Promise<readonly CheckedWay[]> {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-images-'));
  const supervisor = await startSupervisor();
  try {
    await supervisor.node();
    const [cluster, { basic, crane }] = await Promise.all([supervisor.cluster(), supervisor.registries()]);
    const rows: CheckedWay[] = [];
    for (const variant of IMAGE_VARIANTS) {
      const image = `${basic.host}/janedoe/regsecret:${release.version}${variant}`;
      const layout = unpack(release, variant, folder);
      await pushImage(crane, layout, image, folder, janedoe);
      const contents = await checkContents({ crane, image, layout, folder, release });
      const pods = await checkPods({ cluster, host: basic.host, image, variant, release });
      const bytes = statSync(join(release.folder, imageArchive(release.version, variant))).size;
      rows.push({
        way: `image${variant}`,
        command: `kubectl run regsecret --image ${imageName(release.version, variant)} -- list -A`,
        acceptedBy: `crane validate; containerd, kubelet: ${pods.said}; unpacked ${contents}`,
        bytes,
        seconds: pods.seconds,
      });
    }
    const image = `${basic.host}/janedoe/regsecret:${release.version}`;
    rows.push(await firstLine({ cluster, process: supervisor.process.pid ?? 0, image }));
    return rows;
  } finally {
    await supervisor.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the documents tell: crane takes a folder. */
function unpack({ folder: from, version }: ReleaseInfo, variant: ImageVariant, folder: string): string {
  const layout = join(folder, `layout${variant}`);
  mkdirSync(layout);
  execute('tar', ['-xf', join(from, imageArchive(version, variant)), '-C', layout]);
  return layout;
}
