/** The paths of the manifests, below the folder of the release. */
import { join } from 'node:path';

export const KREW_MANIFEST = join('manifests', 'krew', 'regsecret.yaml');
export const FORMULA = join('manifests', 'homebrew', 'regsecret.rb');
export const SCOOP_MANIFEST = join('manifests', 'scoop', 'regsecret.json');
export const WINGET_FOLDER = join('manifests', 'winget');
