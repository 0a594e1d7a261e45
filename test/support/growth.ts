/**
 * Measures how the work for a text grows with its length, from the CPU time for two lengths, which a busy machine does not
 * change.
 */

const LONG = 64 * 1024;
const TIMES = 8;

/** The limit for the ratio of 64 KiB to 8 KiB: linear work has a ratio near 8, quadratic work near 64. */
export const MAX_GROWTH = 24;

/** Work that takes less than this for 64 KiB is not compared: even backtracking at every character would do no harm. */
const TOO_QUICK_TO_TELL_MS = 30;

/**
 * The CPU time for 64 KiB as a multiple of that for 8 KiB, or 0 where 64 KiB is quick. Returns the smallest of up to three
 * measurements, because the first ones may include one-time work of the engine.
 */
export function growth(work: (text: string) => void, textOfLength: (length: number) => string): number {
  const long = textOfLength(LONG);
  if (cpuMs(() => work(long), 1) < TOO_QUICK_TO_TELL_MS) return 0;
  const short = textOfLength(LONG / TIMES);
  let smallest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && smallest >= MAX_GROWTH; round += 1) {
    smallest = Math.min(smallest, perRun(() => work(long)) / perRun(() => work(short)));
  }
  return smallest;
}

/**
 * The same for asynchronous work, such as a command: the CPU time of one run with eight times `size`, as a multiple of that of
 * eight runs with `size`. Linear work has a ratio near 1, quadratic work near 8. Waiting takes no CPU time, and this thread does
 * little else meanwhile.
 */
export async function growthInTurns(work: (size: number) => Promise<void>, size: number): Promise<number> {
  await work(size);
  let smallest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && smallest >= MAX_GROWTH / TIMES; round += 1) {
    let before = process.threadCpuUsage();
    for (let run = 0; run < TIMES; run += 1) await work(size);
    const short = msSince(before);
    before = process.threadCpuUsage();
    await work(size * TIMES);
    smallest = Math.min(smallest, msSince(before) / short);
  }
  return smallest;
}

/** The CPU time of one run. The system counts CPU time in ticks of up to 10 ms, so many short runs are measured together. */
function perRun(work: () => void): number {
  for (let runs = 1; ; runs *= 2) {
    const spent = cpuMs(work, runs);
    if (spent >= 100) return spent / runs;
  }
}

/** The CPU time of this thread alone, because other threads collect garbage and compile. */
function cpuMs(work: () => void, runs: number): number {
  const before = process.threadCpuUsage();
  for (let run = 0; run < runs; run += 1) work();
  return msSince(before);
}

function msSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
