/**
 * The libraries that may be in a bundle, with their licences. A person has looked at each: who makes it, that it is needed, and
 * that its licence lets us give it away. A test fails on one that is not here, and on one that has gone.
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
  'smart-buffer': 'MIT',
  'smol-toml': 'BSD-3-Clause',
  socks: 'MIT',
  'socks-proxy-agent': 'MIT',
  zod: 'MIT',
};

/** A library that a package carries in its own files, so that no package manager knows of it. Which version it is, it does not say. */
export interface CarriedCode {
  readonly name: string;
  readonly licence: string;
  readonly purl: string;
  /** The package that carries it. */
  readonly carrier: string;
  /** The folder of that package that it is in. */
  readonly folder: string;
  /** The file with its licence, where the carrier has none of it. */
  readonly text?: string;
}

export const CARRIED_CODE: readonly CarriedCode[] = [
  // Of chalk's author, and under chalk's licence.
  ...['ansi-styles', 'supports-color'].map((name) => ({
    name,
    licence: 'MIT',
    purl: `pkg:npm/${name}`,
    carrier: 'chalk',
    folder: `source/vendor/${name}`,
  })),
];
