/** The rooms of src/: each has a purpose, and a list of what it may import. docs/architecture.md explains them. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * The rooms in the order in which data flows through them. A file imports, also types, only from its own folder and from rooms
 * earlier in the list. The files directly in `src/` belong to three rooms, by their names.
 */
const ROOMS = [
  { room: 'domain/text', purpose: 'words for people and shells' },
  { room: 'ground', purpose: 'errors, exit codes and the version', files: ['errors', 'version'] },
  {
    room: 'domain/go',
    purpose: 'what Go reads otherwise than JavaScript: base64, UTF-8, JSON, URLs, globs, durations',
  },
  { room: 'domain/keyring', purpose: 'a pull secret as the kubelet reads it, and which images it opens' },
  { room: 'domain/docker-config', purpose: 'login files of docker and podman, decoded' },
  { room: 'domain/pull-secret', purpose: 'building, merging and planning a pull secret' },
  { room: 'domain/verify', purpose: 'what a registry is asked, and what it may answer' },
  { room: 'domain/workloads', purpose: 'objects with imagePullSecrets: kinds, lists, images, pod states, remedies' },
  { room: 'domain/manifest-text', purpose: 'lists in a YAML text, changed without touching the rest' },
  { room: 'domain/rbac', purpose: 'the rights that a command needs, and roles' },
  { room: 'domain/findings', purpose: 'what can be wrong: data, sentence, command' },
  { room: 'domain/diagnosis', purpose: 'from facts to one cause per image' },
  {
    room: 'process',
    purpose: 'the process and what it shares: streams, programs on PATH, YAML, prompts, concurrency',
    files: [
      'io',
      'clock',
      'look-path',
      'yaml',
      'yaml-tree',
      'prompt',
      'concurrency',
      'errno',
      'garbage',
      'child-process',
    ],
  },
  { room: 'files', purpose: 'files read up to a limit, locked, and written whole or not at all' },
  { room: 'http', purpose: 'the one transport' },
  { room: 'cluster/config', purpose: 'which server, user and namespace: kubeconfig, flags, in-cluster' },
  { room: 'cluster/auth', purpose: 'what proves to the API server who we are: files, plugins, tokens' },
  { room: 'cluster/client', purpose: 'the authenticated connection to the API server' },
  { room: 'cluster', purpose: 'reading objects, and the requests for them; no use case' },
  { room: 'cluster/write', purpose: 'single writes of a Secret or a list, each on condition of what was read' },
  { room: 'changes', purpose: 'a plan carried out, whatever else writes the objects' },
  { room: 'library', purpose: 'writing through the client that a program has' },
  { room: 'registry', purpose: 'asking registries' },
  { room: 'credentials/helper', purpose: 'credential helpers, which are programs' },
  { room: 'credentials', purpose: 'the logins of this machine' },
  { room: 'manifests', purpose: 'files with manifests' },
  { room: 'manifests/lint', purpose: 'manifests as facts for a diagnosis' },
  { room: 'operations/pods', purpose: 'which pods fail; restarting, recreating and waiting for them' },
  { room: 'operations/attach', purpose: 'attach and detach: look, plan, write, tell' },
  { room: 'operations/removal', purpose: 'a Secret that goes, or an entry of one: what needs it, which lists name it' },
  { room: 'operations/sync', purpose: 'one pull secret in many namespaces: look, plan, write, tell' },
  { room: 'operations/watch', purpose: 'sync --watch: what is heard, and what is looked at again when' },
  { room: 'operations/rotate', purpose: 'a new login into every Secret that holds the old one' },
  { room: 'operations/doctor', purpose: 'gathering the facts for a diagnosis' },
  { room: 'operations/list', purpose: 'the pull secrets that are listed, and who refers to them' },
  { room: 'operations/completion', purpose: 'names for a command line that is being typed: soon, or none' },
  { room: 'operations/rbac', purpose: 'from a command line to the rights that it needs' },
  { room: 'output', purpose: 'what the user sees' },
  { room: 'output/doctor', purpose: 'what doctor, why and doctor -f print' },
  {
    room: 'output/fleet',
    purpose: 'what sync, rotate, remove and delete print, and whether a login is good enough to be written',
  },
  { room: 'commands', purpose: 'one file a command: its options and one function' },
  {
    room: 'flags',
    purpose: 'one file a command: its flags, which command-table.ts lists; the forms in which they may be typed',
  },
  {
    room: 'top',
    purpose: 'argv to exit code, and the public API',
    files: ['command-table', 'cli', 'run', 'main', 'index'],
  },
] as const satisfies readonly { room: string; purpose: string; files?: readonly string[] }[];

/** Each edge talks to one outside system and must not import from another edge. */
const EDGES = ['cluster', 'registry', 'credentials', 'manifests'];

/** Every outside package and the only file that may import it. */
const HOMES: Readonly<Record<string, RegExp>> = {
  commander: /^src\/(cli|command-table|run|flags\/[\w-]+)\.ts$/,
  '@bomb.sh/tab': /^src\/flags\/completion-words\.ts$/,
  inquirer: /^src\/prompt\.ts$/,
  '@kubernetes/client-node': /^src\/(cluster\/client\/watch-connection|library\/pull-secret-api)\.ts$/,
  chalk: /^src\/output\/style\.ts$/,
  'js-yaml': /^src\/yaml(-tree)?\.ts$/,
  'smol-toml': /^src\/credentials\/podman-helpers\.ts$/,
  'https-proxy-agent': /^src\/http\/route\.ts$/,
  'socks-proxy-agent': /^src\/http\/route\.ts$/,
  'zod/mini': /^src\/registry\/answer\.ts$/,
};

const MAX_FILES = 25;
const MAX_LINES = 400;

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('src/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

interface Import {
  /** A path from the root for files of the project, else the name of a package. */
  readonly target: string;
  readonly typeOnly: boolean;
}

/** The imports of `file`: static, dynamic and type-only. */
function importsOf(file: string): Import[] {
  const text = read(file);
  const pattern = /(?:^|\n)(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/g;
  return [...text.matchAll(pattern)].map(([, typeOnly, statically, lazily]) => {
    const specifier = statically ?? lazily ?? '';
    const target = specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier;
    return { target: target.replaceAll('\\', '/'), typeOnly: typeOnly !== undefined };
  });
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The index in ROOMS of the room that `file` belongs to; -1 if it belongs to none. */
function roomOf(file: string): number {
  const folder = dirname(file).replace(/^src\/?/, '');
  const name = basename(file, '.ts');
  return ROOMS.findIndex((room) =>
    'files' in room ? folder === '' && room.files.some((one) => one === name) : room.room === folder,
  );
}

function edgeOf(file: string): string | undefined {
  return EDGES.find((edge) => file.startsWith(`src/${edge}/`));
}

/** Why `file` may not import `target`, and what to do instead; undefined when it may. */
function violation(file: string, { target, typeOnly }: Import): string | undefined {
  const from = ROOMS[roomOf(file)];
  if (from === undefined) return undefined;
  if (target.startsWith('node:')) {
    const pure = from.room.startsWith('domain/') || from.room === 'commands';
    return pure ? `${from.room}/ may not import ${target}: read it in an edge and pass the value` : undefined;
  }
  if (!target.startsWith('src/')) {
    if (target === 'package.json' || HOMES[target]?.test(file)) return undefined;
    return `${target} is imported only in ${HOMES[target]?.source ?? 'a home file that HOMES has to name'}`;
  }
  const to = ROOMS[roomOf(target)];
  if (to === undefined) return undefined;
  if (roomOf(target) > roomOf(file)) {
    return `${from.room} (${from.purpose}) stands before ${to.room} (${to.purpose}): move what both need to ${from.room} or an earlier room, or pass it as an argument`;
  }
  const [own, other] = [edgeOf(file), edgeOf(target)];
  if (own !== undefined && other !== undefined && own !== other) {
    return `${own}/ and ${other}/ do not know each other: bring them together in operations/ or commands/`;
  }
  if (from.room === 'commands' && to.room === 'commands') {
    return 'a command imports no command: what both need belongs in operations/ or output/';
  }
  if (target === 'src/io.ts' && !typeOnly && from.room !== 'top') return 'io.ts is imported as a type only';
  return undefined;
}

describe('a file imports from its own folder and from earlier rooms', () => {
  test.each(files)('%s', (file) => {
    expect(importsOf(file).flatMap((entry) => violation(file, entry) ?? [])).toEqual([]);
  });
});

test('every file stands in a room', () => {
  const rooms = ROOMS.map(({ room, purpose }) => `${room}: ${purpose}`).join('\n');
  expect(
    files.filter((file) => roomOf(file) === -1),
    `the rooms are\n${rooms}`,
  ).toEqual([]);
});

test('no file imports itself through others, type imports included', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file).map(({ target }) => target)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles, 'move what both files need into a third').toEqual([]);
});

test(`a folder holds at most ${MAX_FILES} files`, () => {
  const counts = Map.groupBy(files, dirname);
  const large = [...counts].filter(([, inside]) => inside.length > MAX_FILES).map(([folder]) => folder);
  expect(large, 'which two rooms are these?').toEqual([]);
});

test(`a file has at most ${MAX_LINES} lines`, () => {
  const long = files.filter((file) => read(file).split('\n').length > MAX_LINES + 1);
  expect(long, 'which noun in there wants a file of its own?').toEqual([]);
});

test('a file opens with a sentence that says what it knows', () => {
  expect(files.filter((file) => !/^\/\*\*[\s*]+[^\s*]/.test(read(file)))).toEqual([]);
});

test('a file name stands once', () => {
  const names = Map.groupBy(files, (file) => basename(file));
  const twice = [...names].filter(([name, all]) => all.length > 1 && !['plan.ts', 'index.ts'].includes(name));
  expect(
    twice.map(([, all]) => all),
    'does the name say what is in the file?',
  ).toEqual([]);
});

test('an exported name means one thing', () => {
  const exported = files.flatMap((file) => {
    const pattern = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;
    return [...new Set([...read(file).matchAll(pattern)].map(([, name = '']) => name))];
  });
  const twice = exported.filter((name, index) => exported.indexOf(name) !== index);
  expect(twice, 'name each after what it is').toEqual([]);
});

test('the process is touched only in io.ts and main.ts, and nothing is written to the console', () => {
  const offenders = files.filter((file) => {
    const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '');
    return /\bconsole\./.test(code) || (/\bprocess\./.test(code) && !/^src\/(io|main)\.ts$/.test(file));
  });
  expect(offenders).toEqual([]);
});

test('domain/ is synchronous and knows no clock', () => {
  const impure = /\basync\b|\bawait\b|\bPromise\b|Date\.now|new Date\(\)|Math\.random|performance\./;
  const offenders = files.filter((file) => file.startsWith('src/domain/') && impure.test(read(file)));
  expect(offenders, 'take the time or the answer as an argument').toEqual([]);
});

test('a text with the key of a registry in it has it from display-server.ts, which hides user info', () => {
  const offenders = files.filter(
    (file) => !/^src\/(cluster\/|domain\/keyring\/)/.test(file) && /[^`] \$\{(?:\w+\.)*server\}/.test(read(file)),
  );
  expect(offenders, 'use displayServer(server)').toEqual([]);
});

test('nothing that is installed or built is in the repository, not even as a link', () => {
  const tracked = execFileSync('git', ['ls-files', 'node_modules', 'dist', 'exe'], { cwd: root, encoding: 'utf8' });
  expect(tracked, 'git rm --cached it: a checkout would replace the real folder').toBe('');
});

test('what shared modules of the tests undo, they undo at the end of each test file', () => {
  const shared = globSync('test/**/*.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.endsWith('.test.ts') && file !== 'test/environment/file-end.ts');
  const offenders = shared.filter((file) => /^(before|after)(All|Each)\(/m.test(read(file)));
  expect(offenders, 'use atFileEnd: the files of a project share modules, and a hook runs only for the first').toEqual(
    [],
  );
});

describe('docs/security.md names every file of src that', () => {
  const named = readFileSync(join(root, 'docs/security.md'), 'utf8');
  test.each<[does: string, pattern: RegExp]>([
    ['sends a request, and so may send a credential', /\.send\(|'proxy-authorization'/],
    ['starts a program', /node:child_process'\)|\brunProgram\(/],
    ['reads or writes a file', /\b(openSync|read(File|dir)?Sync|write(File)?Sync|renameSync)\(/],
  ])('%s', (_, pattern) => {
    const missing = files.filter((file) => pattern.test(read(file)) && !named.includes(`](../${file})`));
    expect(missing, 'say there what holds it').toEqual([]);
  });
});
