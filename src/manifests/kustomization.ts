/** Folders that kustomize builds. kustomize changes their files before they are applied. */
import { basename, dirname } from 'node:path';
import { type FindingView, findingView } from '../diagnosis/view.ts';
import { finding } from '../findings/finding.ts';
import { type Command, pathWord, words } from '../line/command.ts';
import { type LintLine, lintBuilt } from './lint-line.ts';
import type { ManifestFile } from './manifest-files.ts';

/** kustomize api/konfig `RecognizedKustomizationFileNames` */
const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

export function isKustomization({ name }: ManifestFile): boolean {
  return NAMES.includes(basename(name));
}

/** The folder to build for the Secret `name`: the one that makes it, otherwise one around `file`, otherwise any. */
export function folderToBuild(name: string, file: string, all: readonly ManifestFile[]): string | undefined {
  const makers = all.filter(({ text }) => text.includes('secretGenerator') && text.includes(name));
  const around = all.filter((one) => file.startsWith(one.name.slice(0, -basename(one.name).length)));
  const [found] = [...makers, ...around.toReversed(), ...all];
  return found && dirname(found.name);
}

/** The command that runs the same check on what kustomize makes of `folder`. */
export function checkBuilt(folder: string, typed: LintLine): Command {
  return lintBuilt(folder, words`kubectl kustomize ${pathWord(folder)}`, typed);
}

const COMPONENT = /^kind: *["']?Component\b/m;
const ERROR = 'kustomize changes these manifests before they are applied, so only its output can be checked';

/** One finding for each folder that kustomize builds. A component is left out, because it is a part of other folders. */
export function kustomizationFindings(all: readonly ManifestFile[], typed: LintLine): FindingView[] {
  return all
    .filter(({ text }) => !COMPONENT.test(text))
    .map(({ name }) => {
      const object = { kind: 'File', name, file: name, line: 1 } as const;
      const error = typed.filename?.includes('-') ? `${ERROR}; pipe that in as well` : ERROR;
      const found = finding('unreadable-file', object, { error, chart: false, others: undefined }, 'warning');
      return findingView(found, undefined, { command: checkBuilt(dirname(name), typed), sufficient: false });
    });
}
