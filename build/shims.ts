/** Replaces parts of libraries that regsecret never uses, so that they are not in the bundles. */
import { join } from 'node:path';
import type { Plugin } from 'rolldown';

interface Shim {
  /** The package that imports the replaced module. */
  readonly by: string;
  readonly module: string;
  readonly code: string;
}

const nothing = 'export default {};';

const SHIMS: readonly Shim[] = [
  // commander needs these for stand-alone subcommands. Importing the modules makes a start 2 ms slower, `process` alone 4 ms
  // under Node.
  { by: 'commander', module: 'node:child_process', code: nothing },
  { by: 'commander', module: 'node:fs', code: nothing },
  { by: 'commander', module: 'node:path', code: nothing },
  { by: 'commander', module: 'node:process', code: 'export default globalThis.process;' },
  // Saves 1 ms. The only control characters in commander's texts are colours.
  {
    by: 'commander',
    module: 'node:util',
    code: "export const stripVTControlCharacters = (text) => text.replace(/\\u001b\\[[\\d;]*m/g, '');",
  },
  // The package's shell scripts, 31 KB. Ours evaluate nothing that is typed (src/commands/completion/completion.ts).
  {
    by: '@bomb.sh/tab',
    module: './powershell-C1q3FW2e.mjs',
    code: 'export const i = undefined, n = undefined, r = undefined, t = undefined;',
  },
  { by: '@bomb.sh/tab', module: 'node:assert', code: nothing },
  // Kinds of questions that we do not use.
  ...['editor', 'expand', 'number', 'rawlist', 'search', 'select'].map((kind) => ({
    by: '@inquirer/prompts',
    module: `@inquirer/${kind}`,
    code: 'export default undefined;',
  })),
  // Code for observables of questions and for questions with functions as texts. Ours are an array of plain questions
  // (src/system/prompt.ts).
  {
    by: 'inquirer',
    module: '../utils/observable.js',
    code: `
      const nothing = () => {};
      export const createObservableController = () => ({ next: nothing, complete: nothing, error: nothing });
      export const EMPTY = undefined, isObservableLike = undefined, observableToAsyncIterable = undefined;`,
  },
  { by: 'inquirer', module: 'run-async', code: 'export default undefined;' },
  // Six characters of 300, which saves 2 KB of the download.
  ...['checkbox', 'core'].map((kind) => ({
    by: `@inquirer/${kind}`,
    module: '@inquirer/figures',
    code: `export { figures as default } from ${JSON.stringify(join(import.meta.dirname, 'figures.ts'))};`,
  })),
  // With DEBUG=* this agent would write the options of a connection to stderr, including a proxy's password.
  { by: 'https-proxy-agent', module: 'debug', code: 'export default () => () => {};' },
  // A watch has its own connection and its own `fetch` (src/cluster/watch-connection.ts). undici would add 110 KB.
  {
    by: '@kubernetes/client-node',
    module: 'undici',
    code: `
      export const fetch = (url, { dispatcher, signal }) => dispatcher(url, signal);
      export const Agent = undefined, ProxyAgent = undefined;`,
  },
];
const PREFIX = '\0shim:';

/**
 * Replaces the modules of the shims. Fails the build when a library no longer imports a replaced module, so that no shim outlives
 * its reason.
 */
export function shims(): Plugin {
  const unused = new Set(SHIMS);
  return {
    name: 'shims',
    resolveId(id, importer = '') {
      const index = SHIMS.findIndex(
        ({ by, module }) => module === id && importer.replaceAll('\\', '/').includes(`/node_modules/${by}/`),
      );
      const shim = SHIMS[index];
      if (shim === undefined) return undefined;
      unused.delete(shim);
      return PREFIX + index;
    },
    load: (id) => (id.startsWith(PREFIX) ? SHIMS[Number(id.slice(PREFIX.length))]?.code : undefined),
    buildEnd(error) {
      const [shim] = unused;
      if (!error && shim !== undefined) this.error(`${shim.by} does not import ${shim.module}`);
    },
  };
}
