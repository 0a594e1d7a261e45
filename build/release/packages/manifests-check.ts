/** Checks the manifests with every package manager that installs from our archives, as far as it is available here. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckedWay } from '../release.ts';
import type { ReleaseInfo } from '../release-info.ts';
import { checkFormula } from './formula-check.ts';
import { checkKrew } from './krew-check.ts';
import { checkWindows } from './windows-check.ts';

/** Throws with the message of the first one that refuses. */
export async function checkManifests(release: ReleaseInfo): Promise<CheckedWay[]> {
  const work = mkdtempSync(join(tmpdir(), 'regsecret-manifests-'));
  const folder = (name: string): string => {
    mkdirSync(join(work, name));
    return join(work, name);
  };
  try {
    return [
      await checkKrew(release, folder('krew')),
      checkFormula(release, folder('homebrew')),
      ...checkWindows(release, folder('windows')),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
