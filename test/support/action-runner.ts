/** Plays GitHub's runner for the scripts of the Action, and serves releases from a local server. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { archiveName, PLATFORMS } from '../../build/release/release-info.ts';
import { execute, type Ran } from './program.ts';

const root = join(import.meta.dirname, '../..');

export type Answer = Uint8Array | ((request: IncomingMessage, response: ServerResponse) => void);

/** A step of the Action as the runner reads it. */
interface Step {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

export const ACTION = load(readFileSync(join(root, 'action.yml'), 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly [install: Step, doctor: Step] };
};

/** A job on a runner: its folders, its workflow command files, and its PATH, which a step can extend. */
export interface Job {
  readonly folder: string;
  /** Runs one step with `inputs`, in the bash of this machine. */
  readonly step: (step: Step, inputs?: Readonly<Record<string, string>>) => Promise<Ran>;
  /** Puts a program on PATH ahead of the programs of this machine. */
  readonly addProgram: (name: string, script: string) => void;
  /** The lines that the steps wrote into a workflow command file. */
  readonly lines: (file: 'GITHUB_PATH' | 'GITHUB_OUTPUT') => readonly string[];
  readonly remove: () => void;
}

/**
 * Starts a job with a commit of the Action that lists `sums`. `env` replaces variables of the default runner, which is Linux on
 * amd64.
 */
export function newJob(sums: string, env: Readonly<Record<string, string>>): Job {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-job-'));
  const path = (name: string): string => join(folder, name);
  for (const name of ['temp', 'tools', 'workspace', 'bin']) mkdirSync(path(name));
  cpSync(join(root, 'action'), path('action'), { recursive: true });
  writeFileSync(path('action/SHA256SUMS'), sums);
  const files = { GITHUB_PATH: path('add-path'), GITHUB_OUTPUT: path('output') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const lines: Job['lines'] = (file) => readFileSync(files[file], 'utf8').split('\n').slice(0, -1);
  return {
    folder,
    lines,
    addProgram: (name, script) => writeFileSync(path(`bin/${name}`), script, { mode: 0o755 }),
    step: (step, inputs = {}) => {
      const given = Object.entries(step.env).map(([name, value]) => [name, inputs[inputOf(value)] ?? '']);
      const added = lines('GITHUB_PATH').toReversed();
      return execute(['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step.run], {
        cwd: path('workspace'),
        env: {
          RUNNER_OS: 'Linux',
          RUNNER_ARCH: 'X64',
          RUNNER_TEMP: path('temp'),
          RUNNER_TOOL_CACHE: path('tools'),
          GITHUB_ACTIONS: 'true',
          GITHUB_ACTION_PATH: folder,
          ...files,
          ...Object.fromEntries(given),
          ...env,
          PATH: [...added, path('bin'), process.env.PATH].join(delimiter),
        },
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The name of the input in an expression such as `${{ inputs.NAME }}`. */
function inputOf(expression: string): string {
  return /^\$\{\{ inputs\.(\w+) \}\}$/.exec(expression)?.[1] ?? '';
}

/** A local server in place of the release downloads. */
export interface Releases {
  readonly url: string;
  /** The requested paths, in order. */
  readonly asked: string[];
  /** The answer for each path below `url`. */
  readonly answers: Map<string, Answer>;
  readonly close: () => Promise<void>;
}

export async function startReleases(): Promise<Releases> {
  const asked: string[] = [];
  const answers: Releases['answers'] = new Map();
  const server = createServer((request, response) => {
    const path = request.url?.replace(/^\/releases\//, '') ?? '';
    asked.push(path);
    const answer = answers.get(path);
    if (typeof answer === 'function') answer(request, response);
    else response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`,
    asked,
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Publishes `version` with the same `archive` for every platform, and returns the lines that the Action has to list for it. */
export function publish({ answers }: Releases, version: string, archive: Uint8Array): string {
  const names = PLATFORMS.map(({ platform }) => archiveName(version, platform));
  for (const name of names) answers.set(`download/v${version}/${name}`, archive);
  return linesOf(names, archive);
}

/** The lines of a SHA256SUMS in which each of `names` is the file `content`. */
export function linesOf(names: readonly string[], content: Uint8Array): string {
  const sum = createHash('sha256').update(content).digest('hex');
  return names.map((name) => `${sum}  ${name}\n`).join('');
}
