/** Parts of libraries that regsecret never reaches, left out of the bundles. */
import { join } from 'node:path';
import type { Plugin } from 'rolldown';

interface Shim {
  /** The package that imports what is left out. */
  readonly by: string;
  readonly module: string;
  readonly code: string;
}

const nothing = 'export default {};';

const SHIMS: readonly Shim[] = [
  // commander needs these for stand-alone subcommands. As modules they cost a start 2 ms, and `process` alone Node 4 ms.
  { by: 'commander', module: 'node:child_process', code: nothing },
  { by: 'commander', module: 'node:fs', code: nothing },
  { by: 'commander', module: 'node:path', code: nothing },
  { by: 'commander', module: 'node:process', code: 'export default globalThis.process;' },
  // 1 ms. The only control characters in its texts are colours.
  {
    by: 'commander',
    module: 'node:util',
    code: "export const stripVTControlCharacters = (text) => text.replace(/\\u001b\\[[\\d;]*m/g, '');",
  },
  // Its scripts for shells, 31 KB: ours evaluate nothing that is typed (src/commands/completion.ts).
  {
    by: '@bomb.sh/tab',
    module: './powershell-C1q3FW2e.mjs',
    code: 'export const i = undefined, n = undefined, r = undefined, t = undefined;',
  },
  { by: '@bomb.sh/tab', module: 'node:assert', code: nothing },
  // Kinds of questions that are not asked.
  ...['editor', 'expand', 'number', 'rawlist', 'search', 'select'].map((kind) => ({
    by: '@inquirer/prompts',
    module: `@inquirer/${kind}`,
    code: 'export default undefined;',
  })),
  // For questions that come one by one, and for those whose texts are functions; ours are an array of plain ones (src/prompt.ts).
  {
    by: 'inquirer',
    module: '../utils/observable.js',
    code: `
      const nothing = () => {};
      export const createObservableController = () => ({ next: nothing, complete: nothing, error: nothing });
      export const EMPTY = undefined, isObservableLike = undefined, observableToAsyncIterable = undefined;`,
  },
  { by: 'inquirer', module: 'run-async', code: 'export default undefined;' },
  // Six signs of 300: 2 KB of what is downloaded.
  ...['checkbox', 'core'].map((kind) => ({
    by: `@inquirer/${kind}`,
    module: '@inquirer/figures',
    code: `export { figures as default } from ${JSON.stringify(join(import.meta.dirname, 'figures.ts'))};`,
  })),
  // With DEBUG=* these would write the options of a connection to stderr, and a proxy's password with them.
  ...['https-proxy-agent', 'socks-proxy-agent'].map((by) => ({
    by,
    module: 'debug',
    code: 'export default () => () => {};',
  })),
  {
    by: 'socks',
    module: 'ip-address',
    code: `export * from ${JSON.stringify(join(import.meta.dirname, 'ip-address.ts'))};`,
  },
  // A watch brings its own connection and its own `fetch` (src/cluster/client/watch-connection.ts); undici would be 110 KB.
  {
    by: '@kubernetes/client-node',
    module: 'undici',
    code: `
      export const fetch = (url, { dispatcher, signal }) => dispatcher(url, signal);
      export const Agent = undefined, ProxyAgent = undefined;`,
  },
];
const PREFIX = '\0shim:';

/** Fails the build when a library no longer imports what is replaced, so that no shim outlives its reason. */
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
