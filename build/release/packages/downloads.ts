/** The archives as package manager manifests name them: the download address and the checksum of each. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveName, downloadUrl, type Platform, type ReleaseInfo } from '../release-info.ts';
import { sha256 } from '../sums.ts';

/** A version with its archives. */
export interface Downloads {
  /** `0.1.0` */
  readonly version: string;
  /** The archive for a platform. Throws where there is none. */
  readonly of: (os: Platform['os'], arch: Platform['arch']) => Download;
}

export interface Download {
  readonly url: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/**
 * The archives in the folder of the release. Those for musl are in no manifest, because package managers do not distinguish them.
 */
export function releaseDownloads({ version, folder, platforms }: ReleaseInfo): Downloads {
  const names = platforms
    .filter(({ platform }) => !platform.musl)
    .map(({ platform }) => archiveName(version, platform));
  const missing = names.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) throw new Error(`there is no ${missing.join(' and no ')}: make the archives first`);
  return downloads(version, Object.fromEntries(names.map((name) => [name, sha256(readFileSync(join(folder, name)))])));
}

/** A version with the checksums of its archives by file name. Throws when one of them cannot be right. */
export function downloads(version: string, sums: Readonly<Record<string, string>>): Downloads {
  if (!SEMVER.test(version)) throw new Error(`"${version}" is not a version such as 1.2.3 or 1.2.3-rc.1`);
  for (const [name, sum] of Object.entries(sums)) {
    if (!SHA256.test(sum)) throw new Error(`"${sum}" is not the SHA-256 of ${name}: that has 64 digits from 0 to f`);
    // The checksum of an empty file, as for one that was not written yet.
    if (sum === sha256('')) throw new Error(`${name} is empty`);
  }
  return {
    version,
    of: (os, arch) => {
      const name = archiveName(version, { os, arch, musl: false });
      const sum = sums[name];
      if (sum === undefined) throw new Error(`there is no sum of ${name}`);
      return { url: downloadUrl(version, name), sha256: sum };
    },
  };
}

// A version without build metadata, because krew, dpkg and scoop each treat a `+` differently.
const SEMVER = /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;
const SHA256 = /^[0-9a-f]{64}$/;
