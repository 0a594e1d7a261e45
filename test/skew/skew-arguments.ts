/** Parses the arguments of `npm run skew --`. */

/** The oldest and newest versions that docs/versions.md promises, and one in between. */
export const VERSIONS: readonly string[] = ['v1.30.14', 'v1.33.13', 'v1.37.2'];

export interface SkewArguments {
  readonly versions: readonly string[];
  /** Parts of the paths of test files, as for vitest. */
  readonly filters: readonly string[];
}

/** Parses `VERSION… --files FILTER…`; both parts are optional. Throws Error. */
export function parse(args: readonly string[]): SkewArguments {
  const at = args.includes('--files') ? args.indexOf('--files') : args.length;
  const given = args.slice(0, at).map((text) => (text.startsWith('v') ? text : `v${text}`));
  const wrong = given.filter((text) => !/^v1\.\d+\.\d+$/.test(text));
  if (wrong.length > 0) throw new Error(`not a version of Kubernetes such as ${VERSIONS[0]}: ${wrong.join(', ')}`);
  return { versions: given.length > 0 ? given : VERSIONS, filters: args.slice(at + 1) };
}
