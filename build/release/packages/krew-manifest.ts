/** The manifest of the plugin for krew's index. */
import { dump } from 'js-yaml';
import { executableIn, REPOSITORY } from '../release-info.ts';
import type { Downloads } from './downloads.ts';
import { PURPOSE } from './purpose.ts';

/** The platforms in krew's terms. krew supports more, for which we have no executable. */
const PLATFORMS = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
  { os: 'windows', arch: 'amd64' },
] as const;

/** The text of `regsecret.yaml`. Throws where there is no archive for a platform. */
export function krewManifest({ version, of }: Downloads): string {
  const platforms = PLATFORMS.map(({ os, arch }) => {
    const { url, sha256 } = of(os, arch);
    const bin = executableIn({ os });
    return {
      selector: { matchLabels: { os, arch } },
      uri: url,
      sha256,
      files: [bin, 'LICENSE', 'LICENSES.txt'].map((from) => ({ from, to: '.' })),
      bin,
    };
  });
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'regsecret' },
    spec: {
      version: `v${version}`,
      homepage: REPOSITORY,
      shortDescription: 'Make, attach and debug image pull secrets',
      description: DESCRIPTION,
      caveats: CAVEATS,
      platforms,
    },
  };
  return dump(manifest, { lineWidth: -1 });
}

const DESCRIPTION = `${PURPOSE.join('\n')}\n`;

const CAVEATS = `For completion of "kubectl regsecret", put this file into a folder of your PATH:
  kubectl regsecret completion kubectl > ~/.krew/bin/kubectl_complete-regsecret
  chmod +x ~/.krew/bin/kubectl_complete-regsecret
On Linux with musl, such as Alpine, take the archive for musl:
  ${REPOSITORY}/releases
`;
