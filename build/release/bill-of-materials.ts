/**
 * The components of an executable as CycloneDX (https://cyclonedx.org/docs/1.6/json/): npm libraries, Bun, and the libraries
 * linked into Bun.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from '../bundled-packages.ts';
import { PACKAGES_FILE } from '../licences.ts';
import { CARRIED_CODE } from '../reviewed-packages.ts';
import { execute } from '../runtime.ts';
import { bunVersion, RUNTIME_LIBRARIES } from '../runtime-libraries.ts';
import { TARGETS } from '../targets.ts';
import { type Component, document, licensesOf, type Materials } from './cyclonedx.ts';
import type { ReleaseInfo } from './release-info.ts';

interface Locked {
  readonly version: string;
  readonly integrity: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, Locked>>;

/** The name of the file beside an executable, which scanners recognize. */
export const SBOM_FILE = 'regsecret.cdx.json';

/** The SBOM as text, the same for every platform. The bundle for executables must exist already. */
export function billOfMaterials(release: Pick<ReleaseInfo, 'version' | 'commit' | 'time'>): string {
  const packages: BundledPackage[] = JSON.parse(readFileSync(join('exe', 'bundle', PACKAGES_FILE), 'utf8'));
  const lock: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const libraries = packages.map((one) => ({ one, component: libraryOf(one, lock) }));
  const linked = linkedLibraries();
  const bun = runtimeOf(lock);
  const materials: Materials = {
    components: [...libraries.map(({ component }) => component), bun, ...linked],
    direct: [bun, ...libraries.filter(({ one }) => isDirect(one, lock)).map(({ component }) => component)].map(
      (component) => component['bom-ref'],
    ),
    dependencies: new Map([
      ...libraries.map(({ one, component }) => [component['bom-ref'], needsOf(one, libraries, lock)] as const),
      [bun['bom-ref'], linked.map((library) => library['bom-ref'])],
    ]),
    // Bun lists most of its components, but not all.
    incomplete: [bun['bom-ref']],
  };
  return document(release, materials);
}

function libraryOf(one: BundledPackage, lock: Lock): Component {
  if (one.carrier !== undefined) return carriedBy(one);
  const { integrity } = lockedAt(lock, one.path);
  const [group, name] = one.name.startsWith('@') ? (one.name.split('/') as [string, string]) : [undefined, one.name];
  return {
    type: 'library',
    'bom-ref': npmUrl(one.name, one.version),
    ...(group === undefined ? {} : { group }),
    name,
    ...(one.version === undefined ? {} : { version: one.version }),
    licenses: licensesOf(one.licence),
    purl: npmUrl(one.name, one.version),
    externalReferences: [distribution(one.name, `${one.version}`, integrity)],
  };
}

function carriedBy({ name, licence, carrier }: BundledPackage): Component {
  const purl = CARRIED_CODE.find((code) => code.name === name && code.carrier === carrier)?.purl ?? '';
  const description = `carried by ${carrier} in its own files`;
  return { type: 'library', 'bom-ref': purl, name, description, licenses: licensesOf(licence), purl };
}

/** Bun with its package for each platform. */
function runtimeOf(lock: Lock): Component {
  const version = bunVersion();
  return {
    // The right type would be `platform`, but scanners skip everything except libraries and applications.
    type: 'application',
    'bom-ref': npmUrl('bun', version),
    name: 'bun',
    version,
    description: 'the runtime: an executable is Bun with the code of regsecret in it',
    licenses: licensesOf('MIT'),
    purl: npmUrl('bun', version),
    externalReferences: [
      ...TARGETS.map(({ runtime }) => {
        return distribution(runtime, version, lockedAt(lock, `node_modules/${runtime}`).integrity);
      }),
      { type: 'vcs', url: 'https://github.com/oven-sh/bun' },
    ],
  };
}

/** The linked libraries, as Bun reports them. */
function linkedLibraries(): Component[] {
  const bun = join('node_modules', 'bun', 'bin', 'bun.exe');
  const versions: Readonly<Record<string, string>> = JSON.parse(
    execute(bun, ['--print', 'JSON.stringify(process.versions)']),
  );
  return Object.entries(RUNTIME_LIBRARIES).map(([key, { name, licence, source, folder }]) => {
    const version = versions[key];
    if (version === undefined) throw new Error(`Bun does not say which ${key} it is linked with`);
    const purl = linkedUrl(name, version, source, folder);
    return {
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      description: 'linked into Bun',
      licenses: licensesOf(licence),
      purl,
      externalReferences: [{ type: 'vcs', url: source }],
    };
  });
}

/** The purl of a linked library. A version that is a commit refers to the repository. */
function linkedUrl(name: string, version: string, source: string, folder: string | undefined): string {
  if (!/^[0-9a-f]{40}$/.test(version)) return `pkg:generic/${name}@${version}`;
  const repository = source.slice('https://github.com/'.length).toLowerCase();
  return `pkg:github/${repository}@${version}${folder === undefined ? '' : `#${folder}`}`;
}

/**
 * Whether regsecret depends on the package directly. All bundled packages are devDependencies, because the npm package installs
 * no dependencies.
 */
function isDirect({ name, path, carrier }: BundledPackage, lock: Lock): boolean {
  return carrier === undefined && path === `node_modules/${name}` && name in (lock['']?.devDependencies ?? {});
}

interface Library {
  readonly one: BundledPackage;
  readonly component: Component;
}

/** The other components that a library needs, and those that it carries. */
function needsOf(one: BundledPackage, libraries: readonly Library[], lock: Lock): string[] {
  if (one.carrier !== undefined) return [];
  const bundled = new Set(libraries.map(({ one: { path } }) => path));
  const paths = needs(one.path, bundled, lock, new Set());
  return libraries
    .filter(({ one: other }) => (other.carrier === undefined ? paths.has(other.path) : other.path === one.path))
    .map(({ component }) => component['bom-ref']);
}

/**
 * Collects the packages that a package needs. A package without code in the bundle, which only re-exports others, is replaced by
 * those.
 */
function needs(path: string, bundled: ReadonlySet<string>, lock: Lock, found: Set<string>): Set<string> {
  for (const name of Object.keys(lock[path]?.dependencies ?? {})) {
    const other = lookUp(path, name, lock);
    if (other === undefined || found.has(other)) continue;
    found.add(other);
    if (!bundled.has(other)) needs(other, bundled, lock, found);
  }
  return found;
}

/** The path at which Node finds a package. */
function lookUp(from: string, name: string, lock: Lock): string | undefined {
  for (let at = from; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock[`${at}/node_modules/${name}`] !== undefined) return `${at}/node_modules/${name}`;
  }
  return lock[`node_modules/${name}`] && `node_modules/${name}`;
}

function lockedAt(lock: Lock, path: string): Locked {
  const entry = lock[path];
  if (entry === undefined) throw new Error(`package-lock.json does not know ${path}`);
  return entry;
}

function npmUrl(name: string, version: string | undefined): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** The npm tarball of a package, with the checksum from the lock file. */
function distribution(
  name: string,
  version: string,
  integrity: string,
): NonNullable<Component['externalReferences']>[number] {
  const content = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  const url = `https://registry.npmjs.org/${name}/-/${name.replace(/^@.*\//, '')}-${version}.tgz`;
  return { type: 'distribution', url, hashes: [{ alg: 'SHA-512', content }] };
}
