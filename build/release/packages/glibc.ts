/** Reads the version of glibc that a program needs from its table of needed versions (Linux Standard Base, symbol versioning). */

const SHT_GNU_VERNEED = 0x6ffffffe;

/** The version, such as `2.17`. Throws for anything but a 64-bit ELF program that is linked with glibc. */
export function neededGlibc(program: Buffer): string {
  if (!program.subarray(0, 5).equals(Buffer.from('\x7fELF\x02'))) throw new Error('not a 64-bit ELF program');
  const sections = sectionsOf(program);
  const versions = sections
    .filter(({ type }) => type === SHT_GNU_VERNEED)
    .flatMap(({ offset, count, link }) => neededVersions(program, offset, count, sections[link]?.offset ?? 0))
    .flatMap((name) => /^GLIBC_(\d+\.\d+)/.exec(name)?.[1] ?? []);
  const newest = versions.toSorted((one, other) => minor(other) - minor(one))[0];
  if (newest === undefined) throw new Error('the program needs no glibc');
  return newest;
}

interface Section {
  readonly type: number;
  readonly offset: number;
  /** The index of the section with the names that this one uses. */
  readonly link: number;
  /** The number of entries; its meaning depends on the type. */
  readonly count: number;
}

function sectionsOf(program: Buffer): Section[] {
  const start = Number(program.readBigUInt64LE(0x28));
  const size = program.readUInt16LE(0x3a);
  return Array.from({ length: program.readUInt16LE(0x3c) }, (_, index) => {
    const header = program.subarray(start + index * size);
    return {
      type: header.readUInt32LE(4),
      offset: Number(header.readBigUInt64LE(0x18)),
      link: header.readUInt32LE(0x28),
      count: header.readUInt32LE(0x2c),
    };
  });
}

/** `Elfxx_Verneed` is one library, and its `Elfxx_Vernaux` are the versions; both are chains of relative offsets. */
function neededVersions(program: Buffer, offset: number, libraries: number, names: number): string[] {
  const found: string[] = [];
  for (let at = offset, library = 0; library < libraries; library++) {
    for (let version = at + program.readUInt32LE(at + 8), left = program.readUInt16LE(at + 2); left > 0; left--) {
      const name = names + program.readUInt32LE(version + 8);
      found.push(program.toString('latin1', name, program.indexOf(0, name)));
      version += program.readUInt32LE(version + 12);
    }
    at += program.readUInt32LE(at + 12);
  }
  return found;
}

/** The minor version. The major version of glibc has been 2 since 1997. */
function minor(version: string): number {
  return Number(version.split('.')[1]);
}
