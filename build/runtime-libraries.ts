/** Bun, the runtime in each executable, and the libraries that are linked into Bun. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RuntimeLibrary {
  readonly name: string;
  /** An SPDX expression, or the address of the texts where there are several. */
  readonly licence: string | { readonly name: string; readonly url: string };
  /** The repository from which Bun takes it. */
  readonly source: string;
  /** The folder in that repository, if it is only a part. */
  readonly folder?: string;
}

const github = (repository: string): string => `https://github.com/${repository}`;
const severalIn = (url: string): RuntimeLibrary['licence'] => ({ name: 'several licenses', url });

/**
 * The libraries by their keys in `process.versions`, where Bun reports what it is linked with. Licences are as in
 * https://bun.com/docs/project/license. A test fails for a key that is neither here nor in `NOT_LINKED`.
 */
export const RUNTIME_LIBRARIES: Readonly<Record<string, RuntimeLibrary>> = {
  ares: { name: 'c-ares', licence: 'MIT', source: github('c-ares/c-ares') },
  boringssl: {
    name: 'boringssl',
    licence: severalIn('https://boringssl.googlesource.com/boringssl/+/refs/heads/master/LICENSE'),
    source: github('oven-sh/boringssl'),
  },
  icu: { name: 'icu', licence: 'Unicode-3.0', source: github('unicode-org/icu') },
  libarchive: {
    name: 'libarchive',
    licence: severalIn('https://github.com/libarchive/libarchive/blob/master/COPYING'),
    source: github('libarchive/libarchive'),
  },
  libdeflate: { name: 'libdeflate', licence: 'MIT', source: github('ebiggers/libdeflate') },
  llhttp: { name: 'llhttp', licence: 'MIT', source: github('nodejs/llhttp') },
  lolhtml: { name: 'lol-html', licence: 'BSD-3-Clause', source: github('cloudflare/lol-html') },
  lshpack: { name: 'ls-hpack', licence: 'MIT', source: github('litespeedtech/ls-hpack') },
  mimalloc: { name: 'mimalloc', licence: 'MIT', source: github('oven-sh/mimalloc') },
  picohttpparser: {
    name: 'picohttpparser',
    licence: 'MIT OR Artistic-1.0-Perl',
    source: github('h2o/picohttpparser'),
  },
  sqlite: { name: 'sqlite', licence: 'blessing', source: github('sqlite/sqlite') },
  tinycc: { name: 'tinycc', licence: 'LGPL-2.1-or-later', source: github('oven-sh/tinycc') },
  // Folders of Bun's own repository, whose commit is their version.
  usockets: {
    name: 'usockets',
    licence: 'Apache-2.0',
    source: github('oven-sh/bun'),
    folder: 'packages/bun-usockets',
  },
  uwebsockets: {
    name: 'uwebsockets',
    licence: 'Apache-2.0',
    source: github('oven-sh/bun'),
    folder: 'packages/bun-uws',
  },
  webkit: { name: 'webkit', licence: 'LGPL-2.0-or-later AND BSD-2-Clause', source: github('oven-sh/WebKit') },
  zlib: { name: 'zlib-ng', licence: 'Zlib', source: github('zlib-ng/zlib-ng') },
  zstd: { name: 'zstd', licence: 'BSD-3-Clause OR GPL-2.0-only', source: github('facebook/zstd') },
};

/** Keys of `process.versions` that do not name a linked library, each with its meaning. */
export const NOT_LINKED: Readonly<Record<string, string>> = {
  bun: 'the runtime itself',
  modules: 'a version of an interface of Node',
  napi: 'a version of an interface of Node',
  node: 'the version of Node that it is compatible with',
  openssl: 'what boringssl is compatible with',
  typescript: 'the version of the language that it reads',
  unicode: 'the version of the tables in icu',
  uv: 'the interface of libuv; libuv itself is only in the runtime for Windows, and its version is not told',
  v8: 'the version of V8 that it is compatible with',
  zig: 'a compiler that it was built with',
};

/** The version of Bun in the executables. */
export function bunVersion(): string {
  return JSON.parse(readFileSync(join('node_modules', 'bun', 'package.json'), 'utf8')).version;
}

/** The part of LICENSES.txt about the runtime. Bun's package contains no licence file, and refers to this page. */
export function runtimeLicences(): string {
  const libraries = Object.values(RUNTIME_LIBRARIES).map(({ name, licence, source }) => {
    const terms = typeof licence === 'string' ? licence : `${licence.name}, ${licence.url}`;
    return `  ${name}: ${terms}\n    ${source}\n`;
  });
  return `bun ${bunVersion()}: MIT

This executable is regsecret together with Bun, its runtime (https://github.com/oven-sh/bun). Bun is under the MIT
License, and is linked with these libraries, which are under their own:

${libraries.join('')}
https://bun.com/docs/project/license has the licenses, and says how to link Bun with a changed WebKit or TinyCC, as
the LGPL provides for. The bill of materials (SBOM) of a release has the commit of each library. With a Bun that you have
built yourself, "npm ci && npm run build && bun build --compile exe/bundle/main.js" makes regsecret from its sources.
`;
}
