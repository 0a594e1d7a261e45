/**
 * The libraries that may be in a bundle, with their licences. A person has looked at each: who makes it, that it is needed, and
 * that its licence lets us give it away. A test fails on one that is not here, and on one that has gone.
 */
export const REVIEWED_PACKAGES: Readonly<Record<string, string>> = {
  '@inquirer/ansi': 'MIT',
  '@inquirer/checkbox': 'MIT',
  '@inquirer/confirm': 'MIT',
  '@inquirer/core': 'MIT',
  '@inquirer/editor': 'MIT',
  '@inquirer/expand': 'MIT',
  '@inquirer/figures': 'MIT',
  '@inquirer/input': 'MIT',
  '@inquirer/number': 'MIT',
  '@inquirer/password': 'MIT',
  '@inquirer/rawlist': 'MIT',
  '@inquirer/search': 'MIT',
  '@inquirer/select': 'MIT',
  '@inquirer/type': 'MIT',
  '@kubernetes/client-node': 'Apache-2.0',
  'agent-base': 'MIT',
  chalk: 'MIT',
  'cli-width': 'ISC',
  commander: 'MIT',
  'fast-string-truncated-width': 'MIT',
  'fast-string-width': 'MIT',
  'fast-wrap-ansi': 'MIT',
  hpagent: 'MIT',
  'https-proxy-agent': 'MIT',
  inquirer: 'MIT',
  'ip-address': 'MIT',
  'js-yaml': 'MIT',
  'jsonpath-plus': 'MIT',
  'mute-stream': 'ISC',
  oauth4webapi: 'MIT',
  'openid-client': 'MIT',
  'proxy-agent-negotiate': 'MIT',
  rfc4648: 'MIT',
  'run-async': 'MIT',
  'signal-exit': 'ISC',
  'smart-buffer': 'MIT',
  'smol-toml': 'BSD-3-Clause',
  socks: 'MIT',
  'socks-proxy-agent': 'MIT',
  undici: 'MIT',
  zod: 'MIT',
};

/** A library that a package carries in its own files, so that no package manager knows of it. */
export interface CarriedCode {
  readonly name: string;
  /** None where the package that carries it does not say which it is. */
  readonly version?: string;
  readonly licence: string;
  readonly purl: string;
  /** The package that carries it. */
  readonly carrier: string;
  /** The folder or file of that package that it is in. */
  readonly file: string;
  /** The file with its licence, where the carrier has none of it. */
  readonly text?: string;
}

export const CARRIED_CODE: readonly CarriedCode[] = [
  {
    name: 'jsep',
    version: '1.4.0',
    licence: 'MIT',
    purl: 'pkg:npm/jsep',
    carrier: 'jsonpath-plus',
    file: 'dist/',
    text: 'node_modules/jsep/LICENSE',
  },
  ...['assignment', 'regex'].map((plugin) => ({
    name: `@jsep-plugin/${plugin}`,
    licence: 'MIT',
    purl: `pkg:npm/%40jsep-plugin/${plugin}`,
    carrier: 'jsonpath-plus',
    file: 'dist/',
    text: `node_modules/@jsep-plugin/${plugin}/LICENSE`,
  })),
  // Of chalk's author, and under chalk's licence.
  ...['ansi-styles', 'supports-color'].map((name) => ({
    name,
    licence: 'MIT',
    purl: `pkg:npm/${name}`,
    carrier: 'chalk',
    file: `source/vendor/${name}/`,
  })),
  {
    name: 'llhttp',
    licence: 'MIT',
    purl: 'pkg:github/nodejs/llhttp',
    carrier: 'undici',
    file: 'lib/llhttp/',
    text: 'build/licences/llhttp.txt',
  },
  // Its licence lies beside it, in undici.
  { name: 'milo', licence: 'ISC', purl: 'pkg:github/shogunpanda/milo', carrier: 'undici', file: 'lib/milo/' },
];
