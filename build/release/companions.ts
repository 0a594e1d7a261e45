/** The files beside the executable wherever it is installed: licences, the bill of materials, completions and man pages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPLETION_SCRIPTS } from '../../src/commands/completion/completion.ts';
import type { ArchiveFile } from './archive.ts';
import { billOfMaterials, SBOM_FILE } from './bill-of-materials.ts';
import { manPages } from './man-pages.ts';
import type { ReleaseInfo } from './release-info.ts';

/** Each completion script under the name that its shell looks for. */
const COMPLETIONS = [
  ['regsecret.bash', COMPLETION_SCRIPTS.bash],
  ['_regsecret', COMPLETION_SCRIPTS.zsh],
  ['regsecret.fish', COMPLETION_SCRIPTS.fish],
  ['regsecret.ps1', COMPLETION_SCRIPTS.powershell],
  // kubectl runs this script.
  ['kubectl_complete-regsecret', COMPLETION_SCRIPTS.kubectl, true],
] as const;

/** The files beside the executable, the same on every platform. The bundle must exist already. */
export function companions(release: ReleaseInfo): ArchiveFile[] {
  const text = (path: string, content: string, executable = false): ArchiveFile => {
    return { path, content: Buffer.from(content), executable };
  };
  return [
    { path: 'LICENSE', content: readFileSync('LICENSE') },
    { path: 'LICENSES.txt', content: readFileSync(join('exe', 'bundle', 'LICENSES.txt')) },
    text(SBOM_FILE, billOfMaterials(release)),
    ...COMPLETIONS.map(([name, script, executable]) => text(`completions/${name}`, script, executable)),
    ...manPages(release).map(({ name, source }) => text(`man/${name}`, source)),
  ];
}
