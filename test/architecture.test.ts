/** The rooms of src/: each has a purpose, and a list of what it may import. docs/dev/architecture.md explains them. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * The rooms in the order in which data flows through them. A file imports, also types, only from its own folder and from rooms
 * earlier in the list. A wing, which is a folder below `commands/`, imports no other wing. `pure` rooms are synchronous and know
 * neither a clock nor Node. The files directly in `src/` belong to two rooms, by their names.
 */
const ROOMS: readonly Room[] = [
  { room: 'text', purpose: 'words for people', pure: true },
  {
    room: 'line',
    purpose: 'a command line as a value: the one that was typed, and the ones that are proposed',
    pure: true,
  },
  { room: 'ground', purpose: 'errors, exit codes and the version', files: ['errors', 'version'] },
  {
    room: 'codec/go',
    purpose: 'what Go reads otherwise than JavaScript: base64, UTF-8, JSON, URLs, globs, durations',
    pure: true,
  },
  {
    room: 'secret',
    purpose: 'a pull secret: read as the kubelet reads it, built, merged; login files, decoded',
    pure: true,
  },
  { room: 'verify', purpose: 'what a registry is asked, what it may answer, and where a login may go', pure: true },
  {
    room: 'workloads',
    purpose: 'objects with imagePullSecrets: kinds, lists, images, pod states, remedies',
    pure: true,
  },
  { room: 'findings', purpose: 'what can be wrong: a record for each code, with its sentence and its fix', pure: true },
  { room: 'diagnosis', purpose: 'from facts to one cause per image', pure: true },
  { room: 'system', purpose: 'the process and its machine: streams, prompts, programs on PATH, files' },
  { room: 'codec', purpose: 'YAML: one tree with places, and what we write' },
  { room: 'http', purpose: 'the one transport' },
  { room: 'kubeconfig', purpose: 'which server, user and namespace, and what proves who we are' },
  { room: 'cluster', purpose: 'the connection to the API server, reading, and the requests; no use case' },
  { room: 'registry', purpose: 'checking registries' },
  { room: 'credentials', purpose: 'the logins of this machine' },
  { room: 'manifests', purpose: 'files with manifests: read, changed in place, and as facts for a diagnosis' },
  { room: 'output', purpose: 'printers, tables and styles' },
  { room: 'gather', purpose: 'facts from the cluster: pods that fail, logins that are left, what doctor judges' },
  { room: 'changes', purpose: 'the change engine: plans performed, contexts, the login before it is written' },
  { room: 'copies', purpose: 'copies of a pull secret in other namespaces: which namespaces, and what each gets' },
  { room: 'attaching', purpose: 'which lists change, as create, attach, detach, sync and remove need it' },
  { room: 'library', purpose: 'regsecret/cluster: the change engine with the client that a program has' },
  { room: 'commands', purpose: 'flags that several commands share' },
  ...['create', 'attach', 'doctor', 'sync', 'rotate', 'remove', 'show', 'completion', 'rbac'].map((wing) => ({
    room: `commands/${wing}`,
    purpose: 'a wing: flags, options, run and printing of a command',
  })),
  {
    room: 'top',
    purpose: 'argv to exit code, and the public API',
    files: ['command-table', 'cli', 'run', 'main', 'index'],
  },
];

interface Room {
  readonly room: string;
  readonly purpose: string;
  readonly pure?: boolean;
  readonly files?: readonly string[];
}

/** Each edge talks to one outside system and must not import from another edge. */
const EDGES: Readonly<Record<string, string>> = {
  kubeconfig: 'cluster',
  cluster: 'cluster',
  registry: 'registry',
  credentials: 'credentials',
  manifests: 'manifests',
};

/** Files that only their own folder imports, and what stands in front of them. */
const PRIVATE: Readonly<Record<string, string>> = {
  'src/secret/match.ts': 'secret/keyring.ts',
  'src/secret/payload.ts': 'secret/keyring.ts',
};

/** Every outside package and the only file that may import it. */
const HOMES: Readonly<Record<string, RegExp>> = {
  commander: /^src\/(cli|command-table|run|line\/[\w-]+|commands\/([\w-]+\/)?[\w-]+)\.ts$/,
  '@bomb.sh/tab': /^src\/commands\/completion\/completion-words\.ts$/,
  inquirer: /^src\/system\/prompt\.ts$/,
  '@kubernetes/client-node': /^src\/(cluster\/watch-connection|library\/pull-secret-api)\.ts$/,
  chalk: /^src\/output\/style\.ts$/,
  'js-yaml': /^src\/codec\/yaml(-tree)?\.ts$/,
  'smol-toml': /^src\/credentials\/podman-helpers\.ts$/,
  'https-proxy-agent': /^src\/http\/route\.ts$/,
  'agent-base': /^src\/http\/socks\.ts$/,
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
  return EDGES[dirname(file).replace(/^src\//, '')];
}

function isWing(room: string): boolean {
  return room.startsWith('commands/');
}

/** Why `file` may not import `target`, and what to do instead; undefined when it may. */
function violation(file: string, { target, typeOnly }: Import): string | undefined {
  const from = ROOMS[roomOf(file)];
  if (from === undefined) return undefined;
  if (target.startsWith('node:')) {
    return from.pure ? `${from.room}/ may not import ${target}: read it in an edge and pass the value` : undefined;
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
    return `${own}/ and ${other}/ do not know each other: bring them together in gather/ or commands/`;
  }
  // rbac describes what the other commands ask for, so it reads their options as they do.
  if (isWing(from.room) && isWing(to.room) && from !== to && from.room !== 'commands/rbac') {
    return 'a wing imports no wing: what two need belongs in gather/, changes/, attaching/ or output/';
  }
  const front = PRIVATE[target];
  if (front !== undefined && dirname(file) !== dirname(target)) return `import from ${front}`;
  if (target === 'src/system/io.ts' && !typeOnly && from.room !== 'top') return 'io.ts is imported as a type only';
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
  const twice = [...names].filter(([, all]) => all.length > 1);
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
    return /\bconsole\./.test(code) || (/\bprocess\./.test(code) && !/^src\/(system\/io|main)\.ts$/.test(file));
  });
  expect(offenders).toEqual([]);
});

test('pure rooms are synchronous and know no clock', () => {
  const impure = /\basync\b|\bawait\b|\bPromise\b|Date\.now|new Date\(\)|Math\.random|performance\./;
  const offenders = files.filter((file) => ROOMS[roomOf(file)]?.pure && impure.test(read(file)));
  expect(offenders, 'take the time or the answer as an argument').toEqual([]);
});

test('a text with the key of a registry in it has it from display-server.ts, which hides user info', () => {
  const offenders = files.filter(
    (file) =>
      !/^src\/(cluster|kubeconfig|secret)\//.test(file) &&
      /[^`] \$\{(?!transport\.)(?:\w+\.)*server\}/.test(read(file)),
  );
  expect(offenders, 'use displayServer(server)').toEqual([]);
});

/** What makes a namespace one that the command line selects, and the files that read the command line. */
const SELECTS: Readonly<Record<string, RegExp>> = {
  ownNamespace: /^src\/(kubeconfig\/connection|library\/client-transport)\.ts$/,
  listedNamespace: /^src\/cluster\/secret-scope\.ts$/,
  chosenNamespace: /^src\/(cluster\/secret-scope|commands\/sync\/plan-copies)\.ts$/,
};

describe('a login is written only into a namespace that the command line selects', () => {
  test.each(Object.entries(SELECTS))('%s is called only where the command line is read', (name, allowed) => {
    const imports = new RegExp(`import [^;]*\\b${name}\\b[^;]*selected-namespace`);
    expect(files.filter((file) => imports.test(read(file)) && !allowed.test(file))).toEqual([]);
  });

  test('no file says so of a namespace by itself', () => {
    const offenders = files.filter((file) => /\bas (SelectedNamespace|LoginPlace)\b/.test(read(file)));
    expect(offenders).toEqual(['src/secret/selected-namespace.ts']);
  });

  test('only secret-request.ts creates and patches Secrets, and it takes such a namespace', () => {
    const writes = files.filter(
      (file) => /\bsecretPath\b/.test(read(file)) && /method: '(POST|PATCH|PUT)'/.test(read(file)),
    );
    expect(writes).toEqual(['src/cluster/secret-request.ts']);
  });
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

describe('docs/dev/security.md names every file of src that', () => {
  const named = readFileSync(join(root, 'docs/dev/security.md'), 'utf8');
  test.each<[does: string, pattern: RegExp]>([
    ['sends a request, and so may send a credential', /\.send\(|'proxy-authorization'/],
    ['starts a program', /node:child_process'\)|\brunProgram\(/],
    ['reads or writes a file', /\b(openSync|read(File|dir)?Sync|write(File)?Sync|renameSync)\(/],
  ])('%s', (_, pattern) => {
    const missing = files.filter((file) => pattern.test(read(file)) && !named.includes(`](../../${file})`));
    expect(missing, 'say there what holds it').toEqual([]);
  });
});
