/**
 * `npm run release [-- --check] [-- PART…]`: makes everything that a release publishes, in dist/release/. With `--check`, each
 * part is also installed and run as a user would. It needs the package registries and no other network, and no secret.
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type ReleaseInfo, releaseInfo } from './release-info.ts';

/** A part of a release. */
export interface Part {
  /** Writes its files into the folder of the release. */
  readonly make: (release: ReleaseInfo) => Promise<void>;
  /** Installs what was made as a user would, and returns a row for each way; throws when one does not work. */
  readonly check: (release: ReleaseInfo) => Promise<readonly CheckedWay[]>;
}

/** One way to install, and what proved it. */
export interface CheckedWay {
  readonly way: string;
  /** As a user types it. */
  readonly command: string;
  /** What accepted it: a validator, a package manager. */
  readonly acceptedBy: string;
  readonly bytes?: number | undefined;
  /** Until the first command has run successfully. */
  readonly seconds?: number | undefined;
}

/** In the order in which they are made: the later ones are made of the earlier ones. */
const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  action: async () => (await import('./action.ts')).action,
  sbom: async () => (await import('./sbom.ts')).sbom,
  images: async () => (await import('./images.ts')).images,
};

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) throw new Error(`no part of a release is called ${unknown.join(', ')}`);

const release = releaseInfo();
mkdirSync(release.folder, { recursive: true });
const rows: CheckedWay[] = [];
for (const [name, load] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const part = await load();
  process.stderr.write(`${name}: make\n`);
  await part.make(release);
  if (!values.check) continue;
  process.stderr.write(`${name}: check\n`);
  rows.push(...(await part.check(release)));
}
if (rows.length > 0) process.stdout.write(table(rows));

/** As Markdown has it, for notes and documents. */
function table(ways: readonly CheckedWay[]): string {
  const lines = ways.map(({ way, command, acceptedBy, bytes, seconds }) => [
    way,
    `\`${command}\``,
    acceptedBy,
    bytes === undefined ? '' : `${(bytes / 1e6).toFixed(2)} MB`,
    seconds === undefined ? '' : `${seconds.toFixed(1)} s`,
  ]);
  const head = ['way', 'command', 'accepted by', 'size', 'to the first success'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
