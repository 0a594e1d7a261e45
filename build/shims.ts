/** Parts of libraries that regsecret never reaches, left out of the bundles. */
import type { Plugin } from 'rolldown';

interface Shim {
  /** The package that imports what is left out; without one, whoever does. */
  readonly by?: string;
  readonly module: string;
  readonly code: string;
}

const nothing = 'export default {};';

/** Of undici what a watch needs, and what its own parts expect of each other: its index.js has mocks, caches, cookies and web sockets, too. */
const undici = `
  import Agent from 'undici/lib/dispatcher/agent.js';
  import Client from 'undici/lib/dispatcher/client.js';
  import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
  import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
  import buildConnector from 'undici/lib/core/connect.js';
  import connect from 'undici/lib/api/api-connect.js';
  import { fetch } from 'undici/lib/web/fetch/index.js';
  Object.assign(Dispatcher.prototype, { connect });
  export { Agent, buildConnector, Client, fetch, ProxyAgent };
`;

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
  { module: 'undici', code: undici },
  // Its second parser of HTTP/1.1, which is used where a variable asks for it: 170 KB.
  { by: 'undici', module: './parser-h1.js', code: 'export const getMiloEnabled = () => false;' },
  // The same parser twice, 70 KB each. The one without SIMD runs on every machine.
  {
    by: 'undici',
    module: '../llhttp/llhttp_simd-wasm.js',
    code: "export { default } from 'undici/lib/llhttp/llhttp-wasm.js';",
  },
  // src/http/route.ts has its own way through SOCKS.
  { by: 'undici', module: './socks5-proxy-agent', code: nothing },
];
const PREFIX = '\0shim:';

/** Fails the build when a library no longer imports what is replaced, so that no shim outlives its reason. */
export function shims(): Plugin {
  const unused = new Set(SHIMS);
  return {
    name: 'shims',
    resolveId(id, importer = '') {
      const index = SHIMS.findIndex(
        ({ by, module }) =>
          module === id && (by === undefined || importer.replaceAll('\\', '/').includes(`/node_modules/${by}/`)),
      );
      const shim = SHIMS[index];
      if (shim === undefined) return undefined;
      unused.delete(shim);
      return PREFIX + index;
    },
    load: (id) => (id.startsWith(PREFIX) ? SHIMS[Number(id.slice(PREFIX.length))]?.code : undefined),
    buildEnd(error) {
      const [shim] = unused;
      if (!error && shim !== undefined) this.error(`${shim.by ?? 'nobody'} does not import ${shim.module}`);
    },
  };
}
