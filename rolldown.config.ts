import { spawnSync } from 'node:child_process';
import { defineConfig, type RolldownOptions } from 'rolldown';
import { commonJs } from './build/common-js.ts';
import { licences } from './build/licences.ts';
import { shims } from './build/shims.ts';
import { shortenNames } from './build/short-names.ts';

/**
 * What the program and the library have in common. npm packs files by extension and name, and gzip finds what repeats within
 * 32 KB. So chunks of one name and nearly one content are in the download once, if both end in `.js` and are of about that size.
 */
const common = [
  {
    name: 'go',
    test: /[\\/]src[\\/](codec[\\/]go[\\/](glob|json|url|utf8)|secret[\\/](build|coverage|expiry|image|secret|server)|text[\\/]time)\.ts$/,
    priority: 8,
  },
  { name: 'keyring', test: /[\\/]src[\\/]secret[\\/](contents|keyring)\.ts$/, priority: 7 },
  {
    name: 'pull',
    test: /[\\/]src[\\/](workloads[\\/](pull-spec|remedy|rollout)|secret[\\/]copy|findings[\\/]pod-commands)\.ts$/,
    priority: 6,
  },
  { name: 'image-findings', test: /[\\/]src[\\/]findings[\\/](copy|image|list)-findings\.ts$/, priority: 6 },
  { name: 'findings', test: /[\\/]src[\\/]findings[\\/](finding|secret-rules)\.ts$/, priority: 5 },
];
const merge = { name: 'merge', test: /[\\/]secret[\\/](merge|entry-change)\.ts$/, priority: 0 };

/**
 * One chunk per lazily loaded part, so that a command reads only what it uses, but what the shortest ways of all need in
 * one chunk each: Node takes 0.2 ms for a file, and left alone rolldown makes eighteen of an offline `create`.
 */
const codeSplitting = {
  groups: [
    { name: 'start', tags: ['$initial' as const], priority: 9 },
    {
      name: 'create',
      test: /[\\/](create[\\/]create|output[\\/]secret-manifest)\.ts$/,
      priority: 2,
    },
    {
      name: 'cluster',
      test: /[\\/](cluster[\\/]transport|changes[\\/]upsert)\.ts$/,
      priority: 1,
    },
    // What attach, doctor, list and inspect all need is of many small files, and Bun, too, takes its time for each chunk.
    // A few more would be smaller than the files they are in, and go with commands that need all of it.
    {
      name: 'workloads',
      test: /[\\/](src[\\/](workloads|findings)[\\/].*|pull-spec-fields|unread-findings|gather[\\/](failing|namespace|copy-origins)|attaching[\\/]context|manifests[\\/]objects|checked-scope|choices|gather[\\/]usage|copy-sources|annotation-printer|change-report|failure-printer|changes[\\/]performer|secret[\\/](secret-owner|unseen)|output[\\/]table)\.ts$/,
      priority: 0,
    },
    // Whoever needs another one of these needs the first as well.
    { name: 'objects', test: /[\\/]cluster[\\/](object-request|each-object|pod-owners)\.ts$/, priority: 0 },
    { name: 'manifest-files', test: /[\\/](manifest-files|recursion-hint)\.ts$/, priority: 0 },
    { name: 'lint-printer', test: /[\\/]lint-(line|printer)\.ts$/, priority: 0 },
    { name: 'copy', test: /[\\/]secret[\\/]copy\.ts$/, priority: 0 },
    { name: 'slips', test: /[\\/]commands[\\/]argument-slips\.ts$/, priority: 0 },
    { name: 'formats', test: /[\\/]doctor[\\/](report-writer|annotations)\.ts$/, priority: 0 },
    { name: 'state', test: /[\\/](system[\\/]state-folder|changes[\\/]saved-pod)\.ts$/, priority: 0 },
    { name: 'structured', test: /[\\/](output[\\/](progress|structured)|print-version)\.ts$/, priority: 0 },
    { name: 'attempt', test: /[\\/](diagnosis[\\/]attempt|gather[\\/]other-logins)\.ts$/, priority: 0 },
    { name: 'restart', test: /[\\/]changes[\\/]restart\.ts$/, priority: 0 },
    { name: 'rotate-printer', test: /[\\/]rotate[\\/](rotate-printer|not-held)\.ts$/, priority: 0 },
    merge,
  ],
};

/** No getter does more than to return a value, so what is read and not used can go: 0.6 KB of what is downloaded. */
const minify = {
  compress: { treeshake: { propertyReadSideEffects: false } },
  mangle: { toplevel: false },
  codegen: true,
} as const;

/** A busy machine is slow, and that is no warning. */
const checks = { bundlerTimings: false };

const program: RolldownOptions = {
  checks,
  input: { main: 'src/main.ts' },
  platform: 'node',
  transform: { define: { REGSECRET_COMMIT: commit() } },
  // Nothing happens when its files are loaded, but it does not say so: its models of every kind of object would come along.
  treeshake: { moduleSideEffects: [{ test: /[\\/]@kubernetes[\\/]client-node[\\/]/, sideEffects: false }] },
  plugins: [shims(), licences()],
};

export default defineConfig([
  {
    ...program,
    plugins: [shims(), licences(), shortenNames(), commonJs()],
    // Node loads CommonJS 6 ms faster than ES modules, and its own modules without listing all that they export.
    output: {
      dir: 'dist/cli',
      cleanDir: true,
      format: 'esm',
      minify,
      minifyInternalExports: false,
      codeSplitting: { groups: [...common, ...codeSplitting.groups] },
      entryFileNames: '[name].js',
      // No hashes and no notes for another minifier: nobody packs these files again, and both are 5 KB of what is downloaded.
      chunkFileNames: ({ name, moduleIds }) => `${libraryOf(name, moduleIds)}.js`,
      comments: { legal: true, annotation: false, jsdoc: false },
    },
  },
  {
    ...program,
    plugins: [shims(), licences({ executable: true })],
    // What the executables are compiled from (build/executable.ts); Bun is 3 ms faster with ES modules.
    output: { dir: 'exe/bundle', cleanDir: true, format: 'esm', minify: true, codeSplitting },
  },
  {
    checks,
    input: { index: 'src/index.ts', cluster: 'src/library/cluster.ts' },
    platform: 'node',
    plugins: [shortenNames()],
    output: {
      dir: 'dist/api',
      cleanDir: true,
      format: 'esm',
      minify,
      minifyInternalExports: false,
      chunkFileNames: '[name].js',
      codeSplitting: {
        groups: [
          ...common,
          { ...merge, priority: 4.5 },
          { name: 'cluster-answers', test: /[\\/]src[\\/]cluster[\\/]/, priority: 4 },
          { name: 'recreate-secret', test: /[\\/]recreate-secret\.ts$/, priority: 3 },
          // Who writes a Secret needs nearly all of the rest.
          {
            name: 'write',
            test: /[\\/](src[\\/](gather|attaching|changes|cluster|library)[\\/].*|secret[\\/]secret-plan)\.ts$/,
            priority: 0,
          },
        ],
      },
    },
  },
]);

/** `name`; of the chunks of libraries, which would be `dist`, `dist2` and so on, another one in each build, with the library. */
function libraryOf(name: string, moduleIds: readonly string[]): string {
  if (name !== 'dist') return name;
  const [, library] = /.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?([^\\/]+)/.exec(moduleIds.at(-1) ?? '') ?? [];
  return `dist-${library}`;
}

/** The commit that is built, with `-dirty` when it is not all of it; undefined outside of a repository. */
function commit(): string {
  const args = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
  const { stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return stdout ? JSON.stringify(stdout.trim()) : 'undefined';
}
