/** The part of CycloneDX 1.6 in JSON that is used here. */
import cyclonedx from '@cyclonedx/cyclonedx-library';
import { REPOSITORY, type ReleaseInfo } from './release-info.ts';
import { sha256 } from './sums.ts';

export type License =
  | { readonly license: { readonly id: string } }
  | { readonly license: { readonly name: string; readonly url: string } }
  | { readonly expression: string };

export interface Component {
  readonly type: 'library' | 'application';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly licenses: readonly License[];
  readonly purl: string;
  readonly externalReferences?: readonly {
    readonly type: 'distribution' | 'vcs' | 'website';
    readonly url: string;
    readonly comment?: string;
    readonly hashes?: readonly { readonly alg: 'SHA-512'; readonly content: string }[];
  }[];
}

export interface Materials {
  readonly components: readonly Component[];
  /** The direct dependencies of the program, as component references. */
  readonly direct: readonly string[];
  /** The dependencies of each component, by reference. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** Components that may have further, unknown dependencies. */
  readonly incomplete: readonly string[];
}

/** The licence in CycloneDX form: an SPDX id such as `MIT`, an expression, or a name with the address of the texts. */
export function licensesOf(licence: string | { readonly name: string; readonly url: string }): License[] {
  if (typeof licence !== 'string') return [{ license: licence }];
  return [cyclonedx.SPDX.isSupportedSpdxId(licence) ? { license: { id: licence } } : { expression: licence }];
}

/** The document for a release. It is the same in every build of the same commit. */
export function document(
  { version, commit, time }: Pick<ReleaseInfo, 'version' | 'commit' | 'time'>,
  { components, direct, dependencies, incomplete }: Materials,
): string {
  const sorted = components.toSorted((one, other) => (one['bom-ref'] < other['bom-ref'] ? -1 : 1));
  const self = program(version, commit);
  const all = new Map([[self['bom-ref'], direct], ...dependencies]);
  const body = {
    version: 1,
    metadata: {
      timestamp: new Date(time * 1000).toISOString().replace('.000Z', 'Z'),
      lifecycles: [{ phase: 'build' }],
      component: self,
    },
    components: sorted,
    dependencies: [...all.keys()].sort().map((ref) => {
      const dependsOn = [...(all.get(ref) ?? [])].sort();
      return dependsOn.length === 0 ? { ref } : { ref, dependsOn };
    }),
    compositions: [
      { aggregate: 'complete', dependencies: [...all.keys()].filter((ref) => !incomplete.includes(ref)).sort() },
      { aggregate: 'incomplete', dependencies: [...incomplete].sort() },
    ],
  };
  const head = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
  };
  return `${JSON.stringify({ ...head, ...body }, undefined, 2)}\n`;
}

function program(version: string, commit: string): Component {
  const purl = `pkg:npm/regsecret@${version}`;
  return {
    type: 'application',
    'bom-ref': purl,
    name: 'regsecret',
    version,
    licenses: licensesOf('Apache-2.0'),
    purl,
    externalReferences: [
      { type: 'vcs', url: REPOSITORY, comment: `commit ${commit}` },
      { type: 'website', url: `${REPOSITORY}#readme` },
    ],
  };
}

/** A UUID of version 8 that is derived from the contents (RFC 9562, 5.8). */
function uuidOf(text: string): string {
  const hex = sha256(text);
  const variant = ((Number.parseInt(hex[16] ?? '', 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
