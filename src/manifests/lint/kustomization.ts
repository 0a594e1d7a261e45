/** Folders that kustomize builds: what is in their files is not yet what is applied. */
import { basename, dirname } from 'node:path';
import type { ManifestFile } from '../manifest-files.ts';

/** kustomize api/konfig `RecognizedKustomizationFileNames` */
const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

export function isKustomization({ name }: ManifestFile): boolean {
  return NAMES.includes(basename(name));
}

/** The folder to build for the Secret `name`: the one that makes it, else one around `file`, else any. */
export function folderToBuild(name: string, file: string, all: readonly ManifestFile[]): string | undefined {
  const makers = all.filter(({ text }) => text.includes('secretGenerator') && text.includes(name));
  const around = all.filter((one) => file.startsWith(one.name.slice(0, -basename(one.name).length)));
  const [found] = [...makers, ...around.toReversed(), ...all];
  return found && dirname(found.name);
}
