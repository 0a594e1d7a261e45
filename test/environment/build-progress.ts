/** How far a build with Go is: measured in bytes of source, since packages differ a thousandfold in size. */

/** Linking a program takes about as long as compiling this many bytes. */
const LINK_BYTES = 2_000_000;

/** The seconds of a processor core for a megabyte of source, for the first estimate. */
const CORE_SECONDS = 3;

/** The time before which what is done is too little to calculate with. */
const SETTLED_MS = 20_000;

export class BuildProgress {
  readonly #sizes = new Map<string, number>();
  readonly #linked = new Set<string>();
  readonly #compiled = new Set<string>();
  #links = 0;
  #done = 0;

  /** Adds what will be built: the size of each package, and how many programs are linked. */
  plan(sizes: ReadonlyMap<string, number>, programs: number): void {
    for (const [name, size] of sizes) this.#sizes.set(name, size);
    this.#links += programs;
  }

  /** A package whose compilation begins. */
  compiles(name: string): void {
    if (this.#compiled.has(name)) return;
    this.#compiled.add(name);
    this.#done += this.#sizes.get(name) ?? 0;
  }

  links(program: string): void {
    this.#linked.add(program);
  }

  /** What is to be done, before it begins, on a machine with so many cores. */
  estimate(cores: number): string {
    const time = about((this.#total() / 1e6) * CORE_SECONDS * (1000 / cores));
    return `${this.#sizes.size} packages to compile, ${time} on ${cores} idle cores`;
  }

  /** What is done after so many milliseconds, and how long the rest takes at this speed. */
  line(elapsedMs: number): string {
    const done = this.#done + this.#linked.size * LINK_BYTES;
    const share = done / this.#total();
    const packages = `${this.#compiled.size} of ${this.#sizes.size} packages`;
    const programs = `${this.#linked.size} of ${this.#links} programs`;
    const left = share > 0 && elapsedMs >= SETTLED_MS ? `, ${about((elapsedMs / share) * (1 - share))} left` : '';
    return `${Math.floor(share * 100)} % (${packages}, ${programs})${left}`;
  }

  #total(): number {
    let total = this.#links * LINK_BYTES;
    for (const size of this.#sizes.values()) total += size;
    return total;
  }
}

function about(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  return seconds < 60 ? `about ${Math.ceil(seconds / 10) * 10} s` : `about ${Math.round(seconds / 60)} min`;
}
