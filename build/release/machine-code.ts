/** Detects the system and processor of a program from its first bytes. */
import type { Platform } from './release-info.ts';

type Machine = Pick<Platform, 'os' | 'arch'> & { readonly musl?: boolean };

/** The machine of a program; undefined for anything but a program of a known platform. */
export function machineOf(program: Buffer): Machine | undefined {
  if (program.subarray(0, 4).equals(Buffer.from('\x7fELF'))) return elf(program);
  if (program.readUInt32LE(0) === 0xfeedfacf) return machine('darwin', MACH_O[program.readUInt32LE(4)]);
  if (program.subarray(0, 2).equals(Buffer.from('MZ'))) {
    return machine('windows', PE[program.readUInt16LE(program.readUInt32LE(0x3c) + 4)]);
  }
  return undefined;
}

/** `e_machine` of the ELF specification, `cputype` of mach-o/loader.h, `Machine` of the PE format. */
const ELF: Readonly<Record<number, Platform['arch']>> = { 62: 'amd64', 183: 'arm64' };
const MACH_O: Readonly<Record<number, Platform['arch']>> = { 16777223: 'amd64', 16777228: 'arm64' };
const PE: Readonly<Record<number, Platform['arch']>> = { 34404: 'amd64', 43620: 'arm64' };

/** Reads an ELF program. The path of its loader, which tells musl from glibc, is in the first page. */
function elf(program: Buffer): Machine | undefined {
  const [, loader = ''] = /(\/lib[\w./-]*\/ld-[\w.-]+)/.exec(program.subarray(0, 4096).toString('latin1')) ?? [];
  const found = machine('linux', ELF[program.readUInt16LE(18)]);
  return found && { ...found, musl: loader.includes('musl') };
}

function machine(os: Platform['os'], arch: Platform['arch'] | undefined): Machine | undefined {
  return arch && { os, arch, musl: false };
}
