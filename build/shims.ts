/** Parts of libraries that regsecret never reaches, left out of the bundles. */
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
  // For questions that are answered in an editor: 270 KB of character sets.
  { by: '@inquirer/editor', module: '@inquirer/external-editor', code: 'export const editAsync = undefined;' },
  // With DEBUG=* these would write the options of a connection to stderr, and a proxy's password with them.
  ...['https-proxy-agent', 'socks-proxy-agent'].map((by) => ({
    by,
    module: 'debug',
    code: 'export default () => () => {};',
  })),
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
