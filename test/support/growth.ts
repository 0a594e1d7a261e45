/** How the work for a text grows with its length, told from the CPU time for two lengths: a busy machine changes neither. */

const LONG = 64 * 1024;
const TIMES = 8;

/** Of 64 KiB against 8 KiB: work that grows with the length is near 8, with its square near 64. */
export const MAX_GROWTH = 24;

/** Work that takes less for 64 KiB is not compared: even going back at every character would do no harm then. */
const TOO_QUICK_TO_TELL_MS = 30;

/**
 * How many times the CPU time for 8 KiB is needed for 64 KiB, and 0 where that is quick. The smallest of up to three
 * measurements: the first ones may include what the engine does once.
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
 * The same for work that waits, such as a command: how many times the CPU time of eight runs with `size` is needed for one run
 * with eight times as much. Work that grows with its size is near 1, with its square near 8. Every wait ends by itself, and
 * what else this thread does meanwhile is little.
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

/** The CPU time of one run. The system counts it in ticks of up to 10 ms, so many short runs are counted together. */
function perRun(work: () => void): number {
  for (let runs = 1; ; runs *= 2) {
    const spent = cpuMs(work, runs);
    if (spent >= 100) return spent / runs;
  }
}

/** Of this thread alone: other ones collect garbage and compile. */
function cpuMs(work: () => void, runs: number): number {
  const before = process.threadCpuUsage();
  for (let run = 0; run < runs; run += 1) work();
  return msSince(before);
}

function msSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
