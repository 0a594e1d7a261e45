/**
 * Runs containerd's and go-containerregistry's own code (test/environment/go/containers/puller) against the programmed
 * registries.
 */
import { type LineProgram, startLineProgram } from './line-program.ts';
import type { ProgrammedRegistries, Seen } from './programmed-registry.ts';
import type { RegistryCase } from './registry-cases.ts';
import type { Outcome } from './registry-differences.ts';
import { IMAGE, LOGINS } from './registry-program.ts';

interface Question {
  readonly image: string;
  readonly registry: string;
  readonly username: string;
  readonly password: string;
  readonly port: string;
  readonly authority: string;
}

export interface Result {
  readonly kind: 'ok' | 'not found' | 'unauthorized' | 'status' | 'other' | 'not tried';
  readonly status: number;
  readonly method: string;
  readonly message: string;
}

interface Answer {
  readonly resolve: Result;
  readonly fetch: Result;
  readonly login: Result;
}

export interface NodeAnswer extends Answer {
  readonly outcome: Outcome;
  /** The requests of containerd, and those of go-containerregistry. */
  readonly pull: Seen;
  readonly check: Seen;
}

export interface RegistryOracle {
  ask(cases: readonly RegistryCase[]): Promise<NodeAnswer[]>;
  close(): void;
}

export async function startRegistryOracle(registries: ProgrammedRegistries): Promise<RegistryOracle> {
  const program = await startLineProgram<Question, Answer>('puller');
  return { ask: (cases) => ask(program, registries, cases), close: program.close };
}

async function ask(
  program: LineProgram<Question, Answer>,
  registries: ProgrammedRegistries,
  cases: readonly RegistryCase[],
): Promise<NodeAnswer[]> {
  const hosts = cases.map((one) => [registries.host(one.program), registries.host(one.program)] as const);
  const questions = cases.map(({ program: { tls }, login }, index) => {
    const [pull = '', check = ''] = hosts[index] ?? [];
    const [port, authority] = tls ? [registries.ports.https, registries.authority] : [registries.ports.http, ''];
    return { image: `${pull}/${IMAGE}:v1`, registry: check, ...LOGINS[login], port: `${port}`, authority };
  });
  const answers = await program.ask(questions);
  return answers.map((answer, index) => {
    const [pull = '', check = ''] = hosts[index] ?? [];
    return { ...answer, outcome: outcomeOf(answer), pull: registries.seen(pull), check: registries.seen(check) };
  });
}

function outcomeOf({ resolve, fetch }: Answer): Outcome {
  const failed = resolve.kind === 'ok' ? fetch : resolve;
  if (failed.kind === 'ok') return 'pulls';
  if (failed.kind === 'not found') return 'not found';
  if (failed.kind === 'unauthorized') return 'denied';
  if (failed.kind !== 'status') return 'unreachable';
  if (failed.status === 429) return 'rate limited';
  const isTokens = failed.message.includes('/token');
  return [401, 403].includes(failed.status) || (isTokens && failed.status === 400) ? 'denied' : 'unreachable';
}
