/**
 * `npm run release [-- --check] [-- PART…]` makes everything that a release publishes, in dist/release/. With `--check`, each
 * part is also installed and run as a user would. It needs the package registries but no other network and no secret. The sources
 * must be built already, which `npm run release` does.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PLATFORMS, RELEASE_FOLDER, type ReleaseInfo, releaseInfo } from './release-info.ts';
import { checkSums, writeSums } from './sums.ts';

/** A part of a release. */
export interface Part {
  /** Writes its files into the folder of the release. */
  readonly make: (release: ReleaseInfo) => Promise<void>;
  /** Installs the part as a user would, and returns a row for each way to install it. Throws when one fails. */
  readonly check: (release: ReleaseInfo) => Promise<readonly CheckedWay[]>;
}

/** One way to install, and the check that it passed. */
export interface CheckedWay {
  readonly way: string;
  /** The command as a user types it. */
  readonly command: string;
  /** The program that accepted it, such as a validator or a package manager. */
  readonly acceptedBy: string;
  readonly bytes?: number | undefined;
  /** Seconds until the first command has run successfully. */
  readonly seconds?: number | undefined;
}

/** The parts in the order in which they are made. Later parts use earlier ones. */
const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  sbom: async () => (await import('./sbom.ts')).sbom,
  archives: async () => (await import('./archives.ts')).archives,
  npm: async () => (await import('./npm.ts')).npm,
  images: async () => (await import('./images.ts')).images,
  action: async () => (await import('./action.ts')).action,
  packages: async () => (await import('./packages.ts')).packages,
  manifests: async () => (await import('./manifests.ts')).manifests,
  signatures: async () => (await import('./signatures.ts')).signatures,
  chart: async () => (await import('./chart.ts')).chart,
};

const { values, positionals } = parseArgs({
  options: {
    check: { type: 'boolean' },
    /** Checks the files in the folder without making any. */
    'only-check': { type: 'boolean' },
    /** Only executables for these targets of build/targets.ts, such as `linux-x64`. */
    target: { type: 'string', multiple: true },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) throw new Error(`no part of a release is called ${unknown.join(', ')}`);
const { target: targets = PLATFORMS.map(({ target }) => target.name) } = values;
const platforms = PLATFORMS.filter(({ target }) => targets.includes(target.name));
if (platforms.length < targets.length) throw new Error(`no executable can be built for one of ${targets.join(', ')}`);

const release = releaseInfo(RELEASE_FOLDER, platforms);
const wanted: { readonly name: string; readonly part: Part }[] = [];
for (const [name, load] of Object.entries(PARTS)) {
  if (positionals.length === 0 || positionals.includes(name)) wanted.push({ name, part: await load() });
}
if (!values['only-check']) await make();
if (values.check || values['only-check']) process.stdout.write(table(await check()));

async function make(): Promise<void> {
  // Leftovers of another version would be published with this one.
  if (positionals.length === 0) rmSync(release.folder, { recursive: true, force: true });
  mkdirSync(release.folder, { recursive: true });
  for (const { name, part } of wanted) {
    process.stderr.write(`${name}: make\n`);
    await part.make(release);
  }
  writeSums(release.folder);
}

async function check(): Promise<CheckedWay[]> {
  checkSums(release.folder);
  const rows: CheckedWay[] = [];
  for (const { name, part } of wanted) {
    process.stderr.write(`${name}: check\n`);
    rows.push(...(await part.check(release)));
  }
  return rows;
}

/** The rows as a Markdown table, for notes and documents. */
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
