/**
 * Runs the Homebrew formula with a stand-in for the part of Homebrew's language that it uses. Homebrew itself is in no package
 * registry.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execute } from '../../runtime.ts';
import { hostName } from '../../targets.ts';
import type { CheckedWay } from '../release.ts';
import { archiveName, type Platform, platformOf, type ReleaseInfo } from '../release-info.ts';
import { releaseDownloads } from './downloads.ts';
import { FORMULA } from './manifest-paths.ts';

const STUB = join(import.meta.dirname, 'formula-stub.rb');

/** The machines in Homebrew's terms and in ours. */
const MACHINES = [
  ['macos', 'arm', 'darwin', 'arm64'],
  ['macos', 'intel', 'darwin', 'amd64'],
  ['linux', 'arm', 'linux', 'arm64'],
  ['linux', 'intel', 'linux', 'amd64'],
] as const satisfies readonly (readonly [string, string, Platform['os'], Platform['arch']])[];

const INSTALLED = [
  'bin/regsecret',
  'bin/kubectl-regsecret',
  'bin/kubectl_complete-regsecret',
  'etc/bash_completion.d/regsecret',
  'share/zsh/site-functions/_regsecret',
  'share/fish/vendor_completions.d/regsecret.fish',
  'share/man/man1/regsecret.1',
  'share/man/man1/regsecret-create.1',
];

/** Checks the formula. Needs Ruby. */
export function checkFormula(release: ReleaseInfo, work: string): CheckedWay {
  const formula = join(release.folder, FORMULA);
  execute('ruby', ['-wc', formula]);
  const { of } = releaseDownloads(release);
  for (const [system, processor, os, arch] of MACHINES) {
    const { url, sha256 } = of(os, arch);
    const named = execute('ruby', [STUB, formula, 'url', system, processor]);
    if (named !== `${url}\n${sha256}\n`) throw new Error(`for ${system} on ${processor} the formula names ${named}`);
  }
  const began = performance.now();
  const [unpacked, prefix] = [join(work, 'unpacked'), join(work, 'prefix')];
  for (const folder of [unpacked, prefix]) mkdirSync(folder, { recursive: true });
  execute('tar', [
    '-xzf',
    join(release.folder, archiveName(release.version, platformOf({ name: hostName() }))),
    '-C',
    unpacked,
  ]);
  execute('sh', [
    '-c',
    'cd "$1" && exec ruby "$2" "$3" install "$4"',
    'sh',
    ...[unpacked, STUB, formula, prefix].map((path) => resolve(path)),
  ]);
  const missing = INSTALLED.filter((path) => !existsSync(join(prefix, path)));
  if (missing.length > 0) throw new Error(`the formula does not install ${missing.join(', ')}`);
  return {
    way: 'Homebrew',
    command: 'brew install regsecret/tap/regsecret',
    acceptedBy: 'ruby -c; its install and test run with a stand-in for Homebrew',
    seconds: (performance.now() - began) / 1000,
  };
}
