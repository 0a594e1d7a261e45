/** Compares programs with each other by means of the Go program `measure`. */
import { run } from '../environment/child.ts';

/** A command line; see test/environment/go/containers/measure. */
export interface Program {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files that are dropped from the page cache before each run. */
  readonly evict?: readonly string[];
}

export interface Sample {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly peakBytes: number;
}

export interface Plan<Name extends string> {
  readonly rounds: number;
  readonly warmup: number;
  readonly seed: number;
  readonly folder: string;
  /** Files that are dropped from the page cache before the first round. */
  readonly evict: readonly string[];
  readonly cases: Readonly<Record<Name, readonly Program[]>>;
}

/** The samples of each program of each case, by round. Samples of the same round are compared. */
export type Samples<Name extends string> = Readonly<Record<Name, readonly (readonly Sample[])[]>>;

/** Runs `measure` with the plan. Throws if a program fails. */
export async function measure<Name extends string>(measurer: string, plan: Plan<Name>): Promise<Samples<Name>> {
  const { code, stdout, stderr } = await run(measurer, [], { stdin: JSON.stringify(plan) });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { median: at(sorted.length >> 1), min: at(0), max: at(sorted.length - 1) };
}
