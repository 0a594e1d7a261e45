/**
 * The libraries that may be in a bundle, with their licences. A person has reviewed each: its author, whether it is needed, and
 * whether its licence allows distribution. A test fails for a library that is not listed, and for a listed one that is no longer
 * used.
 */
export const REVIEWED_PACKAGES: Readonly<Record<string, string>> = {
  '@bomb.sh/tab': 'MIT',
  '@inquirer/ansi': 'MIT',
  '@inquirer/checkbox': 'MIT',
  '@inquirer/confirm': 'MIT',
  '@inquirer/core': 'MIT',
  '@inquirer/input': 'MIT',
  '@inquirer/password': 'MIT',
  '@inquirer/type': 'MIT',
  '@kubernetes/client-node': 'Apache-2.0',
  'agent-base': 'MIT',
  chalk: 'MIT',
  'cli-width': 'ISC',
  commander: 'MIT',
  'fast-string-truncated-width': 'MIT',
  'fast-string-width': 'MIT',
  'fast-wrap-ansi': 'MIT',
  'https-proxy-agent': 'MIT',
  inquirer: 'MIT',
  'js-yaml': 'MIT',
  'mute-stream': 'ISC',
  'proxy-agent-negotiate': 'MIT',
  'signal-exit': 'ISC',
  'smol-toml': 'BSD-3-Clause',
  zod: 'MIT',
};

/** A library inside the files of another package, so that no package manager knows of it. Its version is not recorded. */
export interface CarriedCode {
  readonly name: string;
  readonly licence: string;
  readonly purl: string;
  /** The package that carries it. */
  readonly carrier: string;
  /** The folder of the library in that package. */
  readonly folder: string;
  /** The file with its licence, if the carrier does not contain it. */
  readonly text?: string;
}

export const CARRIED_CODE: readonly CarriedCode[] = [
  // These are by chalk's author, and under chalk's licence.
  ...['ansi-styles', 'supports-color'].map((name) => ({
    name,
    licence: 'MIT',
    purl: `pkg:npm/${name}`,
    carrier: 'chalk',
    folder: `source/vendor/${name}`,
  })),
];
