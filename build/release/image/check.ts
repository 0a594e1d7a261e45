/**
 * Checks the images as users get them: in a registry with a login, and on a real kubelet. The arm64 images are inspected but not
 * run.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing } from '../../../test/environment/availability.ts';
import type { ClusterInfo } from '../../../test/environment/control-plane.ts';
import { pushImage } from '../../../test/environment/image.ts';
import { janedoe } from '../../../test/environment/registries.ts';
import { type Supervisor, startSupervisor } from '../../../test/environment/supervisor.ts';
import { execute } from '../../runtime.ts';
import type { CheckedWay } from '../release.ts';
import { IMAGE_VARIANTS, type ImageVariant, imageArchive, imageName, type ReleaseInfo } from '../release-info.ts';
import { checkContents } from './check-contents.ts';
import { checkPods } from './check-pods.ts';
import { firstLine } from './first-line.ts';

export async function checkImages(release: ReleaseInfo): Promise<readonly CheckedWay[]> {
  const without = missing('node');
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-images-'));
  const supervisor = await startSupervisor();
  try {
    const { basic, crane } = await supervisor.registries();
    const rows: CheckedWay[] = [];
    for (const variant of IMAGE_VARIANTS) {
      const image = `${basic.host}/janedoe/regsecret:${release.version}${variant}`;
      const layout = unpack(release, variant, folder);
      await pushImage(crane, layout, image, folder, janedoe);
      const contents = await checkContents({ crane, image, layout, folder, release });
      const pods =
        without === undefined
          ? await checkPods({ cluster: await clusterOf(supervisor), host: basic.host, image, variant, release })
          : { said: `not started, because ${without}`, seconds: undefined };
      rows.push({
        way: `image${variant}`,
        command: `kubectl run regsecret --image ${imageName(release.version, variant)} -- list -A`,
        acceptedBy: `crane validate (unpacked: ${contents}); containerd and kubelet: ${pods.said}`,
        bytes: statSync(join(release.folder, imageArchive(release.version, variant))).size,
        seconds: pods.seconds,
      });
    }
    if (without !== undefined) return rows;
    const image = `${basic.host}/janedoe/regsecret:${release.version}`;
    const pulled = { cluster: await clusterOf(supervisor), process: supervisor.process.pid ?? 0, image };
    return [...rows, await firstLine(pulled)];
  } finally {
    await supervisor.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the cluster after its node has started. */
async function clusterOf(supervisor: Supervisor): Promise<ClusterInfo> {
  await supervisor.node();
  return supervisor.cluster();
}

/** Unpacks an archive into a folder for crane, as the documents describe. */
function unpack({ folder: from, version }: ReleaseInfo, variant: ImageVariant, folder: string): string {
  const layout = join(folder, `layout${variant}`);
  mkdirSync(layout);
  execute('tar', ['-xf', join(from, imageArchive(version, variant)), '-C', layout]);
  return layout;
}
