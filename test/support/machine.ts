/** A machine with login files and credential helpers: a real folder, and an Io whose environment points into it. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type FakeIo, fakeIo } from './io.ts';

/** A helper's answer to `get` for a server. A helper reports other servers as not found. */
export type HelperAnswer =
  | { readonly Username: string; readonly Secret: string }
  | { readonly error: string }
  | { readonly raw: string };

export interface MachineOptions {
  /**
   * The files by path. `$HOME` and `$XDG_RUNTIME_DIR` stand for folders; a content that is neither text nor bytes is written as
   * JSON.
   */
  readonly files?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Programs called docker-credential-SUFFIX that answer from a table. */
  readonly helpers?: Readonly<Record<string, Readonly<Record<string, HelperAnswer>>>>;
  /** Whether the programs of the system are on PATH too, after those of the test. */
  readonly systemPath?: boolean;
  readonly stdin?: string | Uint8Array;
  readonly tty?: boolean;
}

export interface Machine {
  readonly io: FakeIo;
  readonly home: string;
  /** The first folder on PATH. */
  readonly bin: string;
  /** Replaces `$HOME` and `$XDG_RUNTIME_DIR` in a text. */
  readonly expand: (text: string) => string;
  /** Every call of a helper so far: suffix, action, stdin. */
  readonly calls: () => readonly (readonly string[])[];
  /** Puts a program on PATH and returns its path. */
  readonly install: (name: string, script: string) => string;
}

export function machine({
  files = {},
  env = {},
  helpers = {},
  systemPath = false,
  ...streams
}: MachineOptions = {}): Machine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'regsecret-machine-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folders = { HOME: join(root, 'home'), XDG_RUNTIME_DIR: join(root, 'run'), PATH: join(root, 'bin') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  const expand = (text: string): string =>
    text.replaceAll('$HOME', folders.HOME).replaceAll('$XDG_RUNTIME_DIR', folders.XDG_RUNTIME_DIR);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(expand(path)), { recursive: true });
    writeFileSync(expand(path), isRaw(content) ? content : JSON.stringify(content));
  }
  const install = (name: string, script: string): string => {
    const path = join(folders.PATH, name);
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    return path;
  };
  const log = join(root, 'calls');
  for (const [suffix, answers] of Object.entries(helpers)) {
    install(`docker-credential-${suffix}`, tableHelper(suffix, answers, log));
  }
  const path = systemPath ? [folders.PATH, process.env.PATH].join(delimiter) : folders.PATH;
  const expanded = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expand(value)]));
  return {
    io: fakeIo({ env: { ...folders, PATH: path, ...expanded }, ...streams }),
    home: folders.HOME,
    bin: folders.PATH,
    expand,
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []).map((line) => JSON.parse(line)),
    install,
  };
}

function isRaw(content: unknown): content is string | Uint8Array {
  return typeof content === 'string' || content instanceof Uint8Array;
}

function tableHelper(suffix: string, answers: Readonly<Record<string, HelperAnswer>>, log: string): string {
  return `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const [action] = process.argv.slice(2);
const input = readFileSync(0, 'utf8');
appendFileSync(${JSON.stringify(log)}, JSON.stringify([${JSON.stringify(suffix)}, action, input]) + '\\n');
const answers = ${JSON.stringify(answers)};
const answer = answers[input] ?? { error: 'credentials not found in native keychain' };
if (action === 'list') {
  const users = Object.entries(answers).map(([server, { Username }]) => [server, Username ?? '']);
  console.log(JSON.stringify(Object.fromEntries(users)));
} else if ('error' in answer) {
  console.log(answer.error);
  process.exitCode = 1;
} else {
  console.log('raw' in answer ? answer.raw : JSON.stringify({ ServerURL: input, ...answer }));
}
`;
}
