/** Runs `why --watch` as a process and collects its output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { atFileEnd } from '../environment/file-end.ts';
import { cluster, waitFor } from '../environment/use.ts';
import { artefact } from './program.ts';

export interface Following {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until `text` has been printed to stdout. */
  see(text: string): Promise<void>;
  /** Waits until `text` has been printed to stderr. */
  hear(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
}

const started: ChildProcess[] = [];
atFileEnd(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts `regsecret why ARGS --watch -n NAMESPACE`, which is killed when the test file ends. */
export function follow(namespace: string, args: readonly string[]): Following {
  const [command, ...first] = artefact();
  const env = { PATH: process.env.PATH ?? '', KUBECONFIG: cluster().kubeconfig };
  const child: ChildProcess = spawn(command, [...first, 'why', ...args, '--watch', '-n', namespace], { env });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  started.push(child);
  const printed = (name: keyof typeof written) => async (text: string) => {
    const what = `"${text}" from why --watch`;
    await waitFor(() => written[name].includes(text), { what, deadlineMs: 60_000 }).catch((error: unknown) => {
      throw new Error(`it has said:\n${written.stdout}${written.stderr}`, { cause: error });
    });
  };
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    see: printed('stdout'),
    hear: printed('stderr'),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
