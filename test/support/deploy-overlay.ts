/** Kustomizations on top of `deploy/`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import { atFileEnd } from '../environment/file-end.ts';
import { kubectl } from '../environment/use.ts';

export const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy');

const folders: string[] = [];
atFileEnd(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/**
 * A folder with a kustomization and other files, in which BASE stands for the path of `deploy/`. It is removed when the test file
 * ends.
 */
export function overlay(fields: object, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-overlay-'));
  folders.push(folder);
  const base = relative(folder, DEPLOY);
  const kustomization = JSON.stringify({ resources: ['BASE'], ...fields }); // JSON is YAML
  const all = { ...files, 'kustomization.yaml': kustomization.replaceAll('BASE', base) };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  return folder;
}

/** The objects of a kustomization as YAML. */
export async function kustomize(folder: string): Promise<string> {
  const { code, stdout, stderr } = await kubectl(['kustomize', folder]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}
