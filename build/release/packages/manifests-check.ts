/** Every package manager that installs from our archives, as far as it can be had here. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckedWay } from '../release.ts';
import type { ReleaseInfo } from '../release-info.ts';
import { checkFormula } from './formula-check.ts';
import { checkKrew } from './krew-check.ts';
import { checkWindows } from './windows-check.ts';

/** Throws with what the first of them says that refuses. */
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
