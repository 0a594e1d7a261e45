/**
 * How far a build with Go is, in packages: 600, 1,530 and 2,147 packages of a cold build took 115, 292 and 402 seconds of a processor
 * core, so their number is a better measure than the size of their sources.
 */

/** Linking a program takes about as long as compiling this many packages. */
const LINK = 40;

/** The seconds of a processor core for a package, for the first estimate. */
const CORE_SECONDS = 0.19;

/** The time before which what is done is too little to calculate with. */
const SETTLED_MS = 20_000;

export class BuildProgress {
  readonly #planned = new Set<string>();
  readonly #linked = new Set<string>();
  readonly #compiled = new Set<string>();
  #links = 0;

  /** Adds what will be built: packages, and how many programs are linked. */
  plan(packages: readonly string[], programs: number): void {
    for (const name of packages) this.#planned.add(name);
    this.#links += programs;
  }

  /** A package whose compilation begins. */
  compiles(name: string): void {
    if (this.#planned.has(name)) this.#compiled.add(name);
  }

  links(program: string): void {
    this.#linked.add(program);
  }

  /** What is to be done, before it begins, on a machine with so many cores. */
  estimate(cores: number): string {
    const time = about(this.#total() * CORE_SECONDS * (1000 / cores));
    return `${this.#planned.size} packages to compile, ${time} on ${cores} idle cores`;
  }

  /** What is done after so many milliseconds, and how long the rest takes at this speed. */
  line(elapsedMs: number): string {
    const share = (this.#compiled.size + this.#linked.size * LINK) / this.#total();
    const packages = `${this.#compiled.size} of ${this.#planned.size} packages`;
    const programs = `${this.#linked.size} of ${this.#links} programs`;
    const left = share > 0 && elapsedMs >= SETTLED_MS ? `, ${about((elapsedMs / share) * (1 - share))} left` : '';
    return `${Math.floor(share * 100)} % (${packages}, ${programs})${left}`;
  }

  #total(): number {
    return this.#planned.size + this.#links * LINK;
  }
}

function about(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  return seconds < 60 ? `about ${Math.ceil(seconds / 10) * 10} s` : `about ${Math.round(seconds / 60)} min`;
}
