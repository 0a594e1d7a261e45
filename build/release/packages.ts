/** Makes and checks the deb and the rpm for each architecture of Linux. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDebs } from './packages/deb-check.ts';
import { linuxArchitectures, makePackages } from './packages/linux-packages.ts';
import { checkRpms } from './packages/rpm-check.ts';
import type { CheckedWay, Part } from './release.ts';
import type { ReleaseInfo } from './release-info.ts';

export const packages: Part = { make: makeAll, check: checkPackages };

async function makeAll(release: ReleaseInfo): Promise<void> {
  for (const arch of linuxArchitectures(release)) makePackages(release, arch);
}

async function checkPackages(release: ReleaseInfo): Promise<CheckedWay[]> {
  const work = mkdtempSync(join(tmpdir(), 'regsecret-packages-'));
  try {
    return [...checkDebs(release, work), ...checkRpms(release, work)];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
