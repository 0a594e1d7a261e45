import type { CheckedWay } from '../release.ts';
import type { ReleaseInfo } from '../release-info.ts';
export async function checkImages(_release: ReleaseInfo): Promise<readonly CheckedWay[]> {
  return [];
}
